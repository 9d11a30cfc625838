import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Calls } from "../src/backend/calls";
import type { WindowCall } from "../src/generated/protocol";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("answers find their calls, in whatever order they come", async () => {
  const sent: WindowCall[] = [];
  const calls = new Calls((call) => void sent.push(call));
  const first = calls.ask({ type: "reconnect" });
  const second = calls.ask({ type: "channels" });
  calls.answer(sent[1]!.id, { type: "failed", code: "offline" });
  calls.answer(sent[0]!.id, { type: "done" });
  calls.answer(999, { type: "done" });
  expect(await first).toEqual({ type: "done" });
  expect(await second).toEqual({ type: "failed", code: "offline" });
});

test("a late answer to a page before it was loaded anew is nobody's", async () => {
  const sent: WindowCall[] = [];
  const page = () => new Calls((call) => void sent.push(call));
  void page().ask({ type: "sign_out" });
  const anew = page();
  const asked = anew.ask({ type: "reconnect" });
  const [early, own] = sent.map(({ id }) => id) as [number, number];
  expect(Number.isSafeInteger(own)).toBe(true);
  anew.answer(early, { type: "done" });
  anew.answer(own, { type: "failed", code: "offline" });
  expect(await asked).toEqual({ type: "failed", code: "offline" });
});

test("silence becomes a failure; what waits for a CRM is given longer", async () => {
  const calls = new Calls(() => undefined);
  const ended: string[] = [];
  void calls.ask({ type: "reconnect" }).then(({ type }) => ended.push(`reconnect ${type}`));
  void calls.ask({ type: "complete", id: "a", result: "" }).then(({ type }) => ended.push(`complete ${type}`));
  void calls.ask({ type: "check", way: { way: "demo" } }).then(({ type }) => ended.push(`check ${type}`));
  void calls.ask({ type: "enter" }).then(({ type }) => ended.push(`enter ${type}`));
  await vi.advanceTimersByTimeAsync(15_000);
  expect(ended).toEqual(["reconnect failed"]);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(ended).toEqual(["reconnect failed", "complete failed"]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(ended.slice(2)).toEqual(["check failed", "enter failed"]);
});

test("a call that cannot be handed over has failed at once", async () => {
  const rejects = new Calls(() => Promise.reject(new Error("gone")));
  expect(await rejects.ask({ type: "close" })).toEqual({ type: "failed", code: "unknown" });
  const throws = new Calls(() => {
    throw new Error("closed");
  });
  expect(await throws.ask({ type: "close" })).toEqual({ type: "failed", code: "unknown" });
});

test("a broken link ends every wait", async () => {
  const calls = new Calls(() => undefined);
  const waiting = calls.ask({ type: "channels" });
  calls.failAll();
  expect(await waiting).toEqual({ type: "failed", code: "unknown" });
});
