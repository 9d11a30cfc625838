import { describe, expect, test } from "vitest";
import type { Backend } from "../src/backend/backend";
import type { ListPage, Notification, WindowAnswer, WindowRequest } from "../src/generated/protocol";
import { begun, completable, failedWith, seen, shown } from "../src/list/completing";
import { Completing } from "../src/list/completing.svelte";

const row = (seq: number, change: Partial<Notification> = {}) => ({ id: `n${seq}`, kind: "task_due", subject: "task:1", created_seq: seq, title: `${seq}`, ...change }) as Notification;
const page = (items: Notification[], offset = 0, total = items.length): ListPage => ({ total, offset, items, cursor: null, snoozed: [], version: 1 });
const DUE = row(9);
const NEW = row(4, { kind: "task_new" });

test("only open tasks can be completed", () => {
  expect([DUE, NEW, row(1, { kind: "task_overdue" })].every(completable)).toBe(true);
  expect(completable(row(1, { kind: "task_completed" }))).toBe(false);
  expect(completable(row(1, { subject: "tasks:summary" }))).toBe(false);
  expect(completable(row(1, { subject: null }))).toBe(false);
});

describe("ahead of the centre", () => {
  test("everything about the task is done, older rows and newer ones alike", () => {
    const acts = begun(new Map(), NEW, "Счёт отправлен", DUE);
    expect(shown(acts, NEW)).toMatchObject({ done: { result: "Счёт отправлен" } });
    expect(shown(acts, DUE)).toMatchObject({ done: { id: "n4" } });
    expect(shown(acts, row(5, { subject: "task:2" }))).toBeNull();
    expect(shown(acts, row(5, { kind: "task_completed" }))).toBeNull();
  });

  test("what comes later about the same task is news", () => {
    expect(shown(begun(new Map(), DUE, "", DUE), row(12))).toBeNull();
  });

  test("a failure puts everything back, and the row it was done on says why", () => {
    const acts = failedWith(begun(new Map(), NEW, "Счёт", DUE), "task:1", "no_rights");
    expect(shown(acts, NEW)).toMatchObject({ failed: { failed: "no_rights", result: "Счёт" } });
    expect(shown(acts, DUE)).toBeNull();
  });

  test("a withdrawn row takes its act with it; one out of sight does not", () => {
    const acts = begun(new Map(), NEW, "", DUE);
    expect(seen(acts, page([row(12), DUE, NEW])).size).toBe(1);
    expect(seen(acts, page([row(12), row(8)], 0, 70)).size).toBe(1);
    expect(seen(acts, page([row(3), row(2)], 68, 70)).size).toBe(1);
    expect(seen(acts, page([row(8), row(2)], 40, 70)).size).toBe(0);
    expect(seen(acts, page([])).size).toBe(0);
  });
});

describe("asking the resident", () => {
  function stage() {
    const heard: WindowRequest[] = [];
    const answers: WindowAnswer[] = [];
    const backend: Backend = {
      place: "desktop",
      call: async (request) => {
        heard.push(request);
        return answers.shift() ?? { type: "done" };
      },
      listen: () => undefined,
      holdClose: () => () => undefined,
    };
    return { completing: new Completing(backend, () => ""), heard, answers };
  }

  test("it is done at once, and not offered again", async () => {
    const { completing, heard } = stage();
    completing.begin(DUE);
    const sending = completing.send(DUE, "Да", DUE);
    expect([completing.open, completing.offers(DUE), completing.shown(DUE)]).toMatchObject([null, false, { done: { result: "Да" } }]);
    await sending;
    expect(heard).toEqual([{ type: "complete", id: "n9", result: "Да" }]);
    completing.saw(page([NEW]));
    expect(completing.shown(DUE)).toBeNull();
  });

  test("after a failure what was typed is there again, and letting it rest clears it", async () => {
    const { completing, answers } = stage();
    answers.push({ type: "failed", code: "offline" });
    await completing.send(DUE, "Перезвонил", DUE);
    expect([completing.offers(DUE), completing.said]).toEqual([true, null]);
    completing.begin(DUE);
    expect([completing.open, completing.result]).toEqual(["n9", "Перезвонил"]);
    completing.cancel(DUE);
    expect([completing.open, completing.shown(DUE)]).toEqual([null, null]);
  });

  test("an answer about what is gone already changes nothing", async () => {
    const { completing, answers } = stage();
    answers.push({ type: "failed", code: "gone" });
    const sending = completing.send(DUE, "", DUE);
    completing.saw(page([]));
    await sending;
    expect(completing.shown(DUE)).toBeNull();
  });
});
