import jsqr from "jsqr";
import { describe, expect, test } from "vitest";
import type { Backend, BrowserPush, PushState } from "../src/backend/backend";
import type { PushSubscriptionRow, WindowAnswer, WindowRequest } from "../src/generated/protocol";
import { Calendar, masked, webcal } from "../src/reach/calendar.svelte";
import { Here } from "../src/reach/here.svelte";
import { PushDevicesModel, serviceName } from "../src/reach/push.svelte";
import { qrPath } from "../src/reach/qr";
import { mismatch } from "../src/reach/wanted";
import { endOf, isNear, left, LINK_LASTS, WayIn } from "../src/reach/wayin.svelte";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const LINK = { url: `https://bell.example/dealbell/app/#sign-in=${"0123456789abcdef".repeat(4)}`, expires_at: NOW + LINK_LASTS };

/** A backend whose answers come when the test lets them. */
function held() {
  const asked: { request: WindowRequest; answer: (answer: WindowAnswer) => Promise<void> }[] = [];
  const backend: Backend = {
    place: "desktop",
    call: (request) =>
      new Promise((resolve) => {
        const answer = async (answer: WindowAnswer) => {
          resolve(answer);
          await new Promise((done) => setTimeout(done));
        };
        asked.push({ request, answer });
      }),
    listen: () => undefined,
    holdClose: () => () => undefined,
  };
  const last = () => {
    const call = asked.at(-1);
    if (!call) throw new Error("nothing was asked");
    return call;
  };
  return { backend, asked, last };
}

function row(id: string, change: Partial<PushSubscriptionRow> = {}): PushSubscriptionRow {
  return { id, channel: "browser", name: id, service: "push.example", on: true, created_at: NOW, last_sent_at: null, trouble: null, this: false, ...change };
}

const pushing = (...subscriptions: PushSubscriptionRow[]): WindowAnswer => ({ type: "push_devices", push: { key: "K", subscriptions } });

describe("a code for the camera", () => {
  test("what another's decoder reads from it is the link", () => {
    for (const text of [LINK.url, "http://127.0.0.1:7780/app/#sign-in=c0de", `https://колокол.example/app/#sign-in=${"x".repeat(300)}`]) {
      const { width, data } = drawn(qrPath(text), 4);
      expect(jsqr(data, width, width)?.data).toBe(text);
    }
  });

  test("it has its four modules of quiet around it", () => {
    const { size, path } = qrPath("https://bell.example");
    const places = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, x, y, length]) => [Number(x), Number(y), Number(x) + Number(length)]);
    expect(Math.min(...places.map(([x]) => x ?? 0))).toBe(4);
    expect(Math.min(...places.map(([, y]) => y ?? 0))).toBe(4);
    expect(Math.max(...places.map(([, , end]) => end ?? 0))).toBe(size - 4);
  });
});

/** The path as a picture, `scale` pixels a module. */
function drawn({ size, path }: { size: number; path: string }, scale: number) {
  const width = size * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let down = 0; down < scale; down++) {
      const from = ((Number(y) * scale + down) * width + Number(x) * scale) * 4;
      for (let pixel = 0; pixel < Number(length) * scale; pixel++) data.fill(0, from + pixel * 4, from + pixel * 4 + 3);
    }
  }
  return { width, data };
}

describe("the way into the web inbox", () => {
  test("a link works as long as the centre says, whatever this computer's clock says", () => {
    expect(endOf({ ...LINK, expires_at: NOW + 300_000 }, NOW)).toBe(NOW + 300_000);
    expect(endOf(LINK, NOW + 3_600_000)).toBe(NOW + 3_600_000 + LINK_LASTS);
    expect(endOf(LINK, NOW - 3_600_000)).toBe(NOW - 3_600_000 + LINK_LASTS);
  });

  test("what is left of it counts down to nothing", () => {
    expect(left(NOW + LINK_LASTS, NOW)).toBe("10:00");
    expect(left(NOW + 61_001, NOW)).toBe("1:02");
    expect(left(NOW + 1, NOW)).toBe("0:01");
    expect(left(NOW, NOW)).toBeNull();
  });

  test("a link to this computer is nothing for a phone", () => {
    expect(["http://127.0.0.1:7780/app/", "http://localhost/app/", "http://[::1]:7780/app/"].every(isNear)).toBe(true);
    expect(["https://bell.example/app/", "https://127.bell.example/app/"].some(isNear)).toBe(false);
  });

  test("a link that comes after it was hidden, or for another account, is not shown", async () => {
    const { backend, last } = held();
    const way = new WayIn(backend);
    void way.show();
    way.forget();
    await last().answer({ type: "sign_in_link", link: LINK });
    expect([way.shown, way.busy]).toEqual([null, null]);
  });

  test("one press is one link, and a refusal leaves the one there is", async () => {
    const { backend, asked, last } = held();
    const way = new WayIn(backend);
    void way.show();
    void way.show();
    expect(asked).toHaveLength(1);
    await last().answer({ type: "sign_in_link", link: LINK });
    expect(way.shown?.url).toBe(LINK.url);
    void way.show();
    await last().answer({ type: "failed", code: "offline" });
    expect([way.shown?.url, way.failed]).toEqual([LINK.url, "offline"]);
  });
});

describe("the calendar", () => {
  test("its address is shown without its secret, and goes to programs as they know it", () => {
    expect(masked("https://firm.example/bell/v1/calendar/0a1b2c.ics")).toBe("https://firm.example/bell/v1/calendar/••••••.ics");
    expect(webcal("https://firm.example/v1/calendar/0a1b2c.ics")).toBe("webcal://firm.example/v1/calendar/0a1b2c.ics");
  });

  test("a new address is not overtaken by a reading that began before", async () => {
    const { backend, asked } = held();
    const calendar = new Calendar(backend);
    void calendar.load();
    void calendar.renew();
    await asked[1]?.answer({ type: "calendar", link: { url: "new" } });
    await asked[0]?.answer({ type: "calendar", link: { url: "old" } });
    expect([calendar.link?.url, calendar.renewed, calendar.loading]).toEqual(["new", true, false]);
  });

  test("a refused renewal leaves the address and says why", async () => {
    const { backend, last } = held();
    const calendar = new Calendar(backend);
    void calendar.load();
    await last().answer({ type: "calendar", link: { url: "old" } });
    void calendar.renew();
    await last().answer({ type: "failed", code: "offline" });
    expect([calendar.link?.url, calendar.refused, calendar.renewed, calendar.renewing]).toEqual(["old", "offline", false, false]);
  });
});

describe("browsers and phones that are pushed to", () => {
  async function listed(...rows: PushSubscriptionRow[]) {
    const stage = held();
    const model = new PushDevicesModel(stage.backend);
    void model.load();
    await stage.last().answer(pushing(...rows));
    return { ...stage, model };
  }

  test("a switch holds when the centre has said so, and not before", async () => {
    const { model, last } = await listed(row("a"), row("b"));
    void model.switch(row("a"), false);
    expect(model.rows?.[0]?.on).toBe(true);
    await last().answer({ type: "done" });
    expect(model.rows?.map(({ on }) => on)).toEqual([false, true]);
  });

  test("a refusal is said at the one it is about", async () => {
    const { model, last } = await listed(row("a"), row("b"));
    void model.test(row("b"));
    await last().answer({ type: "failed", code: "offline" });
    expect([model.refused, model.tested, model.busy]).toEqual([{ id: "b", code: "offline" }, null, null]);
  });

  test("one that is gone already is gone, whatever was wanted of it", async () => {
    const { model, last } = await listed(row("a"), row("b"));
    void model.test(row("b"));
    await last().answer({ type: "failed", code: "gone" });
    expect([model.rows?.map(({ id }) => id), model.refused]).toEqual([["a"], null]);
  });

  test("a reading under way does not bring a removed one back", async () => {
    const { model, asked } = await listed(row("a"), row("b"));
    void model.load();
    const removing = model.remove(row("a"));
    await asked[2]?.answer({ type: "done" });
    await asked[1]?.answer(pushing(row("a"), row("b")));
    expect(await removing).toBe(true);
    expect([model.rows?.map(({ id }) => id), model.gone?.id]).toEqual([["b"], "a"]);
  });

  test("a centre without a key pushes to nobody", async () => {
    const { model, last } = await listed();
    void model.load();
    await last().answer({ type: "push_devices", push: { key: null, subscriptions: [] } });
    expect(model.pushes).toBe(false);
  });

  test("services that everybody has go by their names, others by host", () => {
    expect(["fcm.googleapis.com", "updates.push.services.mozilla.com", "wns2-par02p.notify.windows.com", "web.push.apple.com", "ntfy.example"].map(serviceName)).toEqual(["Google", "Mozilla", "Microsoft", "Apple", "ntfy.example"]);
    expect(serviceName("apple.com.evil.example")).toBe("apple.com.evil.example");
  });
});

describe("the table and those that are connected", () => {
  const set = { desktop: true, email: false, mobile: false, browser: true };
  const draft = { receive: true, providers: { tasks: set } };

  test("a channel that is on has somewhere to go, or it is said", () => {
    expect(mismatch("browser", draft, [])).toBe("nobody");
    expect(mismatch("browser", draft, [row("a", { channel: "mobile" })])).toBe("nobody");
    expect(mismatch("browser", draft, [row("a", { on: false })])).toBe("all_off");
    expect(mismatch("browser", draft, [row("a", { on: false }), row("b")])).toBeNull();
  });

  test("one that is connected has something to get, or it is said", () => {
    expect(mismatch("mobile", draft, [row("a", { channel: "mobile" })])).toBe("nowhere");
    expect(mismatch("mobile", draft, [row("a", { channel: "mobile", on: false })])).toBeNull();
    expect(mismatch("mobile", draft, [])).toBeNull();
  });

  test("nothing is said of it while everything is silenced", () => {
    expect(mismatch("browser", { ...draft, receive: false }, [])).toBeNull();
  });
});

test("push in this browser: one press at a time, and the list is read anew after it", async () => {
  let answer: (state: PushState) => void = () => undefined;
  const push: BrowserPush = { channel: "browser", state: () => Promise.resolve("off"), turnOn: () => new Promise((resolve) => (answer = resolve)), turnOff: () => Promise.resolve("off") };
  let changes = 0;
  const here = new Here(push, () => changes++);
  await here.look();
  expect(here.can).toBe(true);
  const switching = here.switch(true);
  await here.switch(true);
  await here.look();
  expect([here.state, here.busy, changes]).toEqual(["off", true, 0]);
  answer("denied");
  await switching;
  expect([here.state, here.busy, here.can, changes]).toEqual(["denied", false, false, 1]);
});
