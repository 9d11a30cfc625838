// The last thing that can be taken back, for ten seconds.
import { Lapse } from "./lapse";
import type { Fill } from "../texts/fluent";

export interface Undoable {
  /** The id of the text that says what was done, and what fills it. */
  text: string;
  fill: Fill;
  /** Takes it back. */
  back(): void;
  /** Nobody took it back. */
  lapsed?(): void;
}

const OFFERED = 10_000;

export class Undoing {
  offered = $state.raw<Undoable | null>(null);
  readonly lapse = new Lapse(() => this.drop());

  offer(undoable: Undoable): void {
    this.drop();
    this.offered = undoable;
    this.lapse.start(OFFERED);
  }

  take(): void {
    const { offered } = this;
    this.#end();
    offered?.back();
  }

  drop(): void {
    const { offered } = this;
    this.#end();
    offered?.lapsed?.();
  }

  #end(): void {
    this.lapse.stop();
    this.lapse.free();
    this.offered = null;
  }
}
