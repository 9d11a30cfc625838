// What the pages need of whoever holds the state: the resident, or a test standing in for it.
import type { WindowAnswer, WindowErrorCode, WindowEvent, WindowRequest } from "../generated/protocol";

/** An event that is not the answer to a call. */
export type Told = Exclude<WindowEvent, { type: "answer" }>;

export interface Backend {
  /** Asks, and gets an answer in any case: silence and a broken link are `failed` too. */
  call(request: WindowRequest): Promise<WindowAnswer>;
  /** Hears every event from now on. */
  listen(hear: (told: Told) => void): void;
  /** While held, closing the window asks instead. Returns what lets go. */
  holdClose(ask: () => void): () => void;
}

/** The code of an answer that is not the one hoped for. */
export function failure(answer: WindowAnswer): WindowErrorCode | null {
  return answer.type === "failed" ? answer.code : null;
}
