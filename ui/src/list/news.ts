// What came while one was reading further down, and how often that is read aloud.

/** Not yet seen above the first row in view. */
export class Above {
  count = 0;

  /** The first row in view stood at `before` and stands at `now`. */
  moved(before: number, now: number): void {
    this.count = Math.max(0, this.count + now - before);
    this.seen(now);
  }

  /** Row `first` is the first in view: no more than that many lie above it. */
  seen(first: number): void {
    this.count = Math.min(this.count, first);
  }
}

/** Adds up what comes, and says it now and then. */
export class Announcer {
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Says no more than once in `every` milliseconds. */
  constructor(
    private readonly say: (count: number) => void,
    private readonly every = 5_000,
  ) {}

  add(count: number): void {
    if (count <= 0) return;
    this.#count += count;
    // The first of a burst waits a little, so that it speaks for its neighbours too.
    this.#timer ??= setTimeout(() => this.#speak(), Math.min(1_000, this.every));
  }

  /** Nothing is said any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #speak(): void {
    this.say(this.#count);
    this.#count = 0;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#count > 0) this.#speak();
    }, this.every);
  }
}
