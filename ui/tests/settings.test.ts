import { describe, expect, test } from "vitest";
import { clock, dayName, isOverMidnight, isWhole, minutes } from "../src/channels/quiet";
import { linkText, reasonOf } from "../src/diagnostics/reasons";
import { pressed } from "../src/settings/shortcut";

const NONE = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false };

describe("a shortcut as it is pressed", () => {
  test("is named by its place, whatever the layout says", () => {
    expect(pressed({ ...NONE, code: "KeyD", ctrlKey: true, altKey: true })).toBe("Ctrl+Alt+D");
    expect(pressed({ ...NONE, code: "F11", shiftKey: true, metaKey: true })).toBe("Shift+Super+F11");
    expect(pressed({ ...NONE, code: "Digit7", altKey: true })).toBe("Alt+7");
  });

  test("waits while only held keys are down", () => {
    expect(pressed({ ...NONE, code: "ControlLeft", ctrlKey: true })).toBe("pending");
  });

  test("is none without a held key, or on a key that is no sign", () => {
    expect(pressed({ ...NONE, code: "KeyD" })).toBeNull();
    expect(pressed({ ...NONE, code: "KeyD", shiftKey: true })).toBeNull();
    expect(pressed({ ...NONE, code: "Space", ctrlKey: true })).toBeNull();
  });
});

describe("quiet hours", () => {
  test("every half hour, and the odd minute that is set", () => {
    expect(minutes(0)).toHaveLength(48);
    expect(minutes(605)).toContain(605);
    expect(clock(605)).toBe("10:05");
    expect(clock(1_440)).toBe("00:00");
  });

  test("a span that ends at or before its beginning ends on the next day", () => {
    expect(isOverMidnight({ days: [1], from: 1_260, to: 480 })).toBe(true);
    expect(isOverMidnight({ days: [1], from: 480, to: 1_260 })).toBe(false);
  });

  test("a span without a day is not to be saved, unless all is off", () => {
    const spans = [{ days: [], from: 0, to: 60 }];
    expect(isWhole({ on: true, zone: "", spans })).toBe(false);
    expect(isWhole({ on: false, zone: "", spans })).toBe(true);
  });

  test("weeks begin on Monday", () => {
    expect([dayName(1, "ru", "short"), dayName(7, "en", "long")]).toEqual(["пн", "Sunday"]);
  });
});

describe("why it rang or kept quiet", () => {
  test("what the user switched off leads to the switch", () => {
    expect(reasonOf({ outcome: "suppressed", by: "channel" })).toEqual({ text: "suppressed-channel", mend: "channels" });
    expect(reasonOf({ outcome: "suppressed", by: "already_read" })).toEqual({ text: "suppressed-already-read" });
    expect(reasonOf(null).text).toBe("decision-open");
  });

  test("a lost link says when it is tried again", () => {
    expect(linkText({ what: "lost", code: null, retry_ms: 8_400 })).toEqual({ text: "link-lost", args: { code: 0, named: "", seconds: 8 } });
  });
});
