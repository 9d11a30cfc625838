// Tasks completed here, ahead of the centre: what the rows show until it takes them out, or says no.
import type { Kind, ListPage, Notification, NotificationId, WindowErrorCode } from "../generated/protocol";

/** One task that the user completed. */
export interface Act {
  /** The notification he did it on. */
  id: NotificationId;
  /** That row's place in the list. */
  seq: number;
  /** What came of it; may be empty. */
  result: string;
  /** The newest row there was then: what comes later about the task is news. */
  upto: number;
  /** Why it did not work; null while it is being done, and once it is. */
  failed: WindowErrorCode | null;
}

/** By subject: everything about one task goes the same way (RULES T7). */
export type Acts = ReadonlyMap<string, Act>;

const KINDS: Kind[] = ["task_new", "task_due", "task_overdue"];

/** Whether there is a task to complete behind `row`. */
export function completable(row: Notification): boolean {
  return KINDS.includes(row.kind) && subjectOf(row).startsWith("task:");
}

/** The task behind `row` is done, as far as the list is concerned; `newest` is the list's first row. */
export function begun(acts: Acts, row: Notification, result: string, newest: Notification | undefined): Acts {
  const upto = Math.max(row.created_seq, newest?.created_seq ?? 0);
  return new Map(acts).set(subjectOf(row), { id: row.id, seq: row.created_seq, result, upto, failed: null });
}

/** It did not work: every row is as it was, and the one it was done on says why. */
export function failedWith(acts: Acts, subject: string, code: WindowErrorCode): Acts {
  const act = acts.get(subject);
  return act ? new Map(acts).set(subject, { ...act, failed: code }) : acts;
}

/** Nobody speaks of it any more. */
export function dropped(acts: Acts, subject: string): Acts {
  if (!acts.has(subject)) return acts;
  const left = new Map(acts);
  left.delete(subject);
  return left;
}

/** Drops what `page`, a stretch of the whole list, shows to be withdrawn. */
export function seen(acts: Acts, page: ListPage): Acts {
  const newest = page.offset === 0 ? Infinity : (page.items[0]?.created_seq ?? 0);
  const oldest = page.offset + page.items.length >= page.total ? 0 : (page.items.at(-1)?.created_seq ?? Infinity);
  const ids = new Set(page.items.map(({ id }) => id));
  const gone = [...acts].filter(([, act]) => act.seq <= newest && act.seq >= oldest && !ids.has(act.id));
  return gone.reduce((left, [subject]) => dropped(left, subject), acts);
}

/** What `row` shows: done ahead of time, the reason why not, or nothing of it. */
export function shown(acts: Acts, row: Notification): { done: Act } | { failed: Act } | null {
  const act = completable(row) ? acts.get(subjectOf(row)) : undefined;
  if (!act || row.created_seq > act.upto) return null;
  if (act.failed === null) return { done: act };
  return act.id === row.id ? { failed: act } : null;
}

function subjectOf(row: Notification): string {
  return row.subject ?? "";
}
