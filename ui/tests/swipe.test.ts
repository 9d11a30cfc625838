import { expect, test } from "vitest";
import { dragOf, type Drag } from "../src/list/swipe";

const drag = (...moves: [number, number][]): Drag => moves.reduce<Drag>((before, [dx, dy]) => dragOf(before, dx, dy), { is: "undecided" });

test("a finger that goes down scrolls, whatever it does then", () => {
  expect(drag([-4, 8], [-8, 12], [-90, 20])).toEqual({ is: "scroll" });
});

test("a finger that goes to the left draws the row along, and back, but not beyond", () => {
  expect(drag([-6, 1], [-30, 4], [-80, 30])).toEqual({ is: "aside", by: -80 });
  expect(drag([-30, 0], [40, 0])).toEqual({ is: "aside", by: 0 });
});

test("to the right is the browser's own way back", () => {
  expect(drag([12, 0], [-90, 0])).toEqual({ is: "scroll" });
});

test("a trembling finger only presses", () => {
  expect(drag([3, -2], [-5, 4])).toEqual({ is: "undecided" });
});
