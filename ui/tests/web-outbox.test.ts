import { expect, test } from "vitest";
import { Outbox, type Mark, type Turn } from "../src/backend/centre/outbox";
import { Refused, Unreached, type Marked } from "../src/backend/centre/rest";
import { MemoryShelf } from "../src/backend/centre/shelf";
import type { Notification, Slice } from "../src/generated/protocol";
import { random } from "./random";

const NOW = 1_700_000_000_000;

function row(n: number, read = false): Notification {
  return { id: `n${n}`, provider: "tasks", kind: "message", priority: "normal", subject: null, title: `Row ${n}`, text: "", context: null, author: null, link: null, at: n, created_at: n, created_seq: n, read_at: read ? 1 : null, silent: false };
}

function slice(rows: Notification[], cursor = "e1.10"): Slice {
  return { total: rows.length, offset: 0, items: rows, cursor, unread: { count: rows.filter((one) => one.read_at === null).length, at: 10 } };
}

/** One at a time, as the browser's locks are. */
function turns(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act);
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** A centre that does what it is asked unless `trouble` says otherwise, before or after. */
class Centre {
  unread: Set<string>;
  seq = 10;
  heard: string[] = [];

  constructor(
    ids: string[],
    private readonly trouble: () => "none" | "before" | "after" | "busy" = () => "none",
  ) {
    this.unread = new Set(ids);
  }

  mark = (read: boolean, ids: string[]): Promise<Marked> => this.#do(`${read ? "read" : "unread"} ${ids.join()}`, () => ids.forEach((id) => (read ? this.unread.delete(id) : this.unread.add(id))));
  markAll = (upto: string): Promise<Marked> => this.#do(`all ${upto}`, () => [...this.unread].forEach((id) => Number(id.slice(1)) <= Number(upto.split(".")[1]) && this.unread.delete(id)));

  async #do(what: string, act: () => void): Promise<Marked> {
    const trouble = this.trouble();
    // Other tabs get their turn while this is under way.
    await Promise.resolve();
    if (trouble === "before") throw new Unreached();
    if (trouble === "busy") throw new Refused(429, "rate_limited", 5_000);
    act();
    this.heard.push(what);
    this.seq++;
    if (trouble === "after") throw new Unreached();
    return { cursor: `e1.${this.seq}`, unread: { count: this.unread.size, at: this.seq } };
  }
}

const read = (...ids: string[]): Mark => ({ do: "read", ids, at: NOW });
const unread = (...ids: string[]): Mark => ({ do: "unread", ids, at: NOW });

test("a mark made offline is shown at once, kept, and sent by the next visit", async () => {
  const shelf = new MemoryShelf();
  let online = false;
  const centre = new Centre(["n1", "n2"], () => (online ? "none" : "before"));
  const first = new Outbox(shelf, centre, turns());
  await first.put([read("n1")]);
  expect(await first.send(() => NOW)).toEqual({ type: "later", ms: 1_000 });
  expect(first.applied(slice([row(1), row(2)]), false).items.map((one) => one.read_at)).toEqual([NOW, null]);
  expect(first.applied(slice([row(1), row(2)]), true)).toMatchObject({ total: 1, items: [{ id: "n2" }] });
  online = true;
  const next = new Outbox(shelf, centre, turns());
  await next.open();
  expect(await next.send(() => NOW)).toEqual({ type: "done" });
  expect([centre.heard, next.waiting, await shelf.marks()]).toEqual([["read n1"], 0, []]);
});

test("an older answer that is still under way does not undo a mark; a newer one is believed", async () => {
  const outbox = new Outbox(new MemoryShelf(), new Centre(["n1"]), turns());
  await outbox.put([read("n1")]);
  await outbox.send(() => NOW);
  expect(outbox.applied(slice([row(1)], "e1.10"), false).items[0]?.read_at).toBe(NOW);
  expect(outbox.applied(slice([row(1)], "e1.12"), false).items[0]?.read_at).toBe(null);
});

test("stream 6: everything read means up to what was shown, and in this history alone", async () => {
  const outbox = new Outbox(new MemoryShelf(), new Centre([]), turns());
  await outbox.put([{ do: "read_all", upto: "e1.2", at: NOW }]);
  expect(outbox.applied(slice([row(3), row(2), row(1)]), false).items.map((one) => one.read_at)).toEqual([null, NOW, NOW]);
  expect(outbox.applied(slice([row(1)], "e2.9"), false).items[0]?.read_at).toBe(null);
});

test("what the centre will never take is dropped, what it cannot take now waits, and who is signed out stops", async () => {
  const answers: (Refused | null)[] = [new Refused(404, "not_found", 0), new Refused(503, "unavailable", 9_000), null, new Refused(401, "token_invalid", 0)];
  const heard: string[] = [];
  const answer = (what: string) => {
    heard.push(what);
    const refusal = answers.shift();
    return refusal ? Promise.reject(refusal) : Promise.resolve({ cursor: "e1.11", unread: { count: 0, at: 11 } });
  };
  const shelf = new MemoryShelf();
  const outbox = new Outbox(shelf, { mark: (_, ids) => answer(ids.join()), markAll: answer }, turns());
  await outbox.put([{ do: "read_all", upto: "e0.2", at: NOW }, read("n1"), read("n2")]);
  expect(await outbox.send(() => NOW)).toEqual({ type: "later", ms: 9_000 });
  expect(await outbox.send(() => NOW)).toEqual({ type: "unknown" });
  expect([heard, (await shelf.marks()).length]).toEqual([["e0.2", "n1", "n1", "n2"], 1]);
});

test("whatever patience is asked for, a mark is tried again within the hour", async () => {
  const shelf = new MemoryShelf();
  const busy = () => Promise.reject(new Refused(503, "unavailable", 2 ** 40));
  const outbox = new Outbox(shelf, { mark: busy, markAll: busy }, turns());
  await outbox.put([read("n1")]);
  expect(await outbox.send(() => NOW)).toEqual({ type: "later", ms: 3_600_000 });
});

test("two tabs and bad weather: no mark is lost, none overtakes another", async () => {
  for (let seed = 1; seed <= 80; seed++) {
    const chance = random(seed);
    const ids = Array.from({ length: 6 }, (_, n) => `n${n + 1}`);
    let fair = false;
    const centre = new Centre(ids, () => {
      const dice = chance();
      return fair || dice < 0.5 ? "none" : dice < 0.7 ? "before" : dice < 0.9 ? "after" : "busy";
    });
    const [shelf, turn] = [new MemoryShelf(), turns()];
    let tabs = [new Outbox(shelf, centre, turn), new Outbox(shelf, centre, turn)];
    const wanted = new Set(ids);
    const sending: Promise<unknown>[] = [];
    for (let step = 0; step < 40; step++) {
      const tab = tabs[chance() < 0.5 ? 0 : 1]!;
      const id = ids[Math.floor(chance() * ids.length)]!;
      const dice = chance();
      if (dice < 0.35) await tab.put([read(id)]).then(() => wanted.delete(id));
      else if (dice < 0.6) await tab.put([unread(id)]).then(() => wanted.add(id));
      else if (dice < 0.65) await tab.put([{ do: "read_all", upto: "e1.3", at: NOW }]).then(() => ["n1", "n2", "n3"].forEach((one) => wanted.delete(one)));
      else if (dice < 0.9) sending.push(tab.send(() => NOW));
      // A tab is closed, and another opened.
      else tabs = [tab, new Outbox(shelf, centre, turn)];
    }
    await Promise.all(sending);
    fair = true;
    const last = new Outbox(shelf, centre, turn);
    await last.open();
    const shown = last.applied(slice(ids.map((id) => row(Number(id.slice(1)), !centre.unread.has(id)))), false);
    expect([seed, shown.items.filter((one) => one.read_at === null).map(({ id }) => id)]).toEqual([seed, [...wanted].sort()]);
    expect(await last.send(() => NOW)).toEqual({ type: "done" });
    expect([seed, [...centre.unread].sort()]).toEqual([seed, [...wanted].sort()]);
  }
});
