import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Above, Announcer } from "../src/list/news";
import { Undoing } from "../src/parts/undoing.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("taking back", () => {
  function offer() {
    const heard: string[] = [];
    const undoing = new Undoing();
    undoing.offer({ text: "undo-read", fill: {}, back: () => heard.push("back"), lapsed: () => heard.push("lapsed") });
    return { undoing, heard };
  }

  test("for ten seconds, then no more", () => {
    const { undoing, heard } = offer();
    vi.advanceTimersByTime(9_900);
    expect(undoing.offered).not.toBeNull();
    vi.advanceTimersByTime(200);
    expect([undoing.offered, heard]).toEqual([null, ["lapsed"]]);
    undoing.take();
    expect(heard).toEqual(["lapsed"]);
  });

  test("the time stands still while pointer or keyboard are on it", () => {
    const { undoing, heard } = offer();
    vi.advanceTimersByTime(6_000);
    undoing.lapse.hold();
    undoing.lapse.hold();
    vi.advanceTimersByTime(60_000);
    undoing.lapse.release();
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual([]);
    undoing.lapse.release();
    vi.advanceTimersByTime(3_900);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(heard).toEqual(["lapsed"]);
  });

  test("once, and the next one lets the last one lapse", () => {
    const { undoing, heard } = offer();
    undoing.offer({ text: "undo-read", fill: {}, back: () => heard.push("second") });
    expect(heard).toEqual(["lapsed"]);
    undoing.take();
    undoing.take();
    vi.advanceTimersByTime(20_000);
    expect(heard).toEqual(["lapsed", "second"]);
  });

  test("a bar that went under the pointer does not hold the next one", () => {
    const { undoing, heard } = offer();
    undoing.lapse.hold();
    undoing.take();
    undoing.offer({ text: "undo-read", fill: {}, back: () => undefined, lapsed: () => heard.push("gone") });
    vi.advanceTimersByTime(10_100);
    expect(heard).toEqual(["back", "gone"]);
  });
});

describe("what is new", () => {
  test("above: what came counts, what is seen or gone does not", () => {
    const above = new Above();
    above.moved(20, 23);
    above.moved(23, 24);
    expect(above.count).toBe(4);
    above.moved(24, 23);
    expect(above.count).toBe(3);
    above.seen(2);
    expect(above.count).toBe(2);
    above.seen(0);
    expect(above.count).toBe(0);
    above.moved(5, 4);
    expect(above.count).toBe(0);
  });

  test("a storm is said in a few words", () => {
    const said: number[] = [];
    const announcer = new Announcer((count) => said.push(count));
    for (let i = 0; i < 1_000; i++) {
      announcer.add(10);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(10_000);
    expect(said.length).toBeLessThanOrEqual(4);
    expect(said.reduce((sum, count) => sum + count)).toBe(10_000);
  });
});
