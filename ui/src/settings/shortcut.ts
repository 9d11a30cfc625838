// A shortcut as it is pressed: by places on the keyboard, whatever layout is on.

/** `pending` while only held keys are down; null where it is no shortcut. */
export function pressed(event: Pick<KeyboardEvent, "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">): string | "pending" | null {
  if (/^(Control|Alt|Shift|Meta|OS)/.test(event.code)) return "pending";
  const key = keyOf(event.code);
  if (!key || !(event.ctrlKey || event.altKey || event.metaKey)) return null;
  const held = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift", event.metaKey && "Super"];
  return [...held.filter(Boolean), key].join("+");
}

function keyOf(code: string): string | null {
  const sign = /^(?:Key|Digit)([A-Z0-9])$/.exec(code)?.[1];
  if (sign) return sign;
  return /^F([1-9]|1[0-2])$/.test(code) ? code : null;
}
