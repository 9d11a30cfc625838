// Runs a session over a WebSocket of the page, with its timers and the browser's word of sleep and network.
import type { ServerFrame, SignedOutReason } from "../../generated/protocol";
import { Refused, type Rest } from "./rest";
import type { Input, Now, Output, Session } from "./session";

const PROTOCOL = "dealbell.v1";
/** By how much the clock on the wall may run ahead of the other before the computer must have slept. */
const SLEPT_MS = 5_000;
/** A timer that is set for longer fires at once. */
const LONGEST_MS = 60_000;

export class Link {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drift = driftNow();
  #ended = new AbortController();

  /** `hear` hears what the session wants done beyond the link, then that something may have changed. */
  constructor(
    private readonly url: string,
    private readonly session: Session,
    private readonly rest: Pick<Rest, "me">,
    private readonly hear: (out: Output[]) => void,
  ) {
    const { signal } = this.#ended;
    addEventListener("online", () => this.tell({ type: "wake" }), { signal });
    addEventListener("offline", () => this.tell({ type: "cut" }), { signal });
    // A page that is kept for a way back is frozen, and would be taken for connected.
    addEventListener("pagehide", () => this.tell({ type: "cut" }), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.tell({ type: "wake" }), { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && this.tell({ type: this.#slept() ? "wake" : "now" }), { signal });
  }

  tell(input: Input): void {
    if (this.#ended.signal.aborted) return;
    const out = this.session.handle(input, now());
    for (const one of out) this.#do(one);
    clearTimeout(this.#timer);
    const { deadline } = this.session;
    if (deadline !== null) this.#timer = setTimeout(() => this.#tick(), Math.min(LONGEST_MS, Math.max(0, deadline - performance.now())));
    this.hear(out);
  }

  /** Nothing is heard any more. */
  end(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  #tick(): void {
    this.tell({ type: this.#slept() ? "wake" : "tick" });
  }

  /** Whether the computer slept since this was asked last: a clock that only counts waking hours fell behind. */
  #slept(): boolean {
    const before = this.#drift;
    this.#drift = driftNow();
    return this.#drift - before > SLEPT_MS;
  }

  #do(output: Output): void {
    switch (output.type) {
      case "connect":
        return this.#connect(output.generation);
      case "disconnect":
        this.#socket?.close(output.code);
        this.#socket = null;
        return;
      case "send":
        if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(output.frame));
        return;
      case "ask":
        return void this.#ask();
      default:
        return;
    }
  }

  #connect(generation: number): void {
    this.#socket?.close(1000);
    const socket = new WebSocket(this.url, PROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.tell({ type: "opened", generation });
    socket.onclose = ({ code }) => this.tell({ type: "closed", generation, code });
    socket.onmessage = ({ data }) => {
      const frame = frameOf(data);
      this.tell(frame ? { type: "frame", generation, frame } : { type: "garbage", generation });
    };
  }

  /** A page is not told why a link was refused; over HTTP it is. */
  async #ask(): Promise<void> {
    const reason = await this.rest.me().then(() => null, refusedBecause);
    if (reason) this.tell({ type: "unknown", reason });
  }
}

/** Why the centre does not know us; null where that is not what went wrong. */
export function refusedBecause(error: unknown): SignedOutReason | null {
  if (!(error instanceof Refused) || error.status !== 401) return null;
  return error.code === "token_revoked" ? "device_revoked" : "token_invalid";
}

function frameOf(data: unknown): ServerFrame | null {
  try {
    const frame = JSON.parse(String(data)) as ServerFrame;
    return typeof frame === "object" && frame !== null && typeof frame.op === "string" ? frame : null;
  } catch {
    return null;
  }
}

function now(): Now {
  return { mono: performance.now(), wall: Date.now() };
}

function driftNow(): number {
  return Date.now() - performance.now();
}
