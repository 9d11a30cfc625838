// Matches answers to calls by id, and gives up on those that stay silent.
import type { WindowAnswer, WindowCall, WindowRequest } from "../generated/protocol";

/** How long an answer may take, milliseconds. Some wait for a CRM far away, and for its proxy. */
export function patience(request: WindowRequest): number {
  switch (request.type) {
    case "check":
    case "enter":
      return 60_000;
    case "complete":
      return 30_000;
    case "check_for_update":
      return 45_000;
    // Answered when it is there; meanwhile the state tells how far it is.
    case "install_update":
      return 3_700_000;
    default:
      return 15_000;
  }
}

const SILENT: WindowAnswer = { type: "failed", code: "unknown" };

interface Pending {
  resolve(answer: WindowAnswer): void;
  timer: ReturnType<typeof setTimeout>;
}

export class Calls {
  /** A page that was loaded anew counts from elsewhere: what its predecessor asked is not its own. */
  #next = 1 + Math.floor(Math.random() * 2 ** 50);
  #pending = new Map<number, Pending>();

  /** `send` hands a call over; where it throws or rejects, the call has failed. */
  constructor(private readonly send: (call: WindowCall) => void | Promise<void>) {}

  ask(request: WindowRequest): Promise<WindowAnswer> {
    const id = this.#next++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(id, SILENT), patience(request));
      this.#pending.set(id, { resolve, timer });
      void this.#hand({ id, request });
    });
  }

  /** The answer to `id`; one that came too late or twice is ignored. */
  answer(id: number, answer: WindowAnswer): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.resolve(answer);
  }

  /** The link is gone: nobody will answer any more. */
  failAll(): void {
    for (const id of [...this.#pending.keys()]) this.answer(id, SILENT);
  }

  async #hand(call: WindowCall): Promise<void> {
    try {
      await this.send(call);
    } catch {
      this.answer(call.id, SILENT);
    }
  }
}
