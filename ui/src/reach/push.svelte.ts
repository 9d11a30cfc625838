// The browsers and phones that are pushed to (RULES C9): which there are, each one's switch, a test, the way out.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { PushSubscriptionId, PushSubscriptionRow, WindowErrorCode, WindowRequest } from "../generated/protocol";

export type Deed = "switch" | "test" | "remove";

export class PushDevicesModel {
  /** As they were last read; null before the first time. */
  rows = $state.raw<PushSubscriptionRow[] | null>(null);
  /** The centre pushes at all. */
  pushes = $state(true);
  /** Why the last reading failed. */
  failed = $state<WindowErrorCode | null>(null);
  loading = $state(false);
  /** What is being done to whom. */
  busy = $state.raw<{ id: PushSubscriptionId; deed: Deed } | null>(null);
  /** Whom something could not be done to, and why. */
  refused = $state.raw<{ id: PushSubscriptionId; code: WindowErrorCode } | null>(null);
  /** The one that was sent a test. */
  tested = $state<PushSubscriptionId | null>(null);
  /** The last one that was removed. */
  gone = $state.raw<PushSubscriptionRow | null>(null);
  /** Counts readings: an answer to an older one says nothing any more. */
  #asked = 0;

  constructor(private readonly backend: Backend) {}

  /** Another account's are others. */
  forget(): void {
    this.#asked++;
    this.rows = this.failed = this.busy = this.refused = this.tested = this.gone = null;
    this.pushes = true;
    this.loading = false;
  }

  async load(): Promise<void> {
    // What is being done would be overtaken by how it was before.
    if (this.busy) return;
    const asked = ++this.#asked;
    this.loading = true;
    const answer = await this.backend.call({ type: "push_devices" });
    if (asked !== this.#asked) return;
    this.loading = false;
    this.failed = failure(answer);
    if (answer.type !== "push_devices") return;
    this.rows = answer.push.subscriptions;
    this.pushes = answer.push.key !== null;
  }

  /** Whether it goes on or stays off is the centre's word. */
  async switch(row: PushSubscriptionRow, on: boolean): Promise<void> {
    if (await this.#do(row, "switch", { type: "switch_push", id: row.id, on })) this.rows = this.rows?.map((other) => (other.id === row.id ? { ...other, on } : other)) ?? null;
  }

  async test(row: PushSubscriptionRow): Promise<void> {
    if (!(await this.#do(row, "test", { type: "test_push", id: row.id }))) return;
    this.tested = row.id;
  }

  /** True when it is not pushed to any more. */
  async remove(row: PushSubscriptionRow): Promise<boolean> {
    if (!(await this.#do(row, "remove", { type: "remove_push", id: row.id }))) return !this.rows?.some(({ id }) => id === row.id);
    this.#drop(row);
    this.gone = row;
    return true;
  }

  async #do(row: PushSubscriptionRow, deed: Deed, request: WindowRequest): Promise<boolean> {
    if (this.busy) return false;
    const asked = ++this.#asked;
    this.busy = { id: row.id, deed };
    this.loading = false;
    this.refused = this.tested = this.gone = null;
    const code = failure(await this.backend.call(request));
    if (asked !== this.#asked) return false;
    this.busy = null;
    // Its push service gave it up, or somebody removed it elsewhere: gone is gone.
    if (code === "gone") this.#drop(row);
    else if (code) this.refused = { id: row.id, code };
    return code === null;
  }

  #drop({ id }: PushSubscriptionRow): void {
    this.rows = this.rows?.filter((other) => other.id !== id) ?? null;
  }
}

const SERVICES: [RegExp, string][] = [
  [/(^|\.)googleapis\.com$/, "Google"],
  [/(^|\.)mozilla\.com$/, "Mozilla"],
  [/(^|\.)(windows|microsoft)\.com$/, "Microsoft"],
  [/(^|\.)apple\.com$/, "Apple"],
];

/** Whose push service it is: those that everybody has by name, the others by host. */
export function serviceName(host: string): string {
  return SERVICES.find(([pattern]) => pattern.test(host))?.[1] ?? host;
}
