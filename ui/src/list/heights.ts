// Where each row is, when most of them have never been drawn: measured heights, and a guess for the rest.
import type { NotificationId } from "../generated/protocol";
import { SLICE, type Slices } from "./slices";

export class Heights {
  #known = new Map<NotificationId, number>();
  /** Height of each slice as last seen; a guess where there is none. */
  #slices: number[] = [];
  #total = 0;

  /** `guess`: a row's likely height, pixels. */
  constructor(private readonly guess: number) {}

  /** Notes measured heights. True where one differs from what was known. */
  note(measured: Iterable<[NotificationId, number]>): boolean {
    let changed = false;
    for (const [id, height] of measured) {
      if (height <= 0 || Math.abs((this.#known.get(id) ?? 0) - height) < 0.5) continue;
      this.#known.set(id, height);
      changed = true;
    }
    return changed;
  }

  /** Adds everything up again from the rows that are here. */
  survey(slices: Slices): void {
    const rows = slices.total ?? 0;
    const count = Math.ceil(rows / SLICE);
    this.#slices.length = count;
    this.#total = 0;
    for (let number = 0; number < count; number++) {
      const here = slices.slice(number);
      const size = Math.min(SLICE, rows - number * SLICE);
      const height = here
        ? here.reduce((sum, row) => sum + this.of(row.id), 0)
        : (this.#slices[number] ?? size * this.guess);
      this.#slices[number] = height;
      this.#total += height;
    }
  }

  /** Forgets slices that are not here: other rows may stand there now. */
  forget(): void {
    this.#slices = [];
  }

  of(id: NotificationId | undefined): number {
    return (id === undefined ? undefined : this.#known.get(id)) ?? this.guess;
  }

  get total(): number {
    return this.#total;
  }

  /** Distance of row `index` from the top. */
  top(index: number, slices: Slices): number {
    const number = Math.floor(index / SLICE);
    let y = 0;
    for (let i = 0; i < number; i++) y += this.#slices[i] ?? 0;
    const here = slices.slice(number);
    const within = index % SLICE;
    if (here) return here.slice(0, within).reduce((sum, row) => sum + this.of(row.id), y);
    return y + ((this.#slices[number] ?? 0) / SLICE) * within;
  }

  /** The row that covers distance `y` from the top. */
  at(y: number, slices: Slices): number {
    const rows = slices.total ?? 0;
    let left = Math.max(0, y);
    for (let number = 0; number < this.#slices.length; number++) {
      const height = this.#slices[number] ?? 0;
      if (left >= height) {
        left -= height;
        continue;
      }
      const here = slices.slice(number);
      if (!here) return Math.min(rows - 1, number * SLICE + Math.floor((left / height) * SLICE));
      for (let within = 0; within < here.length; within++) {
        left -= this.of(here[within]?.id);
        if (left < 0) return number * SLICE + within;
      }
    }
    return Math.max(0, rows - 1);
  }
}
