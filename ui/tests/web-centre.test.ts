import { describe, expect, test } from "vitest";
import en from "$locales/en/web.ftl?raw";
import { doorOf, proofOf, type Proof } from "../src/backend/centre/door";
import { quietUntil } from "../src/backend/centre/hours";
import { matching } from "../src/backend/centre/matching";
import { browserName, isApple, isMobile } from "../src/backend/centre/names";
import { Refused, Rest, Unreached } from "../src/backend/centre/rest";
import { standInOf } from "../src/backend/standin";
import type { Me, Notification } from "../src/generated/protocol";

const CODE = "0a".repeat(32);
const HERE = { host: "bell.firm.ru", browser: "Chrome, Linux" };

test("a way in is known by its fragment, and nothing else is taken for one", () => {
  expect([proofOf(`#sign-in=${CODE}`), proofOf(`#join=${CODE}`)]).toEqual([
    { by: "link", code: CODE },
    { by: "invitation", code: CODE },
  ]);
  for (const other of ["", "#", "#sign-in=", "#sign-in=short", `#sign-in=${"a".repeat(201)}`, `#x&join=${CODE}`, "#sign-in=<script>alert(1)</script>"]) expect(proofOf(other), other).toBe(null);
});

describe("the door", () => {
  const cases: [unknown, string][] = [
    [new Refused(410, "invitation_used", 0), "used"],
    [new Refused(410, "invitation_expired", 0), "expired"],
    [new Refused(404, "invitation_unknown", 0), "unknown"],
    [new Refused(400, "field_invalid", 0), "unknown"],
    [new Refused(429, "rate_limited", 60_000), "too_many"],
    [new Refused(502, null, 0), "offline"],
    [new Refused(503, "unavailable", 0), "refused"],
    [new Unreached(), "offline"],
  ];
  test.each(cases)("says why not: %s", async (error, why) => {
    const held: { proof: Proof | null } = { proof: { by: "link", code: CODE } };
    const door = doorOf({ signIn: () => Promise.reject(error) }, held, () => Promise.resolve(), HERE);
    expect([await door.enter(), door.by]).toEqual([why, "link"]);
    for (const part of ["title", "text"]) expect(en).toMatch(new RegExp(`^door-${why.replace("_", "-")}-${part} = `, "m"));
  });

  test("uses what was brought along once", async () => {
    const held: { proof: Proof | null } = { proof: { by: "invitation", code: CODE } };
    const sent: unknown[] = [];
    let entered = 0;
    const door = doorOf({ signIn: (proof) => (sent.push(proof), Promise.resolve({} as Me)) }, held, () => Promise.resolve(void entered++), HERE);
    expect(await door.enter()).toBe(null);
    expect(sent).toEqual([{ by: "invitation", code: CODE, name: "Chrome, Linux" }]);
    expect([sent.length, entered, door.by, await door.enter()]).toEqual([1, 1, null, "unknown"]);
  });
});

test("every reason of being outside is worded for a browser", () => {
  for (const reason of ["no-token", "token-invalid", "device-revoked", "account-off", "too-many-devices", "upgrade-required", "protocol"]) expect(en).toMatch(new RegExp(`^door-out-${reason} = `, "m"));
});

test("a stand-in is for this machine, and never for the page that a centre serves", () => {
  const asked = (page: string, backend: string, more = "") => standInOf(new URL(`${page}?backend=${encodeURIComponent(backend)}${more}`));
  expect(asked("http://127.0.0.1:5173/", "ws://127.0.0.1:9", "&place=web")).toEqual({ url: "ws://127.0.0.1:9/", place: "web" });
  expect(asked("http://localhost:5173/", "ws://localhost:9")?.place).toBe("desktop");
  for (const [page, backend] of [
    ["https://bell.firm.ru/", "ws://127.0.0.1:9"],
    ["https://bell.firm.ru/app/", "ws://127.0.0.1:9"],
    ["http://127.0.0.1:7780/app/", "ws://127.0.0.1:9"],
    ["http://127.0.0.1:7780/bell/app/index.html", "ws://127.0.0.1:9"],
    ["http://127.0.0.1:5173/", "wss://evil.example"],
    ["http://127.0.0.1:5173/", "ws://evil.example"],
    ["http://127.0.0.1:5173/", "nonsense"],
  ] as const)
    expect(asked(page, backend), `${page} ${backend}`).toBe(null);
  expect(standInOf(new URL("http://127.0.0.1:5173/"))).toBe(null);
});

describe("an answer over HTTP", () => {
  const rest = (answer: () => Promise<Response>, heard: [string, RequestInit][] = []) =>
    new Rest("https://firm.ru/bell/", (url, how) => {
      heard.push([String(url), how ?? {}]);
      return answer();
    });
  const said = (status: number, body: unknown) => () => Promise.resolve(new Response(JSON.stringify(body), { status }));

  test("is asked for below the centre's address, with the cookie and no token", async () => {
    const heard: [string, RequestInit][] = [];
    await rest(said(200, { total: 0 }), heard).list({ unread: true, provider: "tasks", link: null, search: "ирина & co" }, 50, 50);
    expect(heard[0]?.[0]).toBe("https://firm.ru/bell/v1/list?unread=true&search=%D0%B8%D1%80%D0%B8%D0%BD%D0%B0+%26+co&offset=50&limit=50&provider=tasks");
    expect(heard[0]?.[1]).toMatchObject({ method: "GET", credentials: "same-origin", redirect: "error", headers: {} });
  });

  test("saves channels on the revision they were made on", async () => {
    const heard: [string, RequestInit][] = [];
    await rest(said(200, {}), heard).saveChannels(7, { receive: true, providers: {}, quiet: null, email: null });
    expect(heard[0]?.[1]).toMatchObject({ method: "PUT", headers: { "if-match": '"7"' } });
  });

  test("is a refusal with its code, or nobody's", async () => {
    await expect(rest(said(429, { code: "rate_limited", message: "", retry_ms: 5_000 })).me()).rejects.toMatchObject({ status: 429, code: "rate_limited", retry: 5_000 });
    await expect(rest(() => Promise.resolve(new Response("<html>", { status: 502 }))).me()).rejects.toMatchObject({ status: 502, code: null });
    await expect(rest(() => Promise.resolve(new Response("<html>", { status: 200 }))).me()).rejects.toBeInstanceOf(Unreached);
    await expect(rest(() => Promise.reject(new TypeError("network"))).me()).rejects.toBeInstanceOf(Unreached);
  });
});

test("a browser names itself for people", () => {
  const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";
  expect(browserName(`${windows} Safari/537.36`)).toBe("Chrome, Windows");
  expect(browserName(`${windows} YaBrowser/25.10 Safari/537.36`)).toBe("Yandex, Windows");
  expect(browserName("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe("Firefox, Linux");
  const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
  expect([browserName(phone), isMobile(phone, 5), isApple(phone, 5), browserName("")]).toEqual(["Safari, iPhone", true, true, ""]);
  const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
  expect([isMobile(mac, 0), isMobile(mac, 5), isMobile(windows, 10)]).toEqual([false, true, false]);
});

test("quiet hours end when the clock on the user's wall says so", () => {
  const at = (text: string) => Date.parse(text);
  const nights = { on: true, zone: "Europe/Moscow", spans: [{ days: [1, 2, 3, 4, 5], from: 19 * 60, to: 9 * 60 }, { days: [6, 7], from: 0, to: 0 }] };
  // Tuesday evening, until Wednesday morning.
  expect(quietUntil(nights, at("2026-11-24T20:15:30+03:00"))).toBe(at("2026-11-25T09:00:00+03:00"));
  expect(quietUntil(nights, at("2026-11-24T12:00:00+03:00"))).toBe(null);
  // Friday evening runs into the weekend, and that ends on Monday.
  expect(quietUntil(nights, at("2026-11-27T23:00:00+03:00"))).toBe(at("2026-11-30T00:00:00+03:00"));
  expect(quietUntil({ ...nights, on: false }, at("2026-11-24T20:15:30+03:00"))).toBe(null);
  // The night in which the clocks go forward is an hour shorter.
  const berlin = { on: true, zone: "Europe/Berlin", spans: [{ days: [6], from: 22 * 60, to: 8 * 60 }] };
  expect(quietUntil(berlin, at("2026-03-28T23:00:00+01:00"))).toBe(at("2026-03-29T08:00:00+02:00"));
});

test("offline, kept rows are found as the centre would find them", () => {
  const row = { title: "Чёрный шкаф", text: "для Ирины", context: "Верона", author: null, provider: "tasks", link: "https://x/1", read_at: null } as Notification;
  const query = { unread: false, provider: null, link: null, search: "" };
  expect([matching(row, { ...query, search: "черн ирин" }), matching(row, { ...query, search: "рный" }), matching(row, { ...query, unread: true, provider: "tasks", link: "https://x/1" }), matching(row, { ...query, provider: "chats" })]).toEqual([true, false, true, false]);
});
