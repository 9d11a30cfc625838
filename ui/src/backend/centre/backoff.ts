// How long to wait before the next try (STREAM 9): full jitter over a window that doubles and never ends.

const FIRST_MS = 1_000;
const WIDEST_MS = 60_000;
/** How long a link has been live before it counts as stable. */
const STABLE_MS = 10_000;

export class Backoff {
  #failures = 0;

  /** `random` gives numbers from 0 to 1. */
  constructor(private readonly random: () => number = Math.random) {}

  /** The wait after one more failure, at least `retry` milliseconds. */
  afterFailure(retry = 0): number {
    const window = Math.min(WIDEST_MS, FIRST_MS * 2 ** Math.min(16, this.#failures));
    this.#failures++;
    return Math.max(retry, this.random() * window);
  }

  /** A moment within the window that a planned restart names (STREAM 12). */
  within([from, to]: [number, number]): number {
    return from + this.random() * Math.max(0, to - from);
  }

  /** A link that was live for so long ended: a stable one starts the count again. */
  linkEnded(live: number): void {
    if (live >= STABLE_MS) this.#failures = 0;
  }

  /** Whether the last try failed and none was stable since. */
  get failing(): boolean {
    return this.#failures > 0;
  }
}
