// The user's tasks of the day: what the resident last told, what is being completed, what went wrong.
import type { Backend } from "../backend/backend";
import { failure } from "../backend/backend";
import type { OpenTask, WindowErrorCode } from "../generated/protocol";
import { Acts } from "../list/acts.svelte";

/** A task completed here, shown as done until that can no longer be taken back. */
export interface Done {
  task: OpenTask;
  result: string;
  /** Why it did not work; null while it is being done, and once it is. */
  failed: WindowErrorCode | null;
}

/** Milliseconds between two readings, while the page is looked at and while only the number is. */
const LOOKED_AT = 1_000;
const ASIDE = 15_000;

export class TodayModel {
  /** As last told; null before that. */
  known = $state.raw<readonly OpenTask[] | null>(null);
  /** When that was. */
  at = $state(0);
  failed = $state<WindowErrorCode | null>(null);
  /** The task whose result is being typed. */
  open = $state<string | null>(null);
  result = $state("");
  /** The page is on the screen. */
  watched = false;
  readonly acts: Acts;
  #done = $state.raw<ReadonlyMap<string, Done>>(new Map());
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `completed` hears of a task that is done, and can be taken back. */
  constructor(
    private readonly backend: Backend,
    private readonly completed: (task: OpenTask) => void,
  ) {
    this.acts = new Acts(backend);
  }

  /** What the page shows: open tasks, and those completed here a moment ago. */
  readonly tasks = $derived.by(() => {
    const known = this.known ?? [];
    const gone = [...this.#done.values()].map(({ task }) => task).filter(({ subject }) => !known.some((task) => task.subject === subject));
    return [...known, ...gone];
  });

  /** What is left to do. */
  readonly left = $derived(this.tasks.filter(({ subject }) => this.isOpen(subject)));

  /** What became of completing it here. */
  done(subject: string): Done | undefined {
    return this.#done.get(subject);
  }

  isOpen(subject: string): boolean {
    const done = this.#done.get(subject);
    return done === undefined || done.failed !== null;
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const asked = ++this.#asked;
    const answer = await this.backend.call({ type: "today" });
    if (asked !== this.#asked) return;
    this.failed = answer.type === "failed" ? answer.code : null;
    if (answer.type !== "tasks") return;
    this.known = answer.tasks.tasks;
    this.at = Date.now();
  }

  /** Something changed: reads again soon, and a storm of changes in one go. */
  stale(): void {
    this.#timer ??= setTimeout(() => void this.load(), this.watched ? LOOKED_AT : ASIDE);
  }

  /** Another account is shown: nothing of the last one's stays. */
  forget(): void {
    this.#asked++;
    this.known = null;
    this.failed = null;
    this.open = null;
    this.#done = new Map();
  }

  /** Opens the field on `task`, with what was typed before a failure. */
  begin(task: OpenTask): void {
    if (!this.isOpen(task.subject)) return;
    this.open = task.subject;
    this.result = this.#done.get(task.subject)?.result ?? "";
  }

  /** Closes the field, and lets a failure rest. */
  cancel(task: OpenTask): void {
    this.open = null;
    this.drop(task.subject);
  }

  async complete(task: OpenTask, result: string): Promise<void> {
    this.open = null;
    this.#set({ task, result, failed: null });
    const failed = failure(await this.backend.call({ type: "complete_task", subject: task.subject, result }));
    if (failed) this.#set({ task, result, failed });
    else this.completed(task);
  }

  /** It is not shown as done any more. */
  drop(subject: string): void {
    const done = new Map(this.#done);
    if (done.delete(subject)) this.#done = done;
  }

  /** Nobody takes it back now: it leaves the page. */
  lapse(subject: string): void {
    this.known = this.known?.filter((task) => task.subject !== subject) ?? null;
    this.drop(subject);
  }

  #set(done: Done): void {
    this.#done = new Map(this.#done).set(done.task.subject, done);
  }
}
