// What the keys mean on the pages with the tabs. Letters go by their place on the keyboard, so that they work in the
// Russian layout too; signs go by what is printed, wherever a layout has them.

export type Move = "down" | "up" | "first" | "last" | "page-down" | "page-up";
/** On the item that has the keyboard. */
export type ItemCommand = "card" | "read" | "complete" | "snooze" | "deal";
export type PageCommand = "search" | "all" | "unread" | "today" | "undo" | "read-all" | "quiet" | "sheet" | "region" | "region-back";
export type Command = Move | ItemCommand | PageCommand;

/** What is needed of a pressed key. */
export type Pressed = Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

const NAMED: Record<string, Command> = {
  ArrowDown: "down",
  ArrowUp: "up",
  Home: "first",
  End: "last",
  PageDown: "page-down",
  PageUp: "page-up",
};

const PLACED: Record<string, Command> = {
  KeyJ: "down",
  KeyK: "up",
  KeyO: "card",
  KeyR: "read",
  KeyM: "read",
  KeyD: "complete",
  KeyS: "snooze",
  KeyF: "deal",
  KeyU: "undo",
  KeyQ: "quiet",
  Digit1: "all",
  Digit2: "unread",
  Digit3: "today",
};

/** The command of a key; `typing` while it goes into a field. */
export function commandOf(event: Pressed, typing: boolean): Command | null {
  if (event.key === "F6") return event.shiftKey ? "region-back" : "region";
  const held = event.ctrlKey || event.metaKey;
  if (held && !event.altKey && !event.shiftKey && event.code === "KeyF") return "search";
  if (typing || held || event.altKey) return null;
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return "sheet";
  if (event.key === "/" || event.code === "Slash") return "search";
  if (event.shiftKey) return event.code === "KeyA" ? "read-all" : null;
  return NAMED[event.key] ?? PLACED[event.code] ?? null;
}

const MOVES: readonly string[] = Object.values(NAMED);
const ITEM: readonly string[] = ["card", "read", "complete", "snooze", "deal"];

/** Whether `command` is for the rows rather than for the page. */
export function isForRows(command: Command): command is Move | ItemCommand {
  return MOVES.includes(command) || ITEM.includes(command);
}

/** Where `move` leads from row `index` of `count`, `screenful` rows at a time for the pages. */
export function moved(move: Move, index: number, count: number, screenful: number): number {
  const step = Math.max(1, screenful);
  const to: Record<Move, number> = { down: index + 1, up: index - 1, first: 0, last: count - 1, "page-down": index + step, "page-up": index - step };
  return Math.max(0, Math.min(count - 1, to[move]));
}

/** Whether a key pressed there is part of a text. */
export function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
