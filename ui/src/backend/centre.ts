// The page as a centre serves it: answers the window's requests from the centre's HTTP API, and hears
// what changes over its stream. Rows stay the centre's; only the newest are kept, for whoever is offline.
import type { Connection, ListPage, Me, Notification, NotificationId, OpenTask, SignedOutReason, Update, WindowAnswer, WindowErrorCode, WindowRequest } from "../generated/protocol";
import type { Backend, Told } from "./backend";
import { placeOf } from "./centre/cursor";
import { doorOf, takeProof, type Proof } from "./centre/door";
import { Link, refusedBecause } from "./centre/link";
import { matching } from "./centre/matching";
import { browserName } from "./centre/names";
import { MOST_IDS, Outbox, type Mark } from "./centre/outbox";
import { browserPush, type WebPush } from "./centre/push";
import { Refused, Rest, Unreached } from "./centre/rest";
import { Session, type Output } from "./centre/session";
import { openShelf, type Remembered, type Shelf } from "./centre/shelf";
import { keepLook, keptLook, stateOf } from "./centre/state";
import { Worker } from "./centre/worker";
import { holdUnload } from "./unload";

/** Rows whose links are known without asking: those that were on the screen. */
const SEEN = 1_000;
/** Rows of a page when all unread ones are asked for. */
const PAGE = 200;
/** How long everything marked read can be taken back. */
const UNDO_MS = 10 * 60_000;

export async function centreBackend(): Promise<Backend> {
  const held = { proof: takeProof() };
  const base = new URL("../", document.baseURI);
  const shelf = await openShelf(base.pathname);
  return new Centre(base, shelf, held);
}

class Centre implements Backend {
  readonly place = "web";
  readonly push: WebPush;
  readonly door;
  readonly #rest: Rest;
  readonly #outbox: Outbox;
  readonly #worker: Worker;
  readonly #tabs: BroadcastChannel;
  #session: Session;
  #link: Link | null = null;
  #me: Me | null = null;
  /** Why nobody is signed in; null while that is not known. */
  #out: SignedOutReason | null = null;
  #channels: Awaited<ReturnType<Rest["channels"]>> | null = null;
  #look = keptLook();
  #update: Update | null = null;
  #version = 1;
  #hearers: ((told: Told) => void)[] = [];
  #told = "";
  /** What is on the screen was kept, not read. */
  #stale = false;
  #keptUnread = 0;
  #seen = new Map<NotificationId, Notification>();
  #tasks = new Map<string, OpenTask>();
  #undo: { number: number; ids: Set<NotificationId>; at: number } | null = null;
  #undos = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly base: URL,
    private readonly shelf: Shelf,
    held: { proof: Proof | null },
  ) {
    this.#rest = new Rest(base.href);
    this.#worker = new Worker((update) => {
      this.#update = update;
      this.#tell();
    });
    this.push = browserPush(this.#rest, this.#worker);
    this.door = doorOf(this.#rest, held, () => this.#entered(), { host: location.host, browser: browserName(navigator.userAgent) });
    this.#session = this.#newSession();
    const turn = <T>(act: () => Promise<T>): Promise<T> => ("locks" in navigator ? navigator.locks.request(`dealbell ${base.pathname}`, act) as Promise<T> : act());
    this.#outbox = new Outbox(shelf, this.#rest, turn, ({ cursor, unread }) => {
      const at = placeOf(cursor);
      if (at) this.#link?.tell({ type: "counted", at, unread });
      this.#changed();
    });
    this.#tabs = new BroadcastChannel(`dealbell ${base.pathname}`);
    this.#tabs.onmessage = ({ data }) => void this.#heardFromTab(data);
    addEventListener("hashchange", () => {
      const proof = takeProof();
      if (!proof) return;
      held.proof = proof;
      this.#hearers.forEach((hear) => hear({ type: "show", page: { page: "sign_in" } }));
    });
  }

  listen(hear: (told: Told) => void): void {
    this.#hearers.push(hear);
    this.#worker.listen((id) => hear({ type: "show", page: { page: "list", at: id } }));
  }

  holdClose(ask: () => void): () => void {
    return holdUnload(ask);
  }

  async call(request: WindowRequest): Promise<WindowAnswer> {
    try {
      return await this.#answer(request);
    } catch (error) {
      const reason = refusedBecause(error);
      if (reason && request.type !== "sign_out") this.#link?.tell({ type: "unknown", reason });
      return { type: "failed", code: codeOf(error) };
    }
  }

  async #answer(request: WindowRequest): Promise<WindowAnswer> {
    const rest = this.#rest;
    switch (request.type) {
      case "hello":
        return this.#hello();
      case "list":
        return { type: "list", page: await this.#list(request) };
      case "open":
        return this.#open(request.id);
      case "mark":
        for (const id of request.ids) this.#undo?.ids.delete(id);
        return this.#mark(inLots(request.ids).map((ids): Mark => ({ do: request.read ? "read" : "unread", ids, at: Date.now() })));
      case "mark_all_read":
        return this.#markAll(request.upto);
      case "undo_mark_all":
        return this.#undoMarkAll(request.undo);
      case "today": {
        const tasks = await rest.tasks();
        this.#tasks = new Map(tasks.tasks.map((task) => [task.subject, task]));
        return { type: "tasks", tasks };
      }
      case "open_task":
        return follow(this.#tasks.get(request.subject)?.link ?? null);
      case "complete_task":
        await rest.actOn(request.subject, { act: "complete", result: request.result });
        return DONE;
      case "reopen_task":
        await rest.actOn(request.subject, { act: "reopen" });
        return DONE;
      case "complete":
        await rest.act(request.id, { act: "complete", result: request.result });
        return DONE;
      case "channels":
        return { type: "channels", channels: await this.#readChannels() };
      case "save_channels":
        this.#channels = await rest.saveChannels(request.revision, request.settings);
        this.#tell();
        return { type: "channels", channels: this.#channels };
      case "devices":
        return { type: "devices", devices: await rest.devices() };
      case "revoke_device":
        await rest.revoke(request.id);
        return DONE;
      case "provider_icon":
        return { type: "provider_icon", data: await dataOf(await rest.picture(request.provider)) };
      case "send_test":
        await rest.test(request.channel);
        return DONE;
      case "calendar":
      case "renew_calendar":
        return { type: "calendar", link: await rest.calendar(request.type === "renew_calendar") };
      case "sign_in_link":
        return { type: "sign_in_link", link: await rest.signInLink() };
      case "push_devices":
        return { type: "push_devices", push: await rest.pushDevices() };
      case "switch_push":
        await rest.changePush(request.id, { on: request.on });
        return DONE;
      case "remove_push":
        await rest.removePush(request.id);
        return DONE;
      case "test_push":
        await rest.testPush(request.id);
        return DONE;
      case "reconnect":
        this.#link?.tell({ type: "now" });
        return DONE;
      case "appearance":
        this.#look = { language: request.language, theme: request.theme };
        keepLook(this.#look);
        this.#tell();
        return DONE;
      case "install_update":
        this.#worker.renew();
        return DONE;
      case "check_for_update":
        await this.#worker.look();
        return DONE;
      case "sign_out":
        // Where the centre knows this browser no more, it is out already.
        await rest.signOut().catch((error: unknown) => {
          if (!refusedBecause(error)) throw error;
        });
        this.#tabs.postMessage("signed-out");
        await this.#leave("no_account");
        return DONE;
      case "close":
      case "shown":
        return DONE;
      // What only a desktop can do: the page does not offer it here.
      case "snooze":
      case "quiet":
      case "change":
      case "diagnostics":
      case "report":
      case "ask_permission":
      case "dismiss":
      case "use_account":
      case "open_calendar":
      case "open_inbox":
      case "check":
      case "enter":
      case "keep_token":
      case "quit":
        return { type: "failed", code: "unavailable" };
    }
  }

  async #hello(): Promise<WindowAnswer> {
    if (!this.#me && !this.#out) {
      const before = await this.shelf.recall("me");
      try {
        this.#me = await this.#rest.me();
        if (before && before.email !== this.#me.email) await this.shelf.clear();
        await this.shelf.remember("me", this.#me);
      } catch (error) {
        if (refusedBecause(error)) await this.#leave(before ? (refusedBecause(error) ?? "token_invalid") : "no_account");
        else if (before) this.#me = before;
        else return { type: "failed", code: codeOf(error) };
      }
      if (this.#me) await this.#begin();
    }
    return { type: "state", state: this.#state() };
  }

  /** Somebody is signed in: hears and sends from now on. */
  async #begin(): Promise<void> {
    this.#channels = await this.shelf.recall("channels");
    this.#keptUnread = (await this.shelf.recall("list"))?.unread.count ?? 0;
    await this.#outbox.open().catch(() => undefined);
    const stream = new URL("v1/stream", this.base);
    stream.protocol = stream.protocol === "https:" ? "wss:" : "ws:";
    this.#session = this.#newSession();
    this.#link = new Link(stream.href, this.#session, this.#rest, (out) => this.#heard(out));
    this.#link.tell({ type: "tick" });
    void this.#readChannels().catch(() => undefined);
    void this.#worker.register();
  }

  #newSession(): Session {
    return new Session(__DEALBELL_VERSION__, browserName(navigator.userAgent));
  }

  async #entered(): Promise<void> {
    await this.#leave("no_account");
    this.#out = null;
    this.#tabs.postMessage("signed-in");
    await this.#hello();
    this.#changed();
    this.#tell();
  }

  /** Nobody is signed in here any more: nothing of the user's stays. */
  async #leave(reason: SignedOutReason): Promise<void> {
    this.#link?.end();
    this.#link = null;
    this.#me = null;
    this.#out = reason;
    this.#channels = null;
    this.#keptUnread = 0;
    this.#seen.clear();
    this.#tasks.clear();
    this.#undo = null;
    clearTimeout(this.#retry);
    await this.#outbox.forget().catch(() => undefined);
    await this.push.forget().catch(() => undefined);
    await this.#worker.clear().catch(() => undefined);
    this.#tell();
  }

  async #heardFromTab(said: unknown): Promise<void> {
    if (said === "marked") {
      await this.#outbox.open().catch(() => undefined);
      return this.#changed();
    }
    if (said === "signed-out" && this.#me) return this.#leave("no_account");
    if (said === "signed-in") {
      this.#link?.end();
      this.#me = null;
      this.#out = null;
      await this.#hello();
      this.#changed();
      this.#tell();
    }
  }

  #heard(out: Output[]): void {
    for (const one of out) {
      if (one.type === "changed") {
        const { event } = one;
        if (event?.kind === "read" || event?.kind === "removed") {
          for (const id of event.data.ids) this.#undo?.ids.delete(id);
          void this.#worker.take(event.data.ids);
        } else if (event?.kind === "read_all" && event.unread.count === 0) void this.#worker.take(null);
        this.#changed();
      } else if (one.type === "channels") {
        this.#channels = one.channels;
        this.#keep("channels", one.channels, this.#me);
        this.#hearers.forEach((hear) => hear({ type: "channels_changed", channels: one.channels }));
      } else if (one.type === "anew") void this.#readChannels().catch(() => undefined);
      else if (one.type === "live") {
        if (this.#stale) this.#changed();
        // Another tab or the worker may have left some.
        void this.#outbox.open().then(() => this.#send(), () => undefined);
      } else if (one.type === "ended") {
        const { connection } = this.#session;
        void this.#leave(connection.state === "signed_out" ? connection.reason : "token_invalid");
      }
    }
    this.#tell();
  }

  async #list({ query, offset, limit }: Extract<WindowRequest, { type: "list" }>): Promise<ListPage> {
    const version = this.#version;
    const me = this.#me;
    const whole = !query.unread && query.provider === null && query.link === null && query.search.trim() === "";
    let slice;
    try {
      slice = await this.#rest.list(query, offset, limit);
      this.#stale = false;
      const at = placeOf(slice.cursor);
      if (at) this.#link?.tell({ type: "counted", at, unread: slice.unread });
      if (whole && offset === 0) this.#keep("list", slice, me);
    } catch (error) {
      const kept = error instanceof Unreached ? await this.shelf.recall("list") : null;
      if (!kept) throw error;
      this.#stale = true;
      // Marks first: what was read offline is no longer among the unread ones.
      const { items, ...rest } = this.#outbox.applied(kept, false);
      const found = items.filter((row) => matching(row, query));
      slice = { ...rest, total: found.length, offset, items: found.slice(offset, offset + limit) };
    }
    const { total, items, cursor } = this.#outbox.applied(slice, query.unread);
    this.#see(items);
    return { total, offset: slice.offset, items, cursor, snoozed: [], version };
  }

  /** For a visit without a network; not what was asked for before whoever is in now. */
  #keep<Key extends keyof Remembered>(key: Key, value: Remembered[Key], asked: Me | null): void {
    if (asked && asked === this.#me) void this.shelf.remember(key, value);
  }

  #see(rows: Notification[]): void {
    for (const row of rows) {
      this.#seen.delete(row.id);
      this.#seen.set(row.id, row);
    }
    for (const id of [...this.#seen.keys()].slice(0, Math.max(0, this.#seen.size - SEEN))) this.#seen.delete(id);
  }

  /** The tab opens before anything is waited for: later a browser would take it for a pop-up. */
  #open(id: NotificationId): Promise<WindowAnswer> {
    const row = this.#seen.get(id);
    const answer = follow(row?.link ?? null);
    if (answer.type === "failed" || row?.read_at !== null) return Promise.resolve(answer);
    return this.#mark([{ do: "read", ids: [id], at: Date.now() }]);
  }

  async #mark(marks: Mark[]): Promise<WindowAnswer> {
    try {
      await this.#outbox.put(marks);
    } catch {
      return { type: "failed", code: "storage" };
    }
    this.#tabs.postMessage("marked");
    this.#changed();
    const ids = marks.flatMap((mark) => (mark.do === "read" ? mark.ids : []));
    if (ids.length > 0) void this.#worker.take(ids);
    void this.#send();
    return DONE;
  }

  async #markAll(upto: string): Promise<WindowAnswer> {
    const place = placeOf(upto);
    const ids = (await this.#unreadIds()).filter(({ created_seq }) => place && created_seq <= place.seq).map(({ id }) => id);
    const answer = await this.#mark([{ do: "read_all", upto, at: Date.now() }]);
    if (answer.type === "failed") return answer;
    const number = ++this.#undos;
    this.#undo = { number, ids: new Set(ids), at: Date.now() };
    return { type: "marked_all", count: ids.length, undo: number };
  }

  async #undoMarkAll(number: number): Promise<WindowAnswer> {
    const undo = this.#undo;
    if (undo?.number !== number || Date.now() - undo.at > UNDO_MS) return { type: "failed", code: "gone" };
    this.#undo = null;
    return this.#mark(inLots([...undo.ids]).map((ids) => ({ do: "unread", ids, at: Date.now() })));
  }

  /** What is unread, as the user sees it; offline, of what was kept. */
  async #unreadIds(): Promise<Notification[]> {
    const found = new Map<NotificationId, Notification>();
    const query = { unread: true, provider: null, link: null, search: "" };
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const page = await this.#list({ type: "list", query, offset, limit: PAGE });
      for (const row of page.items) found.set(row.id, row);
      total = page.total;
    }
    return [...found.values()];
  }

  async #send(): Promise<void> {
    clearTimeout(this.#retry);
    if (!this.#me || this.#outbox.waiting === 0) return;
    const sent = await this.#outbox.send(() => Date.now()).catch(() => ({ type: "later" as const, ms: 5_000 }));
    if (sent.type === "later") this.#retry = setTimeout(() => void this.#send(), sent.ms);
    if (sent.type === "unknown") this.#link?.tell({ type: "unknown", reason: "token_invalid" });
  }

  async #readChannels() {
    const me = this.#me;
    const channels = await this.#rest.channels();
    if (me !== this.#me) return channels;
    this.#channels = channels;
    this.#keep("channels", channels, me);
    this.#tell();
    return channels;
  }

  #changed(): void {
    this.#version++;
    this.#hearers.forEach((hear) => hear({ type: "list_changed", version: this.#version }));
  }

  #state() {
    const connection: Connection = this.#out ? { state: "signed_out", reason: this.#out } : this.#session.connection;
    const unread = this.#me ? (this.#session.unread?.count ?? this.#keptUnread) : 0;
    return stateOf({ me: this.#me, connection, unread, channels: this.#channels, update: this.#update, look: this.#look }, Date.now());
  }

  #tell(): void {
    const state = this.#state();
    const told = JSON.stringify(state);
    if (told === this.#told || (!this.#me && !this.#out)) return;
    this.#told = told;
    showBadge(state.unread);
    this.#hearers.forEach((hear) => hear({ type: "state", state }));
  }
}

const DONE: WindowAnswer = { type: "done" };

/** Opens a card in a tab of its own. */
function follow(link: string | null): WindowAnswer {
  if (link === null || !/^https?:\/\//i.test(link)) return { type: "failed", code: "no_link" };
  const anchor = Object.assign(document.createElement("a"), { href: link, target: "_blank", rel: "noopener noreferrer" });
  anchor.click();
  return DONE;
}

function inLots(ids: NotificationId[]): NotificationId[][] {
  return Array.from({ length: Math.ceil(ids.length / MOST_IDS) }, (_, lot) => ids.slice(lot * MOST_IDS, (lot + 1) * MOST_IDS));
}

function dataOf(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("unread"));
    reader.readAsDataURL(picture);
  });
}

/** The number on the icon of a page that is installed. */
function showBadge(unread: number): void {
  if (!("setAppBadge" in navigator)) return;
  void (unread > 0 ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => undefined);
}

function codeOf(error: unknown): WindowErrorCode {
  if (error instanceof Unreached) return "offline";
  if (!(error instanceof Refused)) return "unknown";
  switch (error.code) {
    case "token_invalid":
    case "token_revoked":
      return "token_refused";
    case "forbidden":
    case "foreign_origin":
      return "no_rights";
    case "not_found":
      return "gone";
    case "revision_conflict":
      return "conflict";
    case "unavailable":
      return "unavailable";
    case "crm_refused":
      return "crm_refused";
    case "crm_unreachable":
      return "offline";
    case null:
      return "not_a_centre";
    default:
      return "unknown";
  }
}
