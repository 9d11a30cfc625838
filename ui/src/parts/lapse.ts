// A time that runs out, unless somebody is about to use it.

export class Lapse {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = 0;
  #since = 0;
  #held = 0;

  constructor(private readonly over: () => void) {}

  /** Begins anew: `ms` milliseconds that do not run while held. */
  start(ms: number): void {
    this.stop();
    this.#left = ms;
    if (this.#held === 0) this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left = 0;
  }

  /** Pointer or keyboard came: each of them holds by itself. */
  hold(): void {
    this.#held++;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left -= Date.now() - this.#since;
  }

  /** One of them left. */
  release(): void {
    this.#held = Math.max(0, this.#held - 1);
    if (this.#held === 0 && this.#left > 0) this.#run();
  }

  /** What held it is gone itself. */
  free(): void {
    this.#held = 0;
  }

  #run(): void {
    this.#since = Date.now();
    // What is left may be little: nobody shall lose the button under the pointer's way back.
    this.#left = Math.max(1_000, this.#left);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#left = 0;
      this.over();
    }, this.#left);
  }
}
