// What the browser keeps between visits: marks on their way, and what was read last. Gone at sign-out.
import type { ChannelSettings, Me, Slice } from "../../generated/protocol";
import type { Kept as KeptMark, Mark } from "./outbox";

/** What was read last, for whoever is offline. */
export interface Remembered {
  me: Me;
  /** The top of the whole list. */
  list: Slice;
  channels: ChannelSettings;
}

export interface Shelf {
  /** Puts a mark behind the others; its number grows. */
  put(mark: Mark): Promise<KeptMark>;
  /** The oldest first. */
  marks(): Promise<KeptMark[]>;
  /** The mark is with the centre, or of no use. */
  drop(id: number): Promise<void>;
  remember<K extends keyof Remembered>(key: K, value: Remembered[K]): Promise<void>;
  recall<K extends keyof Remembered>(key: K): Promise<Remembered[K] | null>;
  /** Forgets everything. */
  clear(): Promise<void>;
}

const MARKS = "marks";
const KEPT = "kept";

/** The shelf of the inbox at `path`: one origin may have several. */
export async function openShelf(path: string): Promise<Shelf> {
  try {
    return new DiskShelf(await opened(`dealbell ${path}`));
  } catch {
    // A browser that keeps nothing: for this visit the memory does.
    return new MemoryShelf();
  }
}

function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(MARKS, { keyPath: "id", autoIncrement: true });
      opening.result.createObjectStore(KEPT);
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error("no database"));
  });
}

class DiskShelf implements Shelf {
  constructor(private readonly db: IDBDatabase) {
    // A newer version wants to change it: better without than in its way.
    db.onversionchange = () => db.close();
  }

  async put(mark: Mark): Promise<KeptMark> {
    const id = await this.#run(MARKS, "readwrite", (store) => store.add({ mark }));
    return { id: Number(id), mark };
  }

  marks(): Promise<KeptMark[]> {
    return this.#run(MARKS, "readonly", (store) => store.getAll() as IDBRequest<KeptMark[]>);
  }

  async drop(id: number): Promise<void> {
    await this.#run(MARKS, "readwrite", (store) => store.delete(id));
  }

  async remember<K extends keyof Remembered>(key: K, value: Remembered[K]): Promise<void> {
    // What is only kept for offline days is not worth a failure.
    await this.#run(KEPT, "readwrite", (store) => store.put(value, key)).catch(() => undefined);
  }

  async recall<K extends keyof Remembered>(key: K): Promise<Remembered[K] | null> {
    const found = await this.#run(KEPT, "readonly", (store) => store.get(key) as IDBRequest<Remembered[K] | undefined>).catch(() => undefined);
    return found ?? null;
  }

  async clear(): Promise<void> {
    for (const name of [MARKS, KEPT]) await this.#run(name, "readwrite", (store) => store.clear());
  }

  /** Resolves once it is on the disk, and not before. */
  #run<T>(name: string, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = this.db.transaction(name, mode);
      const request = ask(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
    });
  }
}

export class MemoryShelf implements Shelf {
  #next = 1;
  #marks: KeptMark[] = [];
  #kept: Partial<Remembered> = {};

  put(mark: Mark): Promise<KeptMark> {
    const kept = { id: this.#next++, mark };
    this.#marks.push(kept);
    return Promise.resolve(kept);
  }

  marks(): Promise<KeptMark[]> {
    return Promise.resolve([...this.#marks]);
  }

  drop(id: number): Promise<void> {
    this.#marks = this.#marks.filter((mark) => mark.id !== id);
    return Promise.resolve();
  }

  remember<K extends keyof Remembered>(key: K, value: Remembered[K]): Promise<void> {
    this.#kept[key] = value;
    return Promise.resolve();
  }

  recall<K extends keyof Remembered>(key: K): Promise<Remembered[K] | null> {
    return Promise.resolve((this.#kept[key] as Remembered[K] | undefined) ?? null);
  }

  clear(): Promise<void> {
    this.#marks = [];
    this.#kept = {};
    return Promise.resolve();
  }
}
