import { describe, expect, test } from "vitest";
import type { Backend } from "../src/backend/backend";
import type { ListPage, Notification, WindowAnswer } from "../src/generated/protocol";
import { Heights } from "../src/list/heights";
import { ListModel } from "../src/list/model.svelte";
import { SLICE, Slices } from "../src/list/slices";

const row = (n: number) => ({ id: `n${n}` }) as Notification;
const page = (offset: number, count: number, total: number, cursor = "e1.9"): ListPage => ({
  total,
  offset,
  items: Array.from({ length: count }, (_, i) => row(offset + i)),
  cursor,
  snoozed: [],
  version: 1,
});

describe("slices", () => {
  test("whole slices are asked for, never more than 200 rows", () => {
    const slices = new Slices();
    expect(slices.covering(0, 1)).toEqual({ offset: 0, limit: 50 });
    expect(slices.covering(49, 51)).toEqual({ offset: 0, limit: 100 });
    expect(slices.covering(120, 900)).toEqual({ offset: 100, limit: 200 });
  });

  test("only what is missing is asked for, and nothing beyond the end", () => {
    const slices = new Slices();
    slices.put(page(0, 50, 170));
    slices.put(page(100, 50, 170));
    expect(slices.missing(0, 50)).toBeNull();
    expect(slices.missing(40, 60)).toEqual({ offset: 50, limit: 50 });
    expect(slices.missing(140, 500)).toEqual({ offset: 150, limit: 50 });
    slices.put(page(150, 20, 170));
    expect(slices.missing(140, 500)).toBeNull();
    expect(slices.at(169)?.id).toBe("n169");
    expect(slices.at(170)).toBeUndefined();
    expect(slices.indexOf("n120")).toBe(120);
    expect(slices.indexOf("n60")).toBeNull();
  });

  test("read-all goes up to what the top shows, not to what a later page knew", () => {
    const slices = new Slices();
    slices.put(page(0, 50, 200, "e1.10"));
    slices.put(page(50, 50, 200, "e1.12"));
    expect(slices.cursor).toBe("e1.10");
    slices.replace(page(50, 50, 200, "e1.13"));
    expect(slices.cursor).toBe("e1.13");
    expect(slices.at(0)).toBeUndefined();
  });

  test("a long scroll does not keep every row", () => {
    const slices = new Slices();
    for (let offset = 0; offset < 100_000; offset += SLICE) slices.put(page(offset, SLICE, 100_000));
    expect(slices.at(99_999)?.id).toBe("n99999");
    expect(slices.at(0)).toBeUndefined();
  });
});

describe("heights", () => {
  test("positions and rows are each other's inverse, measured or guessed", () => {
    const slices = new Slices();
    slices.put(page(0, 50, 100_000));
    slices.put(page(5_000, 50, 100_000));
    const heights = new Heights(80);
    heights.note([["n0", 110], ["n3", 62], ["n5001", 200]]);
    heights.survey(slices);
    expect(heights.total).toBe(100_000 * 80 + 30 - 18 + 120);
    for (const index of [0, 1, 3, 4, 49, 50, 77, 5_001, 5_002, 99_999]) {
      const top = heights.top(index, slices);
      expect(heights.at(top + 1, slices)).toBe(index);
      expect(heights.at(top - 1, slices)).toBe(Math.max(0, index - 1));
    }
    expect(heights.at(1e12, slices)).toBe(99_999);
  });

  test("only a height that differs is news", () => {
    const heights = new Heights(80);
    expect(heights.note([["a", 90]])).toBe(true);
    expect(heights.note([["a", 90.2]])).toBe(false);
    expect(heights.note([["a", 0]])).toBe(false);
  });

  test("an empty list has no height", () => {
    const slices = new Slices();
    slices.put(page(0, 0, 0));
    const heights = new Heights(80);
    heights.survey(slices);
    expect([heights.total, heights.at(500, slices)]).toEqual([0, 0]);
  });
});

describe("following changes", () => {
  /** A list whose reads wait until they are answered. */
  function stage() {
    const waiting: ((answer: WindowAnswer) => void)[] = [];
    const backend: Backend = {
      place: "desktop",
      call: () => new Promise((resolve) => waiting.push(resolve)),
      listen: () => undefined,
      holdClose: () => () => undefined,
    };
    const model = new ListModel(backend);
    const answer = async (rows: number, version: number) => {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()!({ type: "list", page: { ...page(0, rows, rows), version } });
      await expect.poll(() => model.total).toBe(rows);
    };
    return { model, answer, waiting };
  }

  test("what changes while rows are read is read too, and a storm in one go", async () => {
    const { model, answer, waiting } = stage();
    void model.load();
    await answer(1, 1);
    for (const version of [2, 3, 4]) void model.refresh(version);
    await answer(2, 2);
    await answer(3, 4);
    await new Promise((resolve) => setTimeout(resolve));
    expect(waiting.length).toBe(0);
  });

  test("another account's versions begin anew, and none of its changes is missed", async () => {
    const { model, answer, waiting } = stage();
    void model.load();
    await answer(9, 300);
    void model.refresh(301);
    await answer(8, 301);
    void model.refresh(1);
    await expect.poll(() => waiting.length).toBe(1);
    void model.refresh(2);
    await answer(0, 1);
    await answer(5, 2);
    expect(waiting.length).toBe(0);
  });
});
