import { expect, test } from "vitest";
import en from "$locales/en/window.ftl?raw";
import type { Backend } from "../src/backend/backend";
import type { Found, WindowAnswer, WindowRequest } from "../src/generated/protocol";
import { centreOf, isInvitation } from "../src/pages/join/link";
import { Joining } from "../src/pages/join/model.svelte";

const CODE = "0a".repeat(32);
const APP = `dealbell://join?centre=https%3A%2F%2Fbell.firm.ru%3A8443&code=${CODE}`;
const FOUND: Found = { account: "", host: "bell.firm.ru", user: "Вера", email: "vera@firm.ru", time_zone: "", rights: null, expires_at: null };

function joining(): { model: Joining; heard: WindowRequest[]; answers: WindowAnswer[]; entered: () => number } {
  const heard: WindowRequest[] = [];
  const answers: WindowAnswer[] = [];
  let entered = 0;
  const backend: Backend = {
    place: "desktop",
    call: (request) => {
      heard.push(request);
      return Promise.resolve(answers.shift() ?? { type: "failed", code: "unknown" });
    },
    listen: () => undefined,
    holdClose: () => () => undefined,
  };
  const model = new Joining(backend, () => entered++);
  return { model, heard, answers, entered: () => entered };
}

test("an invitation is known by its link, in either form", () => {
  for (const link of [APP, `https://bell.firm.ru/join/${CODE}`, ` http://127.0.0.1:7780/bell/join/${CODE}/?utm=1 `]) expect(isInvitation(link), link).toBe(true);
  for (const other of ["", "https://bell.firm.ru", "https://bell.firm.ru/join/abc", "dbd_token", "dealbell://open"]) expect(isInvitation(other), other).toBe(false);
  expect([centreOf(APP), centreOf(`https://bell.firm.ru/join/${CODE}`), centreOf("x")]).toEqual(["bell.firm.ru:8443", "bell.firm.ru", null]);
});

test("a link alone asks nobody anything: its centre is named, and asked when the user opens the invitation", async () => {
  const { model, heard, answers } = joining();
  answers.push({ type: "checked", found: FOUND });
  model.open(APP);
  await Promise.resolve().then(() => undefined);
  expect([model.asking, model.host, heard]).toEqual([true, "bell.firm.ru:8443", []]);
  void model.look();
  expect([model.asking, heard.length]).toEqual([false, 1]);
  await Promise.resolve().then(() => undefined);
  expect(model.found).toEqual(FOUND);
  // Another link while this one's answer is there: it is asked about anew.
  model.open(`dealbell://join?centre=https%3A%2F%2Fother.example&code=${CODE}`);
  expect([model.asking, model.host, heard.length]).toEqual([true, "other.example", 1]);
});

test("nothing is used up before the user says yes", async () => {
  const { model, heard, answers, entered } = joining();
  answers.push({ type: "checked", found: FOUND }, { type: "done" });
  model.open(APP);
  void model.look();
  expect([model.busy, model.host]).toEqual(["looking", "bell.firm.ru:8443"]);
  await Promise.resolve().then(() => undefined);
  expect([model.busy, model.found, heard]).toEqual([null, FOUND, [{ type: "check", way: { way: "invitation", link: APP } }]]);
  await model.enter();
  expect([heard[1], entered()]).toEqual([{ type: "enter" }, 1]);
});

test("what is used up is not tried again, and a centre that is away is", async () => {
  const { model, answers } = joining();
  answers.push({ type: "failed", code: "offline" });
  model.open(APP);
  void model.look();
  await Promise.resolve().then(() => undefined);
  expect([model.failed, model.canTry]).toEqual(["offline", true]);
  answers.push({ type: "checked", found: FOUND }, { type: "failed", code: "invitation_used" });
  await model.look();
  await model.enter();
  expect([model.failed, model.canTry, model.found]).toEqual(["invitation_used", false, null]);
});

test("an answer that comes after the page was left is nobody's, and the link is forgotten", async () => {
  const { model, answers } = joining();
  answers.push({ type: "checked", found: FOUND });
  model.open(APP);
  void model.look();
  model.forget();
  await Promise.resolve().then(() => undefined);
  expect([model.found, model.link, model.busy]).toEqual([null, "", null]);
});

test("every refusal with a heading of its own has its words", () => {
  for (const code of ["invitation-used", "invitation-expired", "invitation-unknown", "already-in", "offline", "managed"])
    for (const part of ["title", "text"]) expect(en).toMatch(new RegExp(`^join-${code}-${part} = `, "m"));
});
