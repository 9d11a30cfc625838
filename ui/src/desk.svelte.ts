// What the window knows besides rows and channels: the resident's state, the page, the last notice.
import type { Backend, Told } from "./backend/backend";
import { failure } from "./backend/backend";
import { ChannelsModel } from "./channels/model.svelte";
import type { Page, ThemeChoice, WindowErrorCode, WindowRequest, WindowState } from "./generated/protocol";
import { Acts } from "./list/acts.svelte";
import { Completing } from "./list/completing.svelte";
import { ListModel } from "./list/model.svelte";
import { EVERYTHING, isNarrowed } from "./list/query";
import { Connecting } from "./pages/connecting/model.svelte";
import { Joining } from "./pages/join/model.svelte";
import type { MenuAsked } from "./parts/Menu.svelte";
import { Pictures } from "./parts/pictures.svelte";
import { Undoing } from "./parts/undoing.svelte";
import { speak } from "./texts/texts.svelte";
import { TodayModel } from "./today/model.svelte";

/** A line above the footer: the id of its text, and whether it tells of a failure. */
export interface Notice {
  text: string;
  bad: boolean;
}

export class Desk {
  state = $state.raw<WindowState | null>(null);
  /** The resident did not answer the very first question. */
  unreachable = $state(false);
  page = $state.raw<Page>({ page: "list", at: null });
  notice = $state.raw<Notice | null>(null);
  /** A page wanted while channels are unsaved; the question is on the screen. */
  leavingTo = $state.raw<Page | "closed" | null>(null);

  /** The menu that is open. */
  menu = $state.raw<MenuAsked | null>(null);
  /** The sheet of keys is open. */
  sheet = $state(false);
  /** The toolbar for search and filters was asked for. */
  searching = $state(false);
  /** What the deal is called that the list is narrowed to. */
  deal = $state("");

  readonly undoing = new Undoing();
  readonly acts: Acts;
  readonly today: TodayModel;
  readonly list: ListModel;
  readonly completing: Completing;
  readonly channels: ChannelsModel;
  readonly pictures: Pictures;
  readonly connecting: Connecting;
  readonly joining: Joining;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly backend: Backend) {
    this.acts = new Acts(backend);
    this.completing = new Completing(
      backend,
      () => this.state?.account ?? "",
      (row) => this.#offerReopening(row.title, row.subject ?? "", () => this.completing.takenBack(row)),
    );
    this.today = new TodayModel(backend, ({ title, subject }) => this.#offerReopening(title, subject, () => this.today.drop(subject), () => this.today.lapse(subject)));
    this.list = new ListModel(backend, (page) => this.completing.saw(page));
    this.channels = new ChannelsModel(backend);
    this.pictures = new Pictures(backend);
    this.connecting = new Connecting(backend, () => this.state, () => this.#turn({ page: "list", at: null }));
    this.joining = new Joining(backend, () => this.#turn({ page: "list", at: null }));
    backend.listen((told) => this.#hear(told));
    // Somebody came with a way in: he is asked first, whoever is signed in.
    if (backend.door?.by) this.page = { page: "sign_in" };
    void this.begin();
    // Asked beside the state, not after it: the first rows are what the user waits for.
    void this.list.load();
  }

  async begin(): Promise<void> {
    const answer = await this.backend.call({ type: "hello" });
    this.unreachable = answer.type !== "state";
    if (answer.type === "state") this.#take(answer.state);
  }

  /** Goes to `page`, asking first where that would lose changes (RULES C6). */
  go(page: Page): void {
    const leaves = this.page.page === "channels" && page.page !== "channels";
    if (leaves && this.channels.dirty) this.leavingTo = page;
    else this.#turn(page);
  }

  /** Closes the window, asking first where that would lose changes. */
  close(): void {
    if (this.channels.dirty) this.leavingTo = "closed";
    else void this.backend.call({ type: "close" });
  }

  /** One step out of the list: out of the open item, then out of search and filters. False where it is plain. */
  stepBack(): boolean {
    const { list } = this;
    if (list.expanded !== null) list.expanded = null;
    else if (isNarrowed(list.query) || this.searching) {
      list.narrow({ provider: null, link: null, search: "" });
      this.searching = false;
    } else return false;
    return true;
  }

  stay(): void {
    this.leavingTo = null;
  }

  /** Leaves as asked for, without the changes. */
  leave(): void {
    const to = this.leavingTo;
    this.leavingTo = null;
    this.channels.revert();
    if (to === "closed") {
      this.#turn({ page: "list", at: null });
      void this.backend.call({ type: "close" });
    } else if (to) this.#turn(to);
  }

  async saveAndLeave(): Promise<void> {
    if (await this.channels.save()) this.leave();
    else this.stay();
  }

  /** Asks for something that only needs saying where it fails. */
  async ask(request: WindowRequest): Promise<boolean> {
    const code = failure(await this.backend.call(request));
    if (code) this.#fail(code);
    return code === null;
  }

  /** Whether the page is a browser's: what only a desktop can do is not offered there. */
  get inBrowser(): boolean {
    return this.backend.place === "web";
  }

  /** Whether there is anything to mark, and something that says up to where. */
  get canReadAll(): boolean {
    return (this.state?.unread ?? 0) > 0 && this.list.cursor !== null;
  }

  /** Marks all read that the list shows, and offers the way back. */
  async readAll(): Promise<void> {
    const upto = this.list.cursor;
    if (upto === null || !this.canReadAll) return;
    const answer = await this.backend.call({ type: "mark_all_read", upto });
    if (answer.type === "failed") return this.#fail(answer.code);
    if (answer.type !== "marked_all" || answer.count === 0) return;
    const { count, undo } = answer;
    this.undoing.offer({ text: "undo-read", fill: { count }, back: () => void this.ask({ type: "undo_mark_all", undo }) });
  }

  async appear(change: { language?: WindowState["language_choice"]; theme?: ThemeChoice }): Promise<void> {
    const state = this.state;
    if (!state) return;
    const language = change.language ?? state.language_choice;
    const theme = change.theme ?? state.theme;
    await this.ask({ type: "appearance", language, theme });
  }

  tell(notice: Notice | null): void {
    clearTimeout(this.#noticeTimer);
    this.notice = notice;
    if (notice) this.#noticeTimer = setTimeout(() => (this.notice = null), notice.bad ? 10_000 : 4_000);
  }

  #fail(code: WindowErrorCode): void {
    this.tell({ text: `error-${code.replaceAll("_", "-")}`, bad: true });
  }

  #offerReopening(title: string, subject: string, reopened: () => void, lapsed: () => void = () => undefined): void {
    const back = async () => {
      if (!(await this.ask({ type: "reopen_task", subject }))) return lapsed();
      reopened();
      void this.today.load();
    };
    this.undoing.offer({ text: "undo-completed", fill: { title }, back: () => void back(), lapsed });
    this.today.stale();
  }

  #turn(page: Page): void {
    this.page = page;
    this.menu = null;
    this.tell(null);
    // An item that is asked for may be left out of what is shown.
    if (page.page === "list" && page.at) this.list.narrow(EVERYTHING);
    if (page.page === "channels") void this.channels.load();
    if (page.page === "join") this.joining.open(page.link);
  }

  #take(state: WindowState): void {
    const before = this.state;
    this.state = state;
    if (state.way !== null && (before?.account !== state.account || before.current !== state.current)) {
      this.today.forget();
      void this.today.load();
    }
    this.unreachable = false;
    speak(state.language);
    const root = document.documentElement;
    if (state.theme === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = state.theme;
    document.title = state.unread > 0 ? `(${state.unread}) Dealbell` : "Dealbell";
  }

  #hear(told: Told): void {
    switch (told.type) {
      case "state":
        return this.#take(told.state);
      case "list_changed":
        this.today.stale();
        return void this.list.refresh(told.version);
      case "channels_changed":
        return this.channels.changedElsewhere(told.channels);
      case "show":
        return this.go(told.page);
      case "leave":
        // The process ends by itself; there is nothing to save that the resident has not.
        return;
    }
  }
}
