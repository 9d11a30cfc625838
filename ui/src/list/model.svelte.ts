// The list as the window has it: the rows at hand, and asking for those that are not.
import type { Backend } from "../backend/backend";
import type { ListPage, NotificationId, WindowErrorCode } from "../generated/protocol";

/** What the two tabs show. */
export type ListView = "all" | "unread";
import { MOST, Slices, type Wanted } from "./slices";

/** How far down an item is looked for that shall be shown. */
const SOUGHT = 1_000;

export type Change = "fresh" | "added" | "changed";

export class ListModel {
  view = $state<ListView>("all");
  failed = $state<WindowErrorCode | null>(null);
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

  /** Shows `view` from its top. */
  show(view: ListView): void {
    if (view === this.view) return;
    this.view = view;
    void this.load();
  }

  /** Reads the top of the view. */
  async load(): Promise<void> {
    const generation = ++this.#generation;
    const told = this.#told;
    this.#asking.clear();
    this.failed = null;
    this.slices = new Slices();
    this.#from = 0;
    this.#to = 1;
    this.change = "fresh";
    this.revision++;
    const page = await this.#fetch(this.slices.covering(0, 1));
    if (generation !== this.#generation || !page) return;
    this.slices.put(page);
    this.change = "fresh";
    this.revision++;
    if (this.#isBehind(told, page)) void this.refresh(this.#version);
  }

  /** The page shows rows `from` to `to`: whatever is missing of them is asked for. */
  async see(from: number, to: number): Promise<void> {
    this.#from = from;
    this.#to = to;
    const wanted = this.slices.total === null ? null : this.slices.missing(from, to);
    if (!wanted || this.#asking.has(wanted.offset)) return;
    const generation = this.#generation;
    this.#asking.add(wanted.offset);
    const page = await this.#fetch(wanted);
    if (generation !== this.#generation) return;
    this.#asking.delete(wanted.offset);
    if (page) this.#add(page);
  }

  /** Where `id` is, looked for among the newest rows; null where it is not there. */
  async find(id: NotificationId): Promise<number | null> {
    for (let offset = 0; offset < SOUGHT; offset += MOST) {
      const known = this.slices.indexOf(id);
      if (known !== null) return known;
      const end = Math.min(this.slices.total ?? 0, offset + MOST);
      const wanted = offset < end ? this.slices.missing(offset, end) : null;
      const generation = this.#generation;
      const page = wanted && (await this.#fetch(wanted));
      if (generation !== this.#generation) offset = -MOST;
      else if (page) this.#add(page);
    }
    return this.slices.indexOf(id);
  }

  /** Something changed: reads the rows on the screen again. A storm of changes is read in one go. */
  async refresh(version: number): Promise<void> {
    this.#version = version;
    this.#told++;
    if (this.slices.total === null && this.failed) return this.load();
    if (this.#refreshing || this.slices.total === null) return;
    this.#refreshing = true;
    let told: number, page: ListPage | null;
    do {
      told = this.#told;
      const generation = ++this.#generation;
      this.#asking.clear();
      page = await this.#fetchAround();
      if (generation !== this.#generation || !page) continue;
      this.slices.replace(page);
      this.change = "changed";
      this.revision++;
    } while (this.#isBehind(told, page));
    this.#refreshing = false;
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
    const page = await this.#fetch(before.covering(this.#from, this.#to));
    const id: NotificationId | undefined = before.at(this.#from)?.id;
    const moved = page ? page.total - (before.total ?? 0) : 0;
    if (!page || moved === 0 || this.#from === 0 || page.items.some((row) => row.id === id)) return page;
    const from = Math.max(0, this.#from + moved);
    return await this.#fetch(before.covering(from, from + this.#to - this.#from));
  }

  async #fetch(wanted: Wanted) {
    const { view } = this;
    const answer = await this.backend.call({
      type: "list",
      query: { unread: view === "unread", provider: null, link: null, search: "" },
      ...wanted,
    });
    this.failed = answer.type === "failed" ? answer.code : null;
    if (answer.type === "list" && view === "all") this.saw(answer.page);
    return answer.type === "list" ? answer.page : null;
  }
}
