// What a push asks for, and what a click on it does; nothing here touches the browser.
import type { NotificationId, PushMessage } from "../generated/protocol";

/** What is shown. */
export interface Shown {
  title: string;
  options: { body: string; tag: string; timestamp?: number; icon: string; badge: string; renotify?: boolean; data: ShownData };
}

/** What a click on it needs. */
export interface ShownData {
  id: NotificationId | null;
  link: string | null;
}

export type Plan = { do: "show"; shown: Shown; unread: number | null } | { do: "clear"; tags: string[]; unread: number };

/** The words of a notice whose push could not be read. */
export interface Neutral {
  title: string;
  text: string;
}

const ICON = "icons/192.png";
const BADGE = "icons/badge.png";

/** What to do about the push that says `body`. A browser takes the right away from who shows nothing: so something is shown whatever came. */
export function planOf(body: string | null, neutral: Neutral): Plan {
  const message = parsed(body);
  switch (message?.type) {
    case "show":
      return {
        do: "show",
        unread: message.unread,
        // The same tag again replaces what is shown, and rings: it says something new.
        shown: shown(message.title, message.text, message.tag, { id: message.id, link: safe(message.link) }, { timestamp: message.at, renotify: true }),
      };
    case "clear":
      return { do: "clear", tags: message.tags, unread: message.unread };
    case "test":
      return { do: "show", unread: null, shown: shown(message.title, message.text, "dealbell-test", { id: null, link: null }, {}) };
    default:
      return { do: "show", unread: null, shown: shown(neutral.title, neutral.text, "dealbell", { id: null, link: null }, {}) };
  }
}

/** What a click does: a card, or the list at the item; and what is read by it. */
export function clicked(data: unknown): { open: string | null; item: NotificationId | null } {
  const { id, link } = (typeof data === "object" && data !== null ? data : {}) as Partial<ShownData>;
  return { open: safe(link ?? null), item: typeof id === "string" ? id : null };
}

function shown(title: string, body: string, tag: string, data: ShownData, more: Partial<Shown["options"]>): Shown {
  return { title, options: { body, tag, icon: ICON, badge: BADGE, data, ...more } };
}

/** A link that may be opened. */
function safe(link: string | null): string | null {
  return link !== null && /^https?:\/\//i.test(link) ? link : null;
}

/** The message; null for anything that is none. */
function parsed(body: string | null): PushMessage | null {
  try {
    const said = JSON.parse(body ?? "") as Record<string, unknown>;
    return fits(said) ? (said as unknown as PushMessage) : null;
  } catch {
    return null;
  }
}

function fits(said: Record<string, unknown> | null): boolean {
  const texts = (...names: string[]) => names.every((name) => typeof said?.[name] === "string");
  const numbers = (...names: string[]) => names.every((name) => typeof said?.[name] === "number");
  switch (said?.["type"]) {
    case "show":
      return texts("id", "tag", "title", "text") && said["title"] !== "" && numbers("at", "unread") && (said["link"] === null || typeof said["link"] === "string");
    case "clear":
      return Array.isArray(said["tags"]) && said["tags"].every((tag) => typeof tag === "string") && numbers("unread");
    case "test":
      return texts("title", "text") && said["title"] !== "";
    default:
      return false;
  }
}
