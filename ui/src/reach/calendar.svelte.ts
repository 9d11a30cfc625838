// The user's calendar (RULES T11): where it is, and a new address in its place.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { CalendarLink, WindowErrorCode } from "../generated/protocol";

export class Calendar {
  /** As it was last read; null before the first time. */
  link = $state.raw<CalendarLink | null>(null);
  /** Why the last reading failed. */
  failed = $state<WindowErrorCode | null>(null);
  loading = $state(false);
  renewing = $state(false);
  /** Why it has no new address. */
  refused = $state<WindowErrorCode | null>(null);
  renewed = $state(false);
  /** What became of handing it to a calendar program. */
  opened = $state<"opening" | "opened" | WindowErrorCode | null>(null);
  /** Counts what was asked for: an answer to something older says nothing any more. */
  #asked = 0;

  constructor(private readonly backend: Backend) {}

  /** Another account's is another one. */
  forget(): void {
    this.#asked++;
    this.link = this.failed = this.refused = this.opened = null;
    this.loading = this.renewing = this.renewed = false;
  }

  async load(): Promise<void> {
    if (this.renewing) return;
    const asked = ++this.#asked;
    this.loading = true;
    const answer = await this.backend.call({ type: "calendar" });
    if (asked !== this.#asked) return;
    this.loading = false;
    this.failed = failure(answer);
    if (answer.type === "calendar") this.link = answer.link;
  }

  /** Ends the address, and has another one; true when it has. */
  async renew(): Promise<boolean> {
    if (this.renewing) return false;
    const asked = ++this.#asked;
    this.renewing = true;
    this.loading = this.renewed = false;
    this.refused = this.opened = null;
    const answer = await this.backend.call({ type: "renew_calendar" });
    if (asked !== this.#asked) return false;
    this.renewing = false;
    this.refused = failure(answer);
    if (answer.type !== "calendar") return false;
    this.link = answer.link;
    this.failed = null;
    this.renewed = true;
    return true;
  }

  /** The browser itself hands it to a calendar program; whether there is one, it does not say. */
  handedOver(): void {
    this.opened = "opened";
    this.renewed = false;
  }

  async open(): Promise<void> {
    if (this.opened === "opening") return;
    const asked = this.#asked;
    this.opened = "opening";
    this.renewed = false;
    const code = failure(await this.backend.call({ type: "open_calendar" }));
    if (asked === this.#asked) this.opened = code ?? "opened";
  }
}

/** The address with what must not be read over a shoulder left out. */
export function masked(url: string): string {
  return url.replace(/[^/]+(?=\.ics$)/, "••••••");
}

/** The address as programs for calendars know it. */
export function webcal(url: string): string {
  return url.replace(/^https?:/, "webcal:");
}
