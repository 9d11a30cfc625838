// The way into the web inbox: opened in the browser of this computer, or as a link for another device, once and not for long.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { SignInLink, WindowErrorCode } from "../generated/protocol";

/** The longest a link works, milliseconds; the centre says how long exactly. */
export const LINK_LASTS = 10 * 60_000;

export class WayIn {
  /** The link on the screen, and until when it works by this computer's clock. */
  shown = $state.raw<{ url: string; until: number } | null>(null);
  busy = $state<"opening" | "showing" | null>(null);
  opened = $state(false);
  /** Why the last of either failed. */
  failed = $state<WindowErrorCode | null>(null);
  /** Counts what was asked for: a link that comes too late is not shown any more. */
  #asked = 0;

  constructor(private readonly backend: Backend) {}

  /** Takes the link off the screen; another account's is another one. */
  forget(): void {
    this.#asked++;
    this.shown = this.busy = this.failed = null;
    this.opened = false;
  }

  /** Opens the list in the browser of this computer, signed in. */
  async open(): Promise<void> {
    const asked = this.#begin("opening");
    if (asked === null) return;
    const code = failure(await this.backend.call({ type: "open_inbox" }));
    if (asked !== this.#asked) return;
    this.busy = null;
    this.failed = code;
    this.opened = code === null;
  }

  /** Has a link to show; a new one where there is one already. */
  async show(): Promise<void> {
    const asked = this.#begin("showing");
    if (asked === null) return;
    const answer = await this.backend.call({ type: "sign_in_link" });
    if (asked !== this.#asked) return;
    this.busy = null;
    this.failed = failure(answer);
    if (answer.type === "sign_in_link") this.shown = { url: answer.link.url, until: endOf(answer.link, Date.now()) };
  }

  #begin(busy: "opening" | "showing"): number | null {
    if (this.busy) return null;
    this.busy = busy;
    this.failed = null;
    this.opened = false;
    return ++this.#asked;
  }
}

/** Until when a link works that has just been made: this computer's clock may be wrong, its minutes are not. */
export function endOf({ expires_at: at }: SignInLink, now: number): number {
  const left = at - now;
  return now + (left > 0 && left <= LINK_LASTS ? left : LINK_LASTS);
}

/** `9:58`; null when it is over. */
export function left(until: number, now: number): string | null {
  const seconds = Math.ceil((until - now) / 1_000);
  if (seconds <= 0) return null;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Whether nobody but this computer can follow it. */
export function isNear(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? "";
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}
