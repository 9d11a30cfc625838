// Completing tasks from the list: the field that is open, what is on its way, and asking the resident.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { ListPage, Notification, NotificationId } from "../generated/protocol";
import { begun, completable, dropped, failedWith, seen, shown, type Act, type Acts } from "./completing";

export class Completing {
  /** The item whose result is being typed. */
  open = $state<NotificationId | null>(null);
  /** What is being typed. */
  result = $state("");
  /** The title of what was completed last, to be read aloud. */
  said = $state<string | null>(null);
  #acts = $state.raw<Acts>(new Map());

  /** `connected` names the account, for people; `completed` hears of what can be taken back. */
  constructor(
    private readonly backend: Backend,
    private readonly connected: () => string,
    private readonly completed: (row: Notification) => void = () => undefined,
  ) {}

  /** The account that the tasks are of. */
  get account(): string {
    return this.connected();
  }

  /** What `row` shows of it. */
  shown(row: Notification): { done: Act } | { failed: Act } | null {
    return shown(this.#acts, row);
  }

  /** Whether `row` can be completed now. */
  offers(row: Notification): boolean {
    const now = this.shown(row);
    return completable(row) && (now === null || "failed" in now);
  }

  /** Opens the field on `row`, with what was typed before a failure. */
  begin(row: Notification): void {
    if (!this.offers(row)) return;
    const now = this.shown(row);
    this.open = row.id;
    this.result = now && "failed" in now ? now.failed.result : "";
  }

  /** Closes the field, and lets a failure rest. */
  cancel(row: Notification): void {
    this.open = null;
    this.#acts = dropped(this.#acts, row.subject ?? "");
  }

  /** It was taken back: the rows are as they were. */
  takenBack(row: Notification): void {
    this.#acts = dropped(this.#acts, row.subject ?? "");
  }

  /** Completes `row`; `newest` is the list's first row. */
  async send(row: Notification, result: string, newest: Notification | undefined): Promise<void> {
    const subject = row.subject ?? "";
    this.open = null;
    this.#acts = begun(this.#acts, row, result, newest);
    this.said = row.title;
    const code = failure(await this.backend.call({ type: "complete", id: row.id, result }));
    if (!code) return this.completed(row);
    this.#acts = failedWith(this.#acts, subject, code);
    this.said = null;
  }

  /** A stretch of the whole list is known anew. */
  saw(page: ListPage): void {
    this.#acts = seen(this.#acts, page);
  }
}
