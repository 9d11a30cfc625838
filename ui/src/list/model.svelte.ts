// The list as the window has it: the rows at hand, and asking for those that are not.
import type { Backend } from "../backend/backend";
import type { ListPage, ListQuery, NotificationId, WindowErrorCode } from "../generated/protocol";
import { EVERYTHING, isEverything } from "./query";
import { MOST, Slices, type Wanted } from "./slices";

/** How far down an item is looked for that shall be shown. */
const SOUGHT = 1_000;
/** Rows asked for beyond those drawn, so that a steady scroll finds them there. */
const AHEAD = 40;
/** Questions on their way at once: a scroll bar dragged through 100,000 rows asks for where it is, not for all it passed. */
const AT_ONCE = 2;
/** How long an answer to a search is waited for before newer words are asked for, milliseconds. */
const LINGERING = 250;

/** Between two readings of what is on the screen, milliseconds: nobody reads a storm row by row. */
const BREATH = 120;
/** How often rows that move on are followed. */
const FOLLOWED = 5;

export type Change = "fresh" | "added" | "changed";

export class ListModel {
  /** What is wanted. */
  query = $state.raw<ListQuery>(EVERYTHING);
  /** What the rows at hand are of: behind `query` until the answer comes. */
  shown = $state.raw<ListQuery>(EVERYTHING);
  /** Rows for another query are on their way. */
  pending = $state(false);
  failed = $state<WindowErrorCode | null>(null);
  /** The item whose whole text is open. */
  expanded = $state<NotificationId | null>(null);
  /** Grows when `slices` holds other rows than before. */
  revision = $state(0);
  /** What the last growth was: other list, more rows, or the same rows anew. */
  change: Change = "fresh";
  slices = new Slices();

  /** Rows on the screen, as the page tells. */
  #from = 0;
  #to = 1;
  #generation = 0;
  /** What was told last. Another account's versions begin anew: which of two is greater says nothing. */
  #version = 0;
  /** How often a change was told. */
  #told = 0;
  #asking = new Set<number>();
  #refreshing = false;
  #readAt = -BREATH;
  #searching = false;
  #loading: Promise<void> = Promise.resolve();

  /** `saw` hears every stretch of the whole list. */
  constructor(
    private readonly backend: Backend,
    private readonly saw: (page: ListPage) => void = () => undefined,
  ) {}

  get total(): number | null {
    void this.revision;
    return this.slices.total;
  }

  get cursor() {
    void this.revision;
    return this.slices.cursor;
  }

  /** Shows what `change` leaves, from its top. */
  narrow(change: Partial<ListQuery>): void {
    const query = { ...this.query, ...change };
    if (JSON.stringify(query) === JSON.stringify(this.query)) return;
    this.query = query;
    void this.load();
  }

  /** Searches as one types: the newest words are asked for as soon as the last ones are answered. */
  search(words: string): void {
    this.query = { ...this.query, search: words };
    if (!this.#searching) void this.#followTyping();
  }

  /** Reads the top of what is wanted. Until it is here, what was shown stays. */
  load(): Promise<void> {
    this.#loading = this.#load();
    return this.#loading;
  }

  /** The page shows rows `from` to `to`: whatever is missing of them is asked for. */
  async see(from: number, to: number): Promise<void> {
    this.#from = from;
    this.#to = to;
    if (this.pending || this.slices.total === null || this.#asking.size >= AT_ONCE) return;
    // What is looked at comes first, what may be looked at next after it.
    const wanted = this.slices.missing(from, to) ?? this.slices.missing(Math.max(0, from - AHEAD), to + AHEAD);
    if (!wanted || this.#asking.has(wanted.offset)) return;
    const generation = this.#generation;
    this.#asking.add(wanted.offset);
    const page = await this.#fetch(wanted, this.shown);
    if (generation !== this.#generation) return;
    this.#asking.delete(wanted.offset);
    if (!page) return;
    this.#add(page);
    // The window may have moved on meanwhile.
    void this.see(this.#from, this.#to);
  }

  /** Where `id` is, looked for among the newest rows; null where it is not there. */
  async find(id: NotificationId): Promise<number | null> {
    await this.#loading;
    for (let offset = 0; offset < SOUGHT; offset += MOST) {
      const known = this.slices.indexOf(id);
      if (known !== null) return known;
      const end = Math.min(this.slices.total ?? 0, offset + MOST);
      const wanted = offset < end ? this.slices.missing(offset, end) : null;
      const generation = this.#generation;
      const page = wanted && (await this.#fetch(wanted, this.shown));
      if (generation !== this.#generation) offset = -MOST;
      else if (page) this.#add(page);
    }
    return this.slices.indexOf(id);
  }

  /** Something changed: reads the rows on the screen again. A storm of changes is read in one go. */
  async refresh(version: number): Promise<void> {
    this.#version = version;
    this.#told++;
    // What is being read looks after itself.
    if (this.pending || this.#refreshing) return;
    if (this.slices.total === null) return this.failed ? this.load() : undefined;
    this.#refreshing = true;
    let told = this.#told;
    let page: ListPage | null = null;
    do {
      const wait = this.#readAt + BREATH - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      if (this.pending) break;
      this.#readAt = performance.now();
      told = this.#told;
      const generation = ++this.#generation;
      this.#asking.clear();
      page = await this.#fetchAround();
      if (generation !== this.#generation) {
        if (this.pending) break;
        continue;
      }
      if (!page) continue;
      this.slices.replace(page);
      this.change = "changed";
      this.revision++;
    } while (this.#isBehind(told, page));
    this.#refreshing = false;
  }

  async #load(): Promise<void> {
    const generation = ++this.#generation;
    const told = this.#told;
    const { query } = this;
    this.#asking.clear();
    this.failed = null;
    this.pending = true;
    const page = await this.#fetch({ offset: 0, limit: 50 }, query);
    // Somebody who types on does not want to see what he typed before.
    if (generation !== this.#generation) return;
    this.pending = false;
    if (query !== this.query && page) return;
    this.slices = new Slices();
    this.shown = query;
    this.expanded = null;
    this.#from = 0;
    this.#to = 1;
    if (page) this.slices.put(page);
    this.change = "fresh";
    this.revision++;
    if (page && this.#isBehind(told, page)) void this.refresh(this.#version);
  }

  async #followTyping(): Promise<void> {
    this.#searching = true;
    let asked: ListQuery;
    do {
      asked = this.query;
      await Promise.race([this.load(), new Promise((resolve) => setTimeout(resolve, LINGERING))]);
    } while (asked !== this.query);
    this.#searching = false;
  }

  /** Whether a change was told since `told` that `page` does not show. */
  #isBehind(told: number, page: ListPage | null): boolean {
    return told !== this.#told && page?.version !== this.#version;
  }

  #add(page: ListPage): void {
    if (page.items.length === 0) return;
    this.slices.put(page);
    this.change = "added";
    this.revision++;
  }

  /** The rows on the screen, wherever they have moved to. */
  async #fetchAround() {
    const before = this.slices;
    const id: NotificationId | undefined = before.at(this.#from)?.id;
    let page = await this.#fetch(before.covering(this.#from, this.#to), this.shown);
    for (let tries = 0; tries < FOLLOWED && page && this.#from > 0; tries++) {
      const moved = page.total - (before.total ?? 0);
      if (moved === 0 || page.items.some((row) => row.id === id)) break;
      // More may come while this is asked: as many rows after it as one may have.
      const { offset } = before.covering(Math.max(0, this.#from + moved), this.#from + moved + 1);
      page = await this.#fetch({ offset, limit: MOST }, this.shown);
    }
    return page;
  }

  async #fetch(wanted: Wanted, query: ListQuery) {
    const answer = await this.backend.call({ type: "list", query, ...wanted });
    this.failed = answer.type === "failed" ? answer.code : null;
    if (answer.type === "list" && isEverything(query)) this.saw(answer.page);
    return answer.type === "list" ? answer.page : null;
  }
}
