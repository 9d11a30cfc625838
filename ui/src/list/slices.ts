// The rows that are here, out of a list that may have 100,000.
import type { Cursor, ListPage, Notification, NotificationId } from "../generated/protocol";

/** Rows come and go by this many. */
export const SLICE = 50;
/** The most rows the resident hands over at once. */
export const MOST = 200;
/** Slices kept before the ones farthest away are dropped. */
const KEPT = 40;

export interface Wanted {
  offset: number;
  limit: number;
}

export class Slices {
  /** Rows in the whole view; null before the first page. */
  total: number | null = null;
  #slices = new Map<number, Notification[]>();
  /** Of the rows that are here. */
  #snoozed = new Map<NotificationId, number>();
  #cursor: Cursor | null = null;

  /** What the top of the list is true at: the `upto` of "mark all read" (STREAM 6). */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  at(index: number): Notification | undefined {
    return this.#slices.get(Math.floor(index / SLICE))?.[index % SLICE];
  }

  slice(number: number): readonly Notification[] | undefined {
    return this.#slices.get(number);
  }

  /** Until when a row is put off. */
  snoozedUntil(id: NotificationId): number | null {
    return this.#snoozed.get(id) ?? null;
  }

  /** Where `id` is among the rows that are here. */
  indexOf(id: NotificationId): number | null {
    for (const [number, rows] of this.#slices) {
      const within = rows.findIndex((row) => row.id === id);
      if (within >= 0) return number * SLICE + within;
    }
    return null;
  }

  /** Whole slices covering rows `from` to `to` (exclusive), at most as many as may be asked for at once. */
  covering(from: number, to: number): Wanted {
    const offset = Math.max(0, Math.floor(from / SLICE) * SLICE);
    const end = Math.max(offset + SLICE, Math.ceil(to / SLICE) * SLICE);
    return { offset, limit: Math.min(MOST, end - offset) };
  }

  /** What is missing of rows `from` to `to`, or null. */
  missing(from: number, to: number): Wanted | null {
    const end = Math.min(to, this.total ?? to);
    let first = from;
    while (first < end && this.#slices.has(Math.floor(first / SLICE))) first += SLICE - (first % SLICE);
    let last = end;
    while (last > first && this.#slices.has(Math.floor((last - 1) / SLICE))) last -= ((last - 1) % SLICE) + 1;
    return first < last ? this.covering(first, last) : null;
  }

  /** Adds a page asked for by [`covering`]. */
  put(page: ListPage): void {
    this.total = page.total;
    for (let i = 0; i < page.items.length; i += SLICE) {
      this.#slices.set((page.offset + i) / SLICE, page.items.slice(i, i + SLICE));
    }
    for (const { id } of page.items) this.#snoozed.delete(id);
    for (const { id, until } of page.snoozed) this.#snoozed.set(id, until);
    // Later pages may know more than the top of the list shows.
    if (page.offset === 0 || this.#cursor === null) this.#cursor = page.cursor;
    this.#drop(page.offset / SLICE);
  }

  /** The list changed: nothing but this page is known to be true. */
  replace(page: ListPage): void {
    this.#slices.clear();
    this.#snoozed.clear();
    this.#cursor = null;
    this.put(page);
  }

  #drop(near: number): void {
    const far = [...this.#slices.keys()].sort((a, b) => Math.abs(b - near) - Math.abs(a - near));
    for (const number of far.slice(0, Math.max(0, this.#slices.size - KEPT))) this.#slices.delete(number);
  }
}
