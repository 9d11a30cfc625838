import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Backend } from "../src/backend/backend";
import type { OpenTask, WindowAnswer, WindowRequest } from "../src/generated/protocol";
import { clockOf, untilOf } from "../src/list/days";
import { snoozes } from "../src/list/snooze";
import { TodayModel } from "../src/today/model.svelte";
import { grouped } from "../src/today/order";

const at = (time: string) => new Date(time).getTime();
const task = (n: number, due: string, all_day = false): OpenTask => ({ subject: `task:${n}`, title: `Задача ${n}`, context: null, link: null, due_at: at(due), all_day, author: null });
const names = (tasks: readonly OpenTask[]) => tasks.map(({ subject }) => subject);

describe("the order of the day", () => {
  const TASKS = [task(1, "2026-11-21T23:59", true), task(2, "2026-11-21T18:00"), task(3, "2026-11-20T23:59", true), task(4, "2026-11-21T14:59"), task(5, "2026-11-21T15:01")];

  test("late ones first, then by time, then the whole day's", () => {
    expect(grouped(TASKS, at("2026-11-21T15:00")).map(({ part, tasks }) => [part, ...names(tasks)])).toEqual([
      ["overdue", "task:3", "task:4"],
      ["timed", "task:5", "task:2"],
      ["all-day", "task:1"],
    ]);
  });

  test("a whole day's task is late when the day is over, not at its hour (RULES T5)", () => {
    const parts = (now: string) => grouped([task(1, "2026-11-21T09:00", true)], at(now)).map(({ part }) => part);
    expect([parts("2026-11-21T23:59"), parts("2026-11-22T00:00")]).toEqual([["all-day"], ["overdue"]]);
  });
});

describe("putting off", () => {
  const hours = (now: string) => snoozes(at(now)).map(({ name, until }) => [name, clockOf(until, "ru")]);

  test("the evening is offered while it is far enough, tomorrow always", () => {
    expect(hours("2026-11-21T14:58")).toEqual([["minutes", "15:13"], ["hour", "15:58"], ["evening", "18:00"], ["tomorrow", "09:00"]]);
    expect(hours("2026-11-21T16:45").map(([name]) => name)).toEqual(["minutes", "hour", "tomorrow"]);
    expect(hours("2026-11-21T23:50").map(([name]) => name)).toEqual(["minutes", "hour", "tomorrow"]);
  });

  test("nine in the morning is nine, also where the clocks change in the night", () => {
    const [, , , tomorrow] = snoozes(at("2026-10-24T12:00"));
    expect(tomorrow?.until).toBe(at("2026-10-25T09:00"));
    expect(untilOf(tomorrow?.until ?? 0, at("2026-10-24T12:00"), "ru")).toEqual({ word: "tomorrow", clock: "09:00" });
  });
});

describe("tasks completed here", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function stage(answers: Partial<Record<WindowRequest["type"], WindowAnswer>> = {}) {
    const heard: string[] = [];
    let open = [task(1, "2026-11-21T12:00"), task(2, "2026-11-21T18:00")];
    const backend: Backend = {
      place: "desktop",
      call: (request) => {
        heard.push(request.type);
        const answer = answers[request.type] ?? (request.type === "today" ? { type: "tasks" as const, tasks: { tasks: open } } : { type: "done" as const });
        return Promise.resolve(answer);
      },
      listen: () => undefined,
      holdClose: () => () => undefined,
    };
    const completed: string[] = [];
    const model = new TodayModel(backend, ({ subject }) => completed.push(subject));
    return { model, heard, completed, answers, leave: (subject: string) => (open = open.filter((one) => one.subject !== subject)) };
  }

  test("stay as done until it is too late to take them back, whatever is read meanwhile", async () => {
    const { model, completed, leave } = stage();
    await model.load();
    const [first] = model.tasks;
    const sending = model.complete(first!, "Готово");
    expect([names(model.left), model.done("task:1")?.result]).toEqual([["task:2"], "Готово"]);
    await sending;
    leave("task:1");
    await model.load();
    expect([completed, names(model.tasks), names(model.left)]).toEqual([["task:1"], ["task:2", "task:1"], ["task:2"]]);
    model.lapse("task:1");
    expect(names(model.tasks)).toEqual(["task:2"]);
  });

  test("a refusal puts the task back with its reason and what was typed", async () => {
    const { model, completed } = stage({ complete_task: { type: "failed", code: "no_rights" } });
    await model.load();
    await model.complete(model.tasks[0]!, "Дозвонился");
    expect([names(model.left), model.done("task:1")?.failed, completed]).toEqual([["task:1", "task:2"], "no_rights", []]);
    model.begin(model.tasks[0]!);
    expect(model.result).toBe("Дозвонился");
    model.cancel(model.tasks[0]!);
    expect(model.done("task:1")).toBeUndefined();
  });

  test("what was known stays when it cannot be read, and a storm of changes is one reading", async () => {
    const { model, heard, answers } = stage();
    await model.load();
    answers.today = { type: "failed", code: "offline" };
    model.watched = true;
    for (let i = 0; i < 1_000; i++) model.stale();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([model.failed, names(model.tasks), heard]).toEqual(["offline", ["task:1", "task:2"], ["today", "today"]]);
  });
});
