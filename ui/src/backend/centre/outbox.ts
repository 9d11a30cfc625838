// The user's marks on their way to the centre (STREAM 7): kept first, shown at once, sent in order.
// One sender at a time, whatever tabs and workers there are, so that a later mark never overtakes.
import type { Cursor, Notification, NotificationId, Slice } from "../../generated/protocol";
import { placeOf } from "./cursor";
import { Refused, type Marked, type Rest } from "./rest";
import type { Shelf } from "./shelf";

/** What the user did, and when. */
export type Mark = { do: "read"; ids: NotificationId[]; at: number } | { do: "unread"; ids: NotificationId[]; at: number } | { do: "read_all"; upto: Cursor; at: number };

export interface Kept {
  id: number;
  mark: Mark;
}

/** Runs one at a time, over all that share the shelf. */
export type Turn = <T>(act: () => Promise<T>) => Promise<T>;

/** Most ids of one request. */
export const MOST_IDS = 1_000;
const RETRY_MS = 1_000;
const WIDEST_MS = 60_000;
/** A centre cannot ask for more patience. */
const LONGEST_MS = 3_600_000;
/** How long a slice that was asked for before a mark arrived may still be under way. */
const LATE_MS = 30_000;

/** How sending ended: all is with the centre, or when to try again, or the centre does not know us. */
export type Sent = { type: "done" } | { type: "later"; ms: number } | { type: "unknown" };

export class Outbox {
  #pending: Kept[] = [];
  /** With the centre, but maybe not in a slice that is under way. */
  #settled: { mark: Mark; at: Cursor; until: number }[] = [];
  #failures = 0;

  constructor(
    private readonly shelf: Shelf,
    private readonly rest: Pick<Rest, "mark" | "markAll">,
    private readonly turn: Turn,
    /** The centre has taken a mark. */
    private readonly taken: (marked: Marked) => void = () => undefined,
  ) {}

  /** Reads what another visit or another tab left. */
  async open(): Promise<void> {
    this.#pending = await this.shelf.marks();
  }

  /** Keeps marks; resolves when they are safe. */
  async put(marks: Mark[]): Promise<void> {
    for (const mark of marks) {
      const kept = await this.shelf.put(mark);
      if (!this.#pending.some(({ id }) => id === kept.id)) this.#pending.push(kept);
    }
  }

  /** The user signs out: what was not sent is not sent by another. */
  async forget(): Promise<void> {
    this.#pending = [];
    this.#settled = [];
    await this.shelf.clear();
  }

  get waiting(): number {
    return this.#pending.length;
  }

  /** Sends what is there, oldest first, until all is or something is in the way. */
  send(now: () => number): Promise<Sent> {
    return this.turn(async () => {
      // Another tab may have sent some, or put others.
      const there = await this.shelf.marks();
      const newest = there.at(-1)?.id ?? 0;
      this.#pending = [...there, ...this.#pending.filter(({ id }) => id > newest && there.length > 0)];
      for (const { id, mark } of there) {
        try {
          const marked = await this.#one(mark);
          this.#failures = 0;
          this.#settled = [...this.#settled.filter(({ until }) => until > now()), { mark, at: marked.cursor, until: now() + LATE_MS }];
          this.taken(marked);
        } catch (error) {
          if (!(error instanceof Refused) || !isFinal(error)) return this.#later(error);
        }
        await this.shelf.drop(id);
        this.#pending = this.#pending.filter((kept) => kept.id !== id);
      }
      return { type: "done" };
    });
  }

  /** The rows of `slice` as the user has marked them (STREAM 5). */
  applied(slice: Slice, unreadOnly: boolean): Slice {
    const place = placeOf(slice.cursor);
    const late = this.#settled.filter(({ at }) => {
      const then = placeOf(at);
      return place && then?.epoch === place.epoch && then.seq > place.seq;
    });
    const marks = [...late.map(({ mark }) => mark), ...this.#pending.map(({ mark }) => mark)];
    if (marks.length === 0) return slice;
    const marked = slice.items.map((row) => marks.reduce((shown, mark) => withMark(shown, mark, slice.cursor), row));
    const items = unreadOnly ? marked.filter((row) => row.read_at === null) : marked;
    return { ...slice, items, total: slice.total - (marked.length - items.length) };
  }

  #one(mark: Mark): Promise<Marked> {
    return mark.do === "read_all" ? this.rest.markAll(mark.upto) : this.rest.mark(mark.do === "read", mark.ids);
  }

  #later(error: unknown): Sent {
    if (error instanceof Refused && error.status === 401) return { type: "unknown" };
    const ms = Math.min(WIDEST_MS, RETRY_MS * 2 ** Math.min(10, this.#failures++));
    // A browser's timer of more than 24 days fires at once.
    return { type: "later", ms: Math.min(LONGEST_MS, Math.max(ms, error instanceof Refused ? error.retry : 0)) };
  }
}

/** Whether the centre will never take it: a place of another history, or nothing it understands. */
function isFinal({ code }: Refused): boolean {
  return code === "not_found" || code === "field_invalid" || code === "body_invalid";
}

function withMark(row: Notification, mark: Mark, cursor: Cursor): Notification {
  if (mark.do === "unread") return mark.ids.includes(row.id) ? { ...row, read_at: null } : row;
  if (row.read_at !== null) return row;
  if (mark.do === "read") return mark.ids.includes(row.id) ? { ...row, read_at: mark.at } : row;
  const [upto, here] = [placeOf(mark.upto), placeOf(cursor)];
  return upto && upto.epoch === here?.epoch && row.created_seq <= upto.seq ? { ...row, read_at: mark.at } : row;
}
