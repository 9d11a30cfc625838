import { describe, expect, test } from "vitest";
import en from "$locales/en/window.ftl?raw";
import type { Backend } from "../src/backend/backend";
import type { Found, WindowAnswer, WindowErrorCode, WindowRequest, WindowState } from "../src/generated/protocol";
import protocol from "../src/generated/protocol.ts?raw";
import { hasCode, hostOf } from "../src/pages/connecting/address";
import { wordsFor, type Form } from "../src/pages/connecting/failures";
import { Connecting } from "../src/pages/connecting/model.svelte";
import { timeIn } from "../src/pages/connecting/zone";

describe("address", () => {
  test.each([
    ["romashka", "romashka.amocrm.ru"],
    [" Romashka ", "romashka.amocrm.ru"],
    ["ROMASHKA.amocrm.com/", "romashka.amocrm.com"],
    ["romashka.kommo.com", "romashka.kommo.com"],
    ["https://romashka.amocrm.ru/leads/detail/12?tab=1#x", "romashka.amocrm.ru"],
    ["127.0.0.1:7790", "127.0.0.1:7790"],
    ["http://localhost:7790/todo/line/", "localhost:7790"],
  ])("%s means %s", (typed, host) => expect(hostOf(typed)).toBe(host));

  test.each(["", "моя срм", "example.com", "www.amocrm.ru", "amocrm.ru", "a.b.amocrm.ru", "evilamocrm.ru", "a.amocrm.ru.evil.io", "https://a.amocrm.ru@evil.io", "https://a.amocrm.ru:8443", "http://a.amocrm.ru", "-a", "192.168.0.1"])(
    "%s means no account",
    (typed) => expect(hostOf(typed)).toBeNull(),
  );

  test("a code is seen in a pasted address, and nowhere else", () => {
    expect(hasCode("https://romashka.ru/amo?code=def502&referer=romashka.amocrm.ru")).toBe(true);
    expect(hasCode("https://romashka.ru/amo?error=access_denied")).toBe(false);
    expect(hasCode("def50200?code=1")).toBe(false);
  });
});

describe("failures", () => {
  const codes = [...(/export type WindowErrorCode = ([^;]+);/.exec(protocol)?.[1] ?? "").matchAll(/"(\w+)"/g)].map((match) => match[1] as WindowErrorCode);

  test.each<Form>(["demo", "token", "oauth", "team"])("every code has its words in the form %s", (form) => {
    expect(codes.length).toBeGreaterThan(15);
    expect(codes.map((code) => wordsFor(form, code).text).filter((id) => !new RegExp(`^${id} =`, "m").test(en))).toEqual([]);
  });

  test("they stand beside the field they concern", () => {
    expect(wordsFor("token", "account_unknown").fields).toEqual(["address"]);
    expect(wordsFor("token", "token_elsewhere").fields).toEqual(["token"]);
    expect(wordsFor("oauth", "code_expired").fields).toEqual(["code"]);
    expect(wordsFor("oauth", "integration_wrong").fields).toEqual(["integration", "secret", "redirect"]);
    expect(wordsFor("team", "offline").fields).toEqual([]);
  });
});

test("a time zone is a place, its offset and its time; what is none is nothing", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(timeIn("Asia/Yekaterinburg", now, "ru")).toEqual({ name: "Екатеринбург, GMT+5", clock: "17:00" });
  expect(timeIn("Europe/Moscow", now, "en")).toEqual({ name: "Moscow, GMT+3", clock: "15:00" });
  expect(timeIn("", now, "en")).toBeNull();
  expect(timeIn("Nowhere/At-all", now, "en")).toBeNull();
});

describe("the way in", () => {
  const FOUND: Found = { account: "Ромашка", host: "romashka.amocrm.ru", user: "", email: "", time_zone: "", rights: null, expires_at: null };

  function stage(state: Partial<WindowState> = {}) {
    const heard: WindowRequest[] = [];
    const answers: WindowAnswer[] = [];
    let entered = 0;
    const backend: Backend = {
      place: "desktop",
      call: async (request) => {
        heard.push(request);
        return answers.shift() ?? { type: "done" };
      },
      listen: () => undefined,
      holdClose: () => () => undefined,
    };
    const known = { way: null, account: "", connection: { state: "signed_out", reason: "no_account" }, troubles: [], managed: [], managed_centre: null, ...state } as unknown as WindowState;
    const connecting = new Connecting(backend, () => known, () => entered++);
    return { connecting, heard, answers, entered: () => entered };
  }

  test("what is checked is what was typed, and it is kept only on a yes", async () => {
    const { connecting, heard, answers, entered } = stage();
    connecting.choose("solo");
    Object.assign(connecting.solo, { address: " romashka ", token: " t\n" });
    answers.push({ type: "checked", found: FOUND });
    await connecting.check();
    expect(heard).toEqual([{ type: "check", way: { way: "solo", address: "romashka", access: { by: "token", token: "t" } } }]);
    expect(entered()).toBe(0);
    await connecting.enter();
    expect(heard.at(-1)).toEqual({ type: "enter" });
    expect(entered()).toBe(1);
  });

  test("a failure loses nothing, and neither does going back or switching", async () => {
    const { connecting, answers } = stage();
    connecting.choose("solo");
    connecting.switch("oauth");
    Object.assign(connecting.solo, { address: "romashka", token: "t", integration: "i", secret: "s", redirect: "r", code: "c" });
    answers.push({ type: "failed", code: "code_expired" }, { type: "checked", found: FOUND });
    await connecting.check();
    expect(connecting.failed?.fields).toEqual(["code"]);
    await connecting.check();
    expect([connecting.back(), connecting.back(), connecting.back()]).toEqual([true, true, false]);
    connecting.choose("solo");
    connecting.switch("token");
    expect(connecting.solo).toEqual({ address: "romashka", token: "t", integration: "i", secret: "s", redirect: "r", code: "c" });
  });

  test("whom the administrator sends to a centre finds its form open and filled", () => {
    const managed_centre = "https://bell.example.org";
    const { connecting } = stage({ managed: ["centre"], managed_centre });
    expect([connecting.way, connecting.centreFixed]).toEqual(["team", true]);
    connecting.prefill();
    expect(connecting.team.address).toBe(managed_centre);
    expect(connecting.back()).toBe(true);
    expect(connecting.way).toBeNull();

    const offered = stage({ managed_centre }).connecting;
    offered.team.address = "https://bell.romashka.ru";
    offered.prefill();
    expect([offered.centreFixed, offered.team.address]).toEqual([false, "https://bell.romashka.ru"]);
  });

  test("an empty field is said before anybody is asked", async () => {
    const { connecting, heard } = stage();
    connecting.choose("team");
    connecting.team.address = "https://bell.romashka.ru";
    await connecting.check();
    expect([heard, connecting.failed]).toEqual([[], { form: "team", text: "signin-empty", fields: ["token"] }]);
  });

  test("an answer that comes after turning away is nobody's", async () => {
    const { connecting, answers } = stage();
    connecting.choose("team");
    Object.assign(connecting.team, { address: "a", token: "t" });
    answers.push({ type: "checked", found: FOUND });
    const checking = connecting.check();
    connecting.back();
    await checking;
    expect([connecting.found, connecting.busy, connecting.way]).toEqual([null, null, null]);
  });

  test("the demo is one click", async () => {
    const { connecting, heard, answers, entered } = stage();
    answers.push({ type: "checked", found: FOUND });
    connecting.choose("demo");
    await expect.poll(entered).toBe(1);
    expect(heard.map(({ type }) => type)).toEqual(["check", "enter"]);
    expect(connecting.found).toBeNull();
  });

  test("what was checked and is there no more leads back to the form, with a word", async () => {
    const { connecting, answers, entered } = stage();
    connecting.choose("solo");
    Object.assign(connecting.solo, { address: "romashka", token: "t" });
    answers.push({ type: "checked", found: FOUND }, { type: "failed", code: "check_again" });
    await connecting.check();
    await connecting.enter();
    expect([connecting.found, connecting.way, connecting.failed?.text, entered()]).toEqual([null, "solo", "error-check-again", 0]);
  });

  test("an account whose access was lost is connected again as it was before, unless the user switches", () => {
    const { connecting } = stage({ way: "solo", account: "romashka.amocrm.ru", access: "oauth", connection: { state: "signed_out", reason: "token_invalid" } });
    expect([connecting.way, connecting.form]).toEqual(["solo", "oauth"]);
    connecting.switch("token");
    expect(connecting.form).toBe("token");
    connecting.forget();
    expect(connecting.form).toBe("oauth");
    expect(stage({ way: null }).connecting.by).toBe("token");
  });

  test("a reason leads to the form that mends it, with the address already there", () => {
    const { connecting } = stage({ way: "solo", account: "romashka.amocrm.ru", connection: { state: "signed_out", reason: "token_invalid" } });
    connecting.prefill();
    expect([connecting.way, connecting.reason, connecting.solo.address]).toEqual(["solo", "token_invalid", "romashka.amocrm.ru"]);
    expect(connecting.back()).toBe(true);
    expect(connecting.way).toBeNull();
    expect(stage({ way: "demo", connection: { state: "signed_out", reason: "token_invalid" } }).connecting.way).toBeNull();
  });
});
