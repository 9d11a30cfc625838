// What the pages need of whoever holds the state: the resident, or a test standing in for it.
import type { PushChannel, WebProof, WindowAnswer, WindowErrorCode, WindowEvent, WindowRequest } from "../generated/protocol";

/** An event that is not the answer to a call. */
export type Told = Exclude<WindowEvent, { type: "answer" }>;

/** Where the page is: in the app's window, or served by a centre to a browser. What a browser cannot do is not shown there. */
export type Place = "desktop" | "web";

/** How it stands with push in this browser. */
export type PushState =
  /** It cannot be pushed to. */
  | "unsupported"
  /** It can, once the page is on the home screen (iOS). */
  | "needs_install"
  /** The centre does not push. */
  | "no_key"
  /** The user, or the system, has forbidden it: only the browser's own settings help. */
  | "denied"
  | "off"
  | "on"
  /** Switching it did not work: the push service or the centre did not answer. */
  | "failed";

/** Push in the browser that shows the page. */
export interface BrowserPush {
  /** Which channel it belongs to here: a phone's browser is a phone. */
  readonly channel: PushChannel;
  state(): Promise<PushState>;
  /** Asks for the permission and registers; call it in a press, else the browser does not ask. */
  turnOn(): Promise<PushState>;
  turnOff(): Promise<PushState>;
}

/** Why a browser was not let in. */
export type DoorFailure = "used" | "expired" | "unknown" | "too_many" | "offline" | "refused";

/** How a browser is signed in. */
export interface Door {
  /** The centre, for people. */
  readonly host: string;
  /** What was brought along in the address; null where nothing was. */
  readonly by: WebProof | null;
  /** Uses it, once; null where it worked. */
  enter(): Promise<DoorFailure | null>;
  /** Forgets it. */
  turnAway(): void;
}

export interface Backend {
  readonly place: Place;
  /** Only in a browser. */
  readonly push?: BrowserPush;
  /** Only in a browser. */
  readonly door?: Door;
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
