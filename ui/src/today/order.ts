// The day's tasks in the order in which they press.
import { dayOf } from "../list/days";
import type { OpenTask } from "../generated/protocol";

/** Which part of the page a task stands in: the text `today-…` heads it. */
export type Part = "overdue" | "timed" | "all-day";

export interface Group {
  part: Part;
  tasks: OpenTask[];
}

const PARTS: Part[] = ["overdue", "timed", "all-day"];

/** Where `task` stands at `now`. A task for a whole day is late when the day is over (RULES T5). */
export function partOf(task: OpenTask, now: number): Part {
  const late = task.all_day ? dayOf(task.due_at) < dayOf(now) : task.due_at < now;
  if (late) return "overdue";
  return task.all_day ? "all-day" : "timed";
}

/** What presses most comes first; parts with nothing in them are left out. */
export function grouped(tasks: readonly OpenTask[], now: number): Group[] {
  const sorted = [...tasks].sort((a, b) => a.due_at - b.due_at || a.title.localeCompare(b.title));
  return PARTS.map((part) => ({ part, tasks: sorted.filter((task) => partOf(task, now) === part) })).filter(({ tasks: some }) => some.length > 0);
}
