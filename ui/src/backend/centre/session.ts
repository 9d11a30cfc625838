// The stream's client side as a state machine without I/O (STREAM 1–12): frames, time and the user's
// wishes in; frames, and what is to be done, out. It keeps no copy of the list: an entry only says
// that there is something to read again.
import type { ChannelSettings, ClientFrame, Connection, Event, ServerFrame, SignedOutReason, Unread } from "../../generated/protocol";
import { Backoff } from "./backoff";
import { cursorOf, placeOf, type Place } from "./cursor";

/** `mono` only ever grows, `wall` is the time of day; milliseconds. */
export interface Now {
  mono: number;
  wall: number;
}

export type Input =
  | { type: "tick" }
  | { type: "opened"; generation: number }
  | { type: "frame"; generation: number; frame: ServerFrame }
  /** Something came that is no frame. */
  | { type: "garbage"; generation: number }
  | { type: "closed"; generation: number; code: number }
  /** The centre answers, and does not know us. */
  | { type: "unknown"; reason: SignedOutReason }
  /** An answer of the HTTP API said what is unread. */
  | { type: "counted"; at: Place; unread: Unread }
  /** The computer slept, or the network is another one: a link that looks alive may be dead. */
  | { type: "wake" }
  /** The network is gone. */
  | { type: "cut" }
  /** Somebody looks, or asks for it: no more waiting. */
  | { type: "now" };

export type Output =
  | { type: "connect"; generation: number }
  | { type: "disconnect"; generation: number; code: number }
  | { type: "send"; generation: number; frame: ClientFrame }
  /** The list is another one: what is on the screen is to be read again. */
  | { type: "changed"; event: Event | null }
  | { type: "channels"; channels: ChannelSettings }
  /** The state was replaced: the channels are to be read again, too. */
  | { type: "anew" }
  /** Up to date: marks can be sent. */
  | { type: "live" }
  /** A try ended before the centre said anything: ask it over HTTP whether it knows us. */
  | { type: "ask" }
  /** The centre told us to stop. */
  | { type: "ended" };

type Phase =
  | { is: "waiting"; until: number; retryAt: number | null }
  | { is: "connecting" }
  | { is: "starting" }
  | { is: "backlog" }
  | { is: "live"; since: number }
  | { is: "signed_out"; reason: SignedOutReason };

const START = 1;
const SILENCE_MS = 33_000;
/** The shortest time between two acknowledgements. */
const ACK_MS = 1_000;
/** Closes of our own; a page may only name 1000 and what is above 3000. */
const BYE = 1000;
const NO_PONG = 4002;
const GAP = 4004;

const REASONS: Record<number, SignedOutReason> = {
  4500: "token_invalid",
  4503: "account_off",
  4504: "device_revoked",
  4505: "too_many_devices",
  4506: "upgrade_required",
};

export class Session {
  #phase: Phase = { is: "waiting", until: 0, retryAt: null };
  #generation = 0;
  /** The last entry that was told, and the expectation for the next `prev`. */
  #received: Place | null = null;
  #unread: { epoch: string; value: Unread } | null = null;
  #silence = SILENCE_MS;
  #heard = 0;
  #acked = 0;
  #ackNotBefore = 0;
  /** Something was said on this link. */
  #greeted = false;

  constructor(
    private readonly version: string,
    private readonly device: string,
    private readonly backoff = new Backoff(),
  ) {}

  /** The link, for people. */
  get connection(): Connection {
    const phase = this.#phase;
    switch (phase.is) {
      case "waiting":
        return phase.until === 0 ? { state: "connecting" } : { state: "offline", retry_at: phase.retryAt };
      case "connecting":
        return this.backoff.failing ? { state: "offline", retry_at: null } : { state: "connecting" };
      case "starting":
      case "backlog":
        return { state: "connecting" };
      case "live":
        return { state: "online" };
      case "signed_out":
        return { state: "signed_out", reason: phase.reason };
    }
  }

  /** The newest unread value there is (STREAM 5); null before the first. */
  get unread(): Unread | null {
    return this.#unread?.value ?? null;
  }

  get live(): boolean {
    return this.#phase.is === "live";
  }

  /** When `tick` is due, monotonic; null while only the user can help. */
  get deadline(): number | null {
    const phase = this.#phase;
    if (phase.is === "signed_out") return null;
    if (phase.is === "waiting") return phase.until;
    const silence = this.#heard + this.#silence;
    return this.#owesAck ? Math.min(silence, this.#ackNotBefore) : silence;
  }

  /** Takes one input and says what is to be done, in order. */
  handle(input: Input, now: Now): Output[] {
    const out: Output[] = [];
    // What an older link says is ignored (STREAM 8).
    if (!("generation" in input) || input.generation === this.#generation) this.#take(input, now, out);
    this.#onTime(now, out);
    return out;
  }

  #take(input: Input, now: Now, out: Output[]): void {
    switch (input.type) {
      case "tick":
        return;
      case "opened":
        if (this.#phase.is !== "connecting") return;
        this.#heard = now.mono;
        this.#phase = { is: "starting" };
        return;
      case "frame":
        if (!this.#linked) return;
        this.#heard = now.mono;
        this.#greeted = true;
        return this.#frame(input.frame, now, out);
      case "garbage":
        return this.#drop(GAP, now, out);
      case "closed":
        if (!this.#linked) return;
        if (input.code >= 4500 && input.code < 5000) return this.#end(REASONS[input.code] ?? "protocol", out);
        if (!this.#greeted) out.push({ type: "ask" });
        return this.#wait(now);
      case "unknown":
        if (this.#linked) this.#leave(BYE, out);
        return this.#end(input.reason, out);
      case "counted":
        // Before the first word of the centre, what HTTP says is all there is.
        if (!this.#unread || this.#unread.epoch === input.at.epoch) this.#count(input.at.epoch, input.unread);
        return;
      case "wake":
        if (this.#phase.is === "signed_out") return;
        if (this.#linked) this.#leave(BYE, out);
        return this.#connect(now, out);
      case "cut":
        return this.#drop(BYE, now, out);
      case "now":
        if (this.#phase.is === "waiting") this.#connect(now, out);
        return;
    }
  }

  #frame(frame: ServerFrame, now: Now, out: Output[]): void {
    switch (frame.op) {
      case "hello":
        if (this.#phase.is !== "starting") return;
        this.#silence = Math.max(1_000, frame.ping_ms + frame.grace_ms);
        return this.#send({ op: "start", id: START, cursor: this.#received && cursorOf(this.#received), client: { version: this.version, platform: "web", device: this.device } }, out);
      case "ready": {
        if (this.#phase.is !== "starting") return;
        const place = placeOf(frame.cursor);
        if (!place) return this.#drop(GAP, now, out);
        this.#phase = { is: "backlog" };
        if (frame.mode !== "resumed") {
          this.#received = place;
          this.#acked = 0;
          out.push({ type: "anew" }, { type: "changed", event: null });
        }
        // A new history begins with its own value, however old the other was.
        if (frame.mode === "reset") this.#unread = null;
        return this.#count(place.epoch, frame.unread);
      }
      case "event":
        return this.#event(frame, now, out);
      case "live":
        if (this.#phase.is !== "backlog") return;
        if (frame.seq > (this.#received?.seq ?? 0)) return this.#drop(GAP, now, out);
        this.#phase = { is: "live", since: now.mono };
        out.push({ type: "live" });
        return;
      case "ping":
        this.#send({ op: "pong" }, out);
        if (this.#phase.is === "live" && frame.seq > (this.#received?.seq ?? 0)) this.#drop(GAP, now, out);
        return;
      case "reconnect": {
        this.#leave(BYE, out);
        return this.#wait(now, 0, frame.after_ms);
      }
      case "error":
        if (frame.id !== START || this.#phase.is !== "starting") return;
        if (!frame.temporary && (frame.code === "token_invalid" || frame.code === "token_revoked")) {
          this.#leave(BYE, out);
          return this.#end(frame.code === "token_revoked" ? "device_revoked" : "token_invalid", out);
        }
        this.#leave(BYE, out);
        return this.#wait(now, frame.retry_ms);
      // Marks go over HTTP, pop-ups are for who shows toasts.
      case "ok":
      case "popup":
        return;
    }
  }

  #event(event: Event, now: Now, out: Output[]): void {
    const { is } = this.#phase;
    const last = this.#received;
    if ((is !== "backlog" && is !== "live") || !last) return this.#drop(GAP, now, out);
    // Said twice: a resume could bring nothing that is not here.
    if (event.seq <= last.seq) return;
    if (event.prev !== last.seq) return this.#drop(GAP, now, out);
    this.#received = { epoch: last.epoch, seq: event.seq };
    this.#count(last.epoch, event.unread);
    if (event.kind === "channels" || event.kind === "providers") out.push({ type: "channels", channels: event.data });
    else out.push({ type: "changed", event });
  }

  /** An older value than the one there is says nothing (STREAM 5). */
  #count(epoch: string, value: Unread): void {
    const known = this.#unread;
    if (!known || known.epoch !== epoch || value.at >= known.value.at) this.#unread = { epoch, value };
  }

  #onTime(now: Now, out: Output[]): void {
    const phase = this.#phase;
    if (phase.is === "waiting" && now.mono >= phase.until) this.#connect(now, out);
    else if (this.#linked && now.mono >= this.#heard + this.#silence) this.#drop(NO_PONG, now, out);
    else if (this.#owesAck && now.mono >= this.#ackNotBefore) {
      this.#acked = this.#received?.seq ?? 0;
      this.#ackNotBefore = now.mono + ACK_MS;
      this.#send({ op: "ack", seq: this.#acked }, out);
    }
  }

  get #linked(): boolean {
    return this.#phase.is !== "waiting" && this.#phase.is !== "signed_out";
  }

  get #owesAck(): boolean {
    const { is } = this.#phase;
    return (is === "backlog" || is === "live") && (this.#received?.seq ?? 0) > this.#acked;
  }

  #connect(now: Now, out: Output[]): void {
    this.#generation++;
    this.#phase = { is: "connecting" };
    this.#heard = now.mono;
    this.#greeted = false;
    this.#silence = SILENCE_MS;
    out.push({ type: "connect", generation: this.#generation });
  }

  #send(frame: ClientFrame, out: Output[]): void {
    out.push({ type: "send", generation: this.#generation, frame });
  }

  /** Ends the link; what it still says is an older generation's. */
  #leave(code: number, out: Output[]): void {
    out.push({ type: "disconnect", generation: this.#generation, code });
    this.#generation++;
  }

  #drop(code: number, now: Now, out: Output[]): void {
    if (!this.#linked) return;
    if (!this.#greeted) out.push({ type: "ask" });
    this.#leave(code, out);
    this.#wait(now);
  }

  /** Waits at least `retry`; a planned restart names its `window` itself (STREAM 12). */
  #wait(now: Now, retry = 0, window?: [number, number]): void {
    if (this.#phase.is === "live") this.backoff.linkEnded(now.mono - this.#phase.since);
    const ms = window ? this.backoff.within(window) : this.backoff.afterFailure(retry);
    this.#phase = { is: "waiting", until: Math.max(1, now.mono + ms), retryAt: now.wall + ms };
  }

  #end(reason: SignedOutReason, out: Output[]): void {
    this.#generation++;
    this.#phase = { is: "signed_out", reason };
    this.#received = null;
    this.#unread = null;
    out.push({ type: "ended" });
  }
}
