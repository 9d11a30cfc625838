// Stands in for the resident: a WebSocket that answers the window's calls from plain values.
import { WebSocketServer } from "ws";
import { channels, day, found, NOW, openTasks, PICTURE, PROVIDERS } from "./data.mjs";
import { calendarLink, signInLink } from "./data-reach.mjs";
import { diagnostics, REPORT } from "./data-diagnostics.mjs";
import { matches } from "./matching.mjs";

/** @typedef {import("../src/generated/protocol").WindowCall} WindowCall */
/** @typedef {import("../src/generated/protocol").WindowRequest} WindowRequest */
/** @typedef {import("../src/generated/protocol").WindowAnswer} WindowAnswer */
/** @typedef {import("../src/generated/protocol").WindowEvent} WindowEvent */
/** @typedef {import("../src/generated/protocol").WindowState} WindowState */
/** @typedef {import("../src/generated/protocol").Language} Language */
/** @typedef {import("./data.mjs").Notification} Notification */

/**
 * @typedef {object} Story
 * @property {Partial<WindowState>} [state]
 * @property {Notification[]} [rows]
 * @property {import("../src/generated/protocol").ChannelSettings} [channels]
 * @property {string | null} [cursor]
 * @property {import("../src/generated/protocol").Found} [found] what a check finds
 * @property {import("../src/generated/protocol").OpenTask[]} [tasks] what is open today
 * @property {import("../src/generated/protocol").Diagnostics} [diagnostics] what was decided and how the link went
 * @property {import("../src/generated/protocol").DeviceRow[]} [devices] a team's
 * @property {import("../src/generated/protocol").CalendarLink} [calendar] the user's
 * @property {import("../src/generated/protocol").PushDevices} [push] the browsers and phones that are pushed to
 * @property {boolean} [keeps] a completed task's notifications stay until they are withdrawn
 * @property {[number, number][]} [snoozed] rows by their place, and until when each is put off
 * @property {WindowRequest["type"][]} [silent] calls that are never answered
 * @property {Partial<Record<WindowRequest["type"], import("../src/generated/protocol").WindowErrorCode>>} [fails]
 */

/** The device's settings as they are at first. @type {import("../src/generated/protocol").DeviceSettings} */
export const SETTINGS = {
  content: "all",
  hide_while_sharing: true,
  respect_system_quiet: true,
  stay_when_due: true,
  sounds: true,
  sound_of: {},
  start_at_login: true,
  shortcut: "Ctrl+Alt+D",
  proxy: { by: "system" },
  ca_file: null,
  keep_days: 0,
  linger_secs: 120,
  log_level: "info",
};

export class StandIn {
  /** Every call that came, oldest first. @type {WindowRequest[]} */
  heard = [];
  version = 1;
  /** What is answered only when this says so. @type {((request: WindowRequest) => Promise<void> | null) | null} */
  hold = null;
  /** What was put off, and until when. @type {Map<string, number>} */
  snoozed = new Map();
  /** What the last mark-all marked. @type {string[]} */
  marked = [];
  /** How many ways in there were. */
  links = 0;
  /** Tasks that were completed here. @type {import("../src/generated/protocol").OpenTask[]} */
  completed = [];

  /** @param {Language} language @param {Story} story */
  constructor(language, story) {
    this.story = story;
    this.rows = story.rows ?? day(language);
    for (const [index, until] of story.snoozed ?? []) this.snoozed.set(this.rows[index]?.id ?? "", until);
    this.channels = story.channels ?? channels(language);
    this.tasks = story.tasks ?? openTasks(language);
    /** @type {WindowState} */
    this.state = {
      way: "demo",
      account: "demo.amocrm.ru",
      connection: { state: "online" },
      unread: this.rows.filter((row) => row.read_at === null).length,
      language,
      language_choice: "system",
      theme: "system",
      troubles: [],
      access: null,
      reading: null,
      accounts: [],
      current: null,
      providers: PROVIDERS[language],
      quiet: null,
      settings: SETTINGS,
      managed: [],
      managed_centre: null,
      update: null,
      version: "0.1.0",
      ...story.state,
    };
    this.server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    this.server.on("connection", (socket) => {
      socket.on("message", (line) => {
        /** @type {WindowCall} */
        const call = JSON.parse(String(line));
        this.heard.push(call.request);
        if (this.story.silent?.includes(call.request.type)) return;
        const held = this.hold?.(call.request);
        if (held) void held.then(() => this.tell({ type: "answer", id: call.id, answer: this.answer(call.request) }));
        else this.tell({ type: "answer", id: call.id, answer: this.answer(call.request) });
      });
    });
  }

  async url() {
    if (!this.server.address()) await new Promise((resolve) => this.server.once("listening", resolve));
    return `ws://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (this.server.address()).port}`;
  }

  /** @param {WindowEvent} event */
  tell(event) {
    for (const socket of this.server.clients) socket.send(JSON.stringify(event));
  }

  /** The rows changed: the counter and the word of it follow. */
  changed() {
    this.version++;
    this.state = { ...this.state, unread: this.rows.filter((row) => row.read_at === null).length };
    this.tell({ type: "state", state: this.state });
    this.tell({ type: "list_changed", version: this.version });
  }

  /** So many new ones come, like the newest there is. @param {number} count */
  arrive(count) {
    const [newest] = this.rows;
    if (!newest) return;
    const seq = newest.created_seq;
    const fresh = Array.from({ length: count }, (_, i) => ({ ...newest, id: `new${seq + count - i}`, created_seq: seq + count - i, at: NOW, created_at: NOW, read_at: null }));
    this.rows = [...fresh, ...this.rows];
    this.changed();
  }

  /** Everything about `subject` goes (RULES T7). @param {string} subject */
  withdraw(subject) {
    this.rows = this.rows.filter((row) => row.subject !== subject);
    this.changed();
  }

  /** @param {WindowRequest} request @returns {WindowAnswer} */
  answer(request) {
    const code = this.story.fails?.[request.type];
    if (code) return { type: "failed", code };
    switch (request.type) {
      case "hello":
        return { type: "state", state: this.state };
      case "list": {
        const rows = this.rows.filter((row) => matches(row, request.query));
        const items = rows.slice(request.offset, request.offset + request.limit);
        const cursor = this.story.cursor === undefined ? `e1.${this.rows[0]?.created_seq ?? 0}` : this.story.cursor;
        const snoozed = items.flatMap(({ id }) => {
          const until = this.snoozed.get(id);
          return until === undefined ? [] : [{ id, until }];
        });
        return { type: "list", page: { total: rows.length, offset: request.offset, items, cursor, snoozed, version: this.version } };
      }
      case "open":
        this.#mark([request.id], true);
        return { type: "done" };
      case "mark":
        this.#mark(request.ids, request.read);
        return { type: "done" };
      case "mark_all_read": {
        const upto = Number(request.upto.split(".")[1]);
        this.marked = this.rows.filter((row) => row.created_seq <= upto && row.read_at === null).map((row) => row.id);
        this.#mark(this.marked, true);
        return { type: "marked_all", count: this.marked.length, undo: 1 };
      }
      case "undo_mark_all":
        this.#mark(this.marked, false);
        return { type: "done" };
      case "snooze":
        if (request.until > NOW) this.snoozed.set(request.id, request.until);
        else this.snoozed.delete(request.id);
        setImmediate(() => this.changed());
        return { type: "done" };
      case "today":
        return { type: "tasks", tasks: { tasks: this.tasks } };
      case "complete_task":
        this.completed = this.tasks.filter(({ subject }) => subject === request.subject);
        this.tasks = this.tasks.filter(({ subject }) => subject !== request.subject);
        setImmediate(() => this.withdraw(request.subject));
        return { type: "done" };
      case "reopen_task":
        this.tasks = [...this.tasks, ...this.completed.filter(({ subject }) => subject === request.subject)].sort((a, b) => a.due_at - b.due_at);
        setImmediate(() => this.changed());
        return { type: "done" };
      case "quiet": {
        const until = request.choice === "hour" ? NOW + 3_600_000 : request.choice === "tomorrow" ? NOW + 64_900_000 : null;
        this.state = { ...this.state, quiet: request.choice === "off" ? null : { by: "user", until } };
        this.tell({ type: "state", state: this.state });
        return { type: "done" };
      }
      case "channels":
        return { type: "channels", channels: this.channels };
      case "save_channels": {
        if (request.revision !== this.channels.revision) return { type: "failed", code: "conflict" };
        const { receive, providers, quiet, email, push } = request.settings;
        this.channels = {
          ...this.channels,
          revision: this.channels.revision + 1,
          receive,
          quiet: quiet ?? this.channels.quiet,
          email: email ?? this.channels.email,
          push: push ?? this.channels.push,
          providers: this.channels.providers.map((row) => ({ ...row, channels: providers[row.id] ?? row.channels })),
        };
        return { type: "channels", channels: this.channels };
      }
      case "devices":
        return this.story.devices ? { type: "devices", devices: this.story.devices } : { type: "failed", code: "unavailable" };
      case "calendar":
        return { type: "calendar", link: this.story.calendar ?? calendarLink(1) };
      case "renew_calendar":
        this.story = { ...this.story, calendar: calendarLink(2) };
        return { type: "calendar", link: calendarLink(2) };
      case "sign_in_link":
        return { type: "sign_in_link", link: signInLink(++this.links) };
      case "push_devices":
        return this.story.push ? { type: "push_devices", push: this.story.push } : { type: "failed", code: "unavailable" };
      case "switch_push":
        this.#pushed((rows) => rows.map((row) => (row.id === request.id ? { ...row, on: request.on } : row)));
        return { type: "done" };
      case "remove_push":
        this.#pushed((rows) => rows.filter(({ id }) => id !== request.id));
        return { type: "done" };
      case "provider_icon":
        return { type: "provider_icon", data: PICTURE };
      case "revoke_device":
        this.story = { ...this.story, devices: this.story.devices?.filter(({ id }) => id !== request.id) ?? [] };
        return { type: "done" };
      case "change": {
        const { setting, value } = request.setting;
        /** @type {Record<string, unknown>} */
        const change = setting === "sound_of" ? { sound_of: { ...this.state.settings.sound_of, [value[0]]: value[1] } } : { [setting]: value };
        this.state = { ...this.state, settings: { ...this.state.settings, ...change } };
        this.tell({ type: "state", state: this.state });
        return { type: "done" };
      }
      case "use_account": {
        const account = this.state.accounts.find(({ key }) => key === request.key);
        this.state = { ...this.state, current: request.key, account: account?.label ?? "" };
        this.tell({ type: "state", state: this.state });
        return { type: "done" };
      }
      case "diagnostics":
        return { type: "diagnostics", diagnostics: this.story.diagnostics ?? diagnostics(this.rows) };
      case "report":
        return { type: "report", text: REPORT };
      case "check":
        return { type: "checked", found: this.story.found ?? found(this.state.language) };
      case "enter":
        this.state = { ...this.state, way: "solo", account: "romashka.amocrm.ru", connection: { state: "online" } };
        this.tell({ type: "state", state: this.state });
        return { type: "done" };
      case "complete": {
        const subject = this.rows.find(({ id }) => id === request.id)?.subject;
        if (!this.story.keeps) setImmediate(() => this.withdraw(subject ?? ""));
        return { type: "done" };
      }
      case "appearance":
        this.state = {
          ...this.state,
          language_choice: request.language,
          theme: request.theme,
          language: request.language === "system" ? this.state.language : request.language,
        };
        this.tell({ type: "state", state: this.state });
        return { type: "done" };
      default:
        return { type: "done" };
    }
  }

  /** @param {(rows: import("../src/generated/protocol").PushSubscriptionRow[]) => import("../src/generated/protocol").PushSubscriptionRow[]} change */
  #pushed(change) {
    const { push } = this.story;
    if (push) this.story = { ...this.story, push: { ...push, subscriptions: change(push.subscriptions) } };
  }

  /** @param {string[]} ids @param {boolean} read */
  #mark(ids, read) {
    this.rows = this.rows.map((row) => (ids.includes(row.id) ? { ...row, read_at: read ? row.at : null } : row));
    setImmediate(() => this.changed());
  }

  close() {
    for (const socket of this.server.clients) socket.terminate();
    this.server.close();
  }
}
