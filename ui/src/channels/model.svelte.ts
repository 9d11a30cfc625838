// The channels page's state: as the centre has them, as the user wants them, and how saving went.
import type { Backend } from "../backend/backend";
import type { ChannelSettings, EmailMode, ProviderId, QuietSpan, WindowErrorCode } from "../generated/protocol";
import { changes, draftOf, rebase, type Draft, type Switched } from "./draft";
import { isWhole, NIGHTS } from "./quiet";

export class ChannelsModel {
  saved = $state.raw<ChannelSettings | null>(null);
  draft = $state<Draft>({ receive: true, providers: {}, quiet: { on: false, zone: "", spans: [] }, email: { mode: "at_once", at: 540, zone: "" }, push: { hold_back: false } });
  loading = $state(false);
  saving = $state(false);
  /** Why reading or saving failed. */
  failed = $state<WindowErrorCode | null>(null);
  /** What somebody else saved while changes were being made here. */
  newer = $state.raw<ChannelSettings | null>(null);
  conflict = $state(false);
  justSaved = $state(false);

  readonly #changes = $derived(this.saved ? changes(this.saved, this.draft) : null);

  constructor(private readonly backend: Backend) {}

  get dirty(): boolean {
    return this.#changes !== null;
  }

  /** Reads them afresh from the centre; changes under way stay. */
  async load(): Promise<void> {
    if (this.dirty || this.loading) return;
    this.loading = true;
    this.justSaved = false;
    const answer = await this.backend.call({ type: "channels" });
    this.loading = false;
    this.failed = answer.type === "failed" ? answer.code : null;
    if (answer.type === "channels" && !this.dirty) this.#take(answer.channels);
  }

  toggle(provider: ProviderId, channel: Switched): void {
    const row = this.draft.providers[provider];
    if (row) row[channel] = !row[channel];
    this.#touched();
  }

  toggleReceive(): void {
    this.draft.receive = !this.draft.receive;
    this.#touched();
  }

  /** Quiet hours on or off; the first time they are the nights, in the zone of this computer. */
  setQuiet(on: boolean, here: string): void {
    const { quiet } = this.draft;
    quiet.on = on;
    if (on && quiet.spans.length === 0) {
      quiet.spans = [{ ...NIGHTS, days: [...NIGHTS.days] }];
      quiet.zone = here;
    }
    this.#touched();
  }

  setSpan(at: number, span: QuietSpan): void {
    this.draft.quiet.spans[at] = span;
    this.#touched();
  }

  addSpan(): void {
    this.draft.quiet.spans.push({ ...NIGHTS, days: [...NIGHTS.days] });
    this.#touched();
  }

  removeSpan(at: number): void {
    this.draft.quiet.spans.splice(at, 1);
    if (this.draft.quiet.spans.length === 0) this.draft.quiet.on = false;
    this.#touched();
  }

  setZone(zone: string): void {
    this.draft.quiet.zone = zone;
    this.#touched();
  }

  /** When letters go out (RULES C7); where no zone was chosen yet, the hour is that of this computer. */
  setEmail(mode: EmailMode, at: number, here: string): void {
    const { email } = this.draft;
    email.mode = mode;
    email.at = at;
    email.zone ||= here;
    this.#touched();
  }

  setEmailZone(zone: string): void {
    this.draft.email.zone = zone;
    this.#touched();
  }

  /** Whether browsers and phones leave to a desktop what it takes in time. */
  setHoldBack(on: boolean): void {
    this.draft.push.hold_back = on;
    this.#touched();
  }

  /** Whether it can be saved as it is. */
  get whole(): boolean {
    return isWhole(this.draft.quiet);
  }

  /** True when it is saved. */
  async save(): Promise<boolean> {
    const settings = this.#changes;
    if (!settings || !this.saved || this.saving || !this.whole) return settings === null;
    this.saving = true;
    this.failed = null;
    const revision = this.saved.revision;
    const answer = await this.backend.call({ type: "save_channels", revision, settings });
    this.saving = false;
    if (answer.type === "channels") {
      this.#take(answer.channels);
      this.justSaved = true;
      return true;
    }
    this.conflict = answer.type === "failed" && answer.code === "conflict";
    if (!this.conflict) this.failed = answer.type === "failed" ? answer.code : "unknown";
    return false;
  }

  revert(): void {
    const now = this.newer ?? this.saved;
    if (now) this.#take(now);
  }

  /** After a conflict: the newer ones, with the user's own changes on top of them or without. */
  async loadNewer(keepMine: boolean): Promise<void> {
    const answer = await this.backend.call({ type: "channels" });
    if (answer.type !== "channels") {
      this.failed = answer.type === "failed" ? answer.code : "unknown";
      return;
    }
    const mine = keepMine && this.saved ? rebase(this.draft, this.saved, answer.channels) : null;
    this.#take(answer.channels);
    if (mine) this.draft = mine;
  }

  /** Another device saved, or we did. */
  changedElsewhere(channels: ChannelSettings): void {
    if (this.saved && channels.revision <= this.saved.revision) return;
    if (!this.saved) return;
    if (this.saving) return;
    if (!this.dirty) return this.#take(channels);
    this.newer = channels;
    this.conflict = true;
  }

  #take(channels: ChannelSettings): void {
    this.saved = channels;
    this.draft = draftOf(channels);
    this.newer = null;
    this.conflict = false;
    this.failed = null;
  }

  #touched(): void {
    this.justSaved = false;
    this.failed = null;
  }
}
