import { describe, expect, test } from "vitest";
import { commandOf, moved, type Pressed } from "../src/parts/keys";

const key = (code: string, said: string, held: Partial<Pressed> = {}): Pressed => ({ code, key: said, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held });

describe("keys", () => {
  test("letters go by their place: the Russian layout works", () => {
    expect(["KeyJ о", "KeyK л", "KeyD в", "KeyS ы", "KeyR к", "KeyU г"].map((both) => commandOf(key(both.slice(0, 4), both.slice(5)), false))).toEqual(["down", "up", "complete", "snooze", "read", "undo"]);
    expect(commandOf(key("KeyA", "Ф", { shiftKey: true }), false)).toBe("read-all");
    expect(commandOf(key("Digit7", "?", { shiftKey: true }), false)).toBe("sheet");
    expect(commandOf(key("Slash", "."), false)).toBe("search");
    expect(commandOf(key("Slash", ",", { shiftKey: true }), false)).toBe("sheet");
  });

  test("signs go by what is printed, wherever a layout has them", () => {
    expect(commandOf(key("Digit7", "/", { shiftKey: true }), false)).toBe("search");
    expect(commandOf(key("Minus", "?", { shiftKey: true }), false)).toBe("sheet");
  });

  test("while one types only F6 and Ctrl+F are keys", () => {
    for (const typed of [key("KeyD", "d"), key("Slash", "/"), key("ArrowDown", "ArrowDown"), key("Digit1", "1")]) expect(commandOf(typed, true)).toBeNull();
    expect(commandOf(key("F6", "F6", { shiftKey: true }), true)).toBe("region-back");
    expect(commandOf(key("KeyF", "а", { ctrlKey: true }), true)).toBe("search");
  });

  test("what the system and the browser use stays theirs", () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
      expect(commandOf(key("KeyD", "d", held), false)).toBeNull();
      expect(commandOf(key("ArrowDown", "ArrowDown", held), false)).toBeNull();
    }
    expect(commandOf(key("Tab", "Tab"), false)).toBeNull();
    expect(commandOf(key("KeyD", "D", { shiftKey: true }), false)).toBeNull();
  });

  test("moves stay within the rows", () => {
    expect(moved("up", 0, 10, 4)).toBe(0);
    expect(moved("page-down", 7, 10, 4)).toBe(9);
    expect(moved("page-up", 7, 10, 0)).toBe(6);
    expect(moved("last", 3, 10, 4)).toBe(9);
  });
});
