import { describe, expect, test } from "vitest";
import { Backoff } from "../src/backend/centre/backoff";
import { Session, type Input, type Output } from "../src/backend/centre/session";
import type { Event, ServerFrame, Unread } from "../src/generated/protocol";
import { random } from "./random";

const HELLO: ServerFrame = { op: "hello", connection: "c1", ping_ms: 25_000, grace_ms: 8_000, max_frame: 65_536 };

/** A session with a clock, and the link that it asked for last. */
class Bench {
  readonly session: Session;
  mono = 1_000;
  generation = 0;
  linked = false;
  said: Output[] = [];

  constructor(seed = 1) {
    this.session = new Session("1.0.0", "Chrome, Linux", new Backoff(random(seed)));
    this.tell({ type: "tick" });
  }

  tell(input: Input): Output[] {
    const out = this.session.handle(input, { mono: this.mono, wall: 1_700_000_000_000 + this.mono });
    for (const one of out) {
      if (one.type === "connect") [this.generation, this.linked] = [one.generation, true];
      if (one.type === "disconnect") this.linked = false;
    }
    this.said.push(...out);
    return out;
  }

  frame(frame: ServerFrame, generation = this.generation): Output[] {
    return this.tell({ type: "frame", generation, frame });
  }

  /** Up to date at `cursor`. */
  live(cursor = "e1.10", count = 3): this {
    this.tell({ type: "opened", generation: this.generation });
    this.frame(HELLO);
    const seq = Number(cursor.split(".")[1]);
    this.frame({ op: "ready", id: 1, mode: "snapshot", cursor, unread: { count, at: seq } });
    this.frame({ op: "live", seq });
    return this;
  }

  /** Time passes until the session wants to do something, at most `ms`. */
  pass(ms: number): Output[] {
    const end = this.mono + ms;
    const out: Output[] = [];
    for (let deadline = this.session.deadline; deadline !== null && deadline <= end; deadline = this.session.deadline) {
      this.mono = Math.max(this.mono, deadline);
      out.push(...this.tell({ type: "tick" }));
    }
    this.mono = end;
    return out;
  }

  closed(code: number): Output[] {
    this.linked = false;
    return this.tell({ type: "closed", generation: this.generation, code });
  }
}

function removed(seq: number, prev: number, unread: Unread): ServerFrame {
  return { op: "event", seq, prev, at: 1, kind: "removed", data: { ids: [`n${seq}`] }, unread };
}

const types = (out: Output[]) => out.map(({ type }) => type);

test("it comes up to date, answers pings, and acknowledges at most once a second", () => {
  const bench = new Bench();
  expect(bench.session.connection).toEqual({ state: "connecting" });
  bench.tell({ type: "opened", generation: 1 });
  expect(bench.frame(HELLO)).toEqual([{ type: "send", generation: 1, frame: { op: "start", id: 1, cursor: null, client: { version: "1.0.0", platform: "web", device: "Chrome, Linux" } } }]);
  expect(types(bench.frame({ op: "ready", id: 1, mode: "snapshot", cursor: "e1.10", unread: { count: 3, at: 10 } }))).toEqual(["anew", "changed", "send"]);
  expect(types(bench.frame({ op: "live", seq: 10 }))).toEqual(["live"]);
  expect([bench.session.connection, bench.session.unread]).toEqual([{ state: "online" }, { count: 3, at: 10 }]);
  expect(bench.frame({ op: "ping", seq: 10 })).toEqual([{ type: "send", generation: 1, frame: { op: "pong" } }]);
  for (let seq = 11; seq <= 15; seq++) expect(types(bench.frame(removed(seq, seq - 1, { count: 2, at: seq })))).toEqual(["changed"]);
  expect(bench.pass(1_000)).toEqual([{ type: "send", generation: 1, frame: { op: "ack", seq: 15 } }]);
});

test("stream 2: after a gap it resumes from what it had, and what the old link still says is nobody's", () => {
  const bench = new Bench().live();
  expect(bench.frame(removed(13, 12, { count: 0, at: 13 }))[0]).toEqual({ type: "disconnect", generation: 1, code: 4004 });
  expect(bench.session.connection.state).toBe("offline");
  expect(bench.frame(removed(11, 10, { count: 0, at: 11 }), 1)).toEqual([]);
  expect(types(bench.pass(1_000))).toEqual(["connect"]);
  bench.tell({ type: "opened", generation: bench.generation });
  expect(bench.frame(HELLO)[0]).toMatchObject({ frame: { op: "start", cursor: "e1.10" } });
  expect(types(bench.frame({ op: "ready", id: 1, mode: "resumed", cursor: "e1.13", unread: { count: 1, at: 13 } }))).toEqual([]);
  expect(bench.session.unread?.count).toBe(1);
});

test("a ping that knows more than has come shows the loss", () => {
  const bench = new Bench().live();
  expect(types(bench.frame({ op: "ping", seq: 12 }))).toEqual(["send", "disconnect"]);
});

test("stream 8: silence ends the link at once, and any frame is life", () => {
  const bench = new Bench().live();
  bench.pass(32_000);
  bench.frame({ op: "ping", seq: 10 });
  bench.pass(32_999);
  expect(bench.linked).toBe(true);
  expect(bench.pass(1)[0]).toMatchObject({ type: "disconnect", code: 4002 });
});

test("stream 8: a wake makes the link anew at once; somebody who looks only ends the waiting", () => {
  const bench = new Bench().live();
  expect(bench.tell({ type: "now" })).toEqual([]);
  expect(types(bench.tell({ type: "wake" }))).toEqual(["disconnect", "connect"]);
  bench.closed(1006);
  expect(bench.session.connection.state).toBe("offline");
  expect(types(bench.tell({ type: "now" }))).toEqual(["connect"]);
});

test("stream 9: it waits longer and longer, never for more than a minute, and never gives up", () => {
  const bench = new Bench(7);
  for (let tries = 0; tries < 200; tries++) {
    bench.closed(1006);
    const wait = (bench.session.deadline ?? NaN) - bench.mono;
    expect(wait).toBeLessThanOrEqual(Math.min(60_000, 1_000 * 2 ** tries));
    bench.pass(wait);
    expect(bench.linked).toBe(true);
  }
});

test("stream 12: a planned end names when to come back", () => {
  const bench = new Bench().live();
  bench.frame({ op: "reconnect", after_ms: [5_000, 6_000] });
  expect(bench.session.deadline! - bench.mono).toBeGreaterThanOrEqual(5_000);
  expect(bench.session.deadline! - bench.mono).toBeLessThanOrEqual(6_000);
});

describe("the range of a close is the verdict", () => {
  test.each([
    [4500, "token_invalid"],
    [4503, "account_off"],
    [4504, "device_revoked"],
    [4505, "too_many_devices"],
    [4506, "upgrade_required"],
    [4501, "protocol"],
    [4777, "protocol"],
  ])("%i ends it", (code, reason) => {
    const bench = new Bench().live();
    expect(types(bench.closed(code))).toEqual(["ended"]);
    expect([bench.session.connection, bench.session.deadline]).toEqual([{ state: "signed_out", reason }, null]);
    expect(bench.tell({ type: "wake" })).toEqual([]);
  });

  test.each([1000, 1001, 1006, 1011, 4000, 4003, 4007, 4321])("%i comes back", (code) => {
    const bench = new Bench().live();
    bench.closed(code);
    expect(types(bench.pass(60_000))).toContain("connect");
  });
});

test("a link that is refused without a word asks over HTTP whether we are known", () => {
  const bench = new Bench();
  expect(types(bench.closed(1006))).toEqual(["ask"]);
  expect(types(bench.tell({ type: "unknown", reason: "device_revoked" }))).toEqual(["ended"]);
});

test("stream 5: an older unread value is ignored, from wherever it comes", () => {
  const bench = new Bench().live();
  bench.frame(removed(11, 10, { count: 9, at: 11 }));
  bench.tell({ type: "counted", at: { epoch: "e1", seq: 10 }, unread: { count: 4, at: 10 } });
  bench.tell({ type: "counted", at: { epoch: "e0", seq: 99 }, unread: { count: 5, at: 99 } });
  expect(bench.session.unread).toEqual({ count: 9, at: 11 });
  bench.tell({ type: "counted", at: { epoch: "e1", seq: 12 }, unread: { count: 8, at: 12 } });
  expect(bench.session.unread).toEqual({ count: 8, at: 12 });
});

test("a new history begins with its own value and its own numbers", () => {
  const bench = new Bench().live("e1.50", 7);
  bench.closed(4004);
  bench.pass(60_000);
  bench.tell({ type: "opened", generation: bench.generation });
  bench.frame(HELLO);
  bench.frame({ op: "ready", id: 1, mode: "reset", cursor: "e2.3", unread: { count: 1, at: 3 } });
  expect(bench.session.unread).toEqual({ count: 1, at: 3 });
  expect(types(bench.frame(removed(4, 3, { count: 0, at: 4 })))).toContain("changed");
});

/** A centre with a log, as far as the stream shows it. */
class Log {
  epoch = "e1";
  events: Event[] = [];
  count = 0;

  constructor(private readonly chance: () => number) {}

  get seq(): number {
    return this.events.length;
  }

  add(): Event {
    this.count = Math.max(0, this.count + (this.chance() < 0.6 ? 1 : -1));
    const seq = this.seq + 1;
    const event: Event = { seq, prev: seq - 1, at: seq, kind: "removed", data: { ids: [`n${seq}`] }, unread: { count: this.count, at: seq } };
    this.events.push(event);
    return event;
  }
}

test("whatever comes, is lost or cut: nothing is passed over, and the unread value is the newest that was told", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const chance = random(seed);
    const bench = new Bench(seed);
    const log = new Log(chance);
    let started = false;
    let newest = -1;
    let seen: { epoch: string; seq: number } | null = null;

    const hear = (out: Output[]): void => {
      for (const one of out) {
        if (one.type === "connect") started = false;
        if (one.type === "send" && one.frame.op === "start") {
          const [epoch, seq] = one.frame.cursor?.split(".") ?? ["", "0"];
          const resumed = epoch === log.epoch && Number(seq) <= log.seq;
          if (!resumed) newest = -1;
          const cursor = `${log.epoch}.${log.seq}`;
          say({ op: "ready", id: 1, mode: resumed ? "resumed" : one.frame.cursor ? "reset" : "snapshot", cursor, unread: { count: log.count, at: log.seq } });
          if (resumed) for (const event of log.events.slice(Number(seq))) say({ op: "event", ...event });
          else seen = { epoch: log.epoch, seq: log.seq };
          say({ op: "live", seq: log.seq });
          started = true;
        }
        if (one.type === "changed" && one.event) {
          // Each entry once, and in order.
          expect([seed, one.event.prev]).toEqual([seed, seen?.seq]);
          seen = { epoch: log.epoch, seq: one.event.seq };
        }
      }
      const value = bench.session.unread;
      if (!value) return;
      expect([seed, value.at >= newest]).toEqual([seed, true]);
      newest = value.at;
    };
    const say = (frame: ServerFrame): void => {
      if (!bench.linked || chance() < 0.03) return;
      hear(bench.frame(frame));
    };

    for (let step = 0; step < 200; step++) {
      const dice = chance();
      if (dice < 0.45) {
        const event = log.add();
        if (started) say({ op: "event", ...event });
      } else if (dice < 0.55 && started) say({ op: "ping", seq: log.seq });
      else if (dice < 0.6) hear(bench.closed(chance() < 0.5 ? 1006 : 4003));
      else if (dice < 0.63) hear(bench.tell({ type: "wake" }));
      else if (dice < 0.66) hear(bench.tell({ type: "garbage", generation: bench.generation }));
      else if (dice < 0.68) hear(bench.tell({ type: "cut" }));
      else if (dice < 0.7 && log.seq > 0) {
        const { unread } = log.events[Math.floor(chance() * log.seq)]!;
        hear(bench.tell({ type: "counted", at: { epoch: log.epoch, seq: unread.at }, unread }));
      } else if (dice < 0.71) {
        // The log is lost: another history begins.
        log.epoch = `e${step + 2}`;
        log.events = [];
        log.add();
        if (bench.linked) hear(bench.closed(4004));
      } else if (dice < 0.73) bench.frame(removed(log.seq + 5, log.seq + 4, { count: 99, at: log.seq + 5 }), bench.generation - 1);
      else hear(bench.pass(chance() * 40_000));
      if (bench.linked && !started && chance() < 0.8) {
        hear(bench.tell({ type: "opened", generation: bench.generation }));
        say(HELLO);
      }
    }

    // The weather clears.
    hear(bench.tell({ type: "wake" }));
    hear(bench.tell({ type: "opened", generation: bench.generation }));
    hear(bench.frame(HELLO));
    for (let tries = 0; tries < 50 && !bench.session.live; tries++) {
      hear(bench.pass(61_000));
      if (started) continue;
      hear(bench.tell({ type: "opened", generation: bench.generation }));
      hear(bench.frame(HELLO));
    }
    expect([seed, bench.session.connection.state]).toEqual([seed, "online"]);
    expect([seed, bench.session.unread]).toEqual([seed, { count: log.count, at: log.seq }]);
    expect([seed, seen]).toEqual([seed, { epoch: log.epoch, seq: log.seq }]);
  }
});
