// What the user has just done to an item: on its way, or failed with a reason and a way to try again.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { WindowErrorCode, WindowRequest } from "../generated/protocol";

/** The text `act-failed-…` says that it did not work. */
export type Deed = "open" | "read" | "unread" | "snooze" | "awake";

export interface Doing {
  deed: Deed;
  request: WindowRequest;
  /** Why it did not work; null while it is on its way. */
  failed: WindowErrorCode | null;
}

export class Acts {
  #now = $state.raw<ReadonlyMap<string, Doing>>(new Map());

  constructor(private readonly backend: Backend) {}

  /** What goes on with the item named `key`. */
  of(key: string): Doing | undefined {
    return this.#now.get(key);
  }

  /** Asks for it, and keeps what it failed of beside the item. */
  async run(key: string, deed: Deed, request: WindowRequest): Promise<boolean> {
    const doing: Doing = { deed, request, failed: null };
    this.#set(key, doing);
    const failed = failure(await this.backend.call(request));
    // Something else was done to it meanwhile: that is what counts.
    if (this.#now.get(key) === doing) this.#set(key, failed ? { ...doing, failed } : undefined);
    return failed === null;
  }

  again(key: string): void {
    const doing = this.#now.get(key);
    if (doing?.failed) void this.run(key, doing.deed, doing.request);
  }

  drop(key: string): void {
    this.#set(key, undefined);
  }

  #set(key: string, doing: Doing | undefined): void {
    const now = new Map(this.#now);
    if (doing) now.set(key, doing);
    else now.delete(key);
    this.#now = now;
  }
}
