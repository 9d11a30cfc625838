// What the window does, seen from outside: the calls it makes and what it shows then.
import assert from "node:assert/strict";
import { KEYBOARD } from "./behaviours-keyboard.mjs";
import { REACH_KEYBOARD } from "./behaviours-keyboard-reach.mjs";
import { SETTINGS_KEYBOARD } from "./behaviours-keyboard-settings.mjs";
import { SIGN_IN_KEYBOARD } from "./behaviours-keyboard-sign-in.mjs";
import { LIST_BEHAVIOURS } from "./behaviours-list.mjs";
import { devices, flood, withLetters } from "./data.mjs";
import { NO_ACCOUNT } from "./first-run.mjs";

/** @typedef {import("./scenes.mjs").Scene & { check: (page: import("playwright-core").Page, standIn: import("./stand-in.mjs").StandIn) => Promise<void> }} Behaviour */

/** @type {Behaviour[]} */
export const BEHAVIOURS = [
  ...LIST_BEHAVIOURS,
  ...KEYBOARD,
  ...SIGN_IN_KEYBOARD,
  ...REACH_KEYBOARD,
  ...SETTINGS_KEYBOARD,
  {
    name: "channels: only what differs is saved; leaving with changes asks; a conflict keeps mine on request",
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      const desktop = page.getByTestId("channel-chats-desktop");
      await desktop.click();
      await desktop.click();
      assert.equal(await page.getByTestId("save").count(), 0);
      await desktop.click();
      await page.keyboard.press("Escape");
      await page.getByTestId("leave-stay").click();
      standIn.channels = { ...standIn.channels, revision: 9, receive: false };
      await page.getByTestId("save").click();
      await page.getByTestId("conflict-mine").click();
      await page.getByTestId("conflict").waitFor({ state: "detached" });
      assert.equal(await page.getByTestId("master-switch").isChecked(), false);
      await page.getByTestId("save").click();
      await page.getByTestId("saved").waitFor();
      const saves = standIn.heard.filter((request) => request.type === "save_channels");
      assert.deepEqual(saves.at(-1), { type: "save_channels", revision: 9, settings: { receive: false, providers: { chats: { desktop: false, email: false, mobile: true, browser: false } }, quiet: null, email: null } });
      assert.equal(await page.getByTestId("channel-tasks-interface").isDisabled(), true);
      assert.equal(await page.getByTestId("channel-tasks-email").isDisabled(), true);
    },
  },
  {
    name: "language and theme change at once",
    check: async (page) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("tab-settings").click();
      await page.getByTestId("language").selectOption("en");
      await page.getByText("How it rings").waitFor();
      await page.getByTestId("theme").selectOption("dark");
      await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === "rgb(26, 27, 31)");
    },
  },
  {
    name: "quiet hours are saved with the channels, in the zone of this computer",
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("quiet-on").click();
      await page.getByTestId("save").click();
      await page.getByTestId("saved").waitFor();
      const saved = standIn.heard.findLast((request) => request.type === "save_channels");
      assert.deepEqual(saved?.settings.quiet, { on: true, zone: "Europe/Moscow", spans: [{ days: [1, 2, 3, 4, 5, 6, 7], from: 1260, to: 480 }] });
    },
  },
  {
    name: "C7 letters: once a day at my hour is saved with the channels, a test goes out at once",
    story: (language) => ({ channels: withLetters(language) }),
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("letters-daily").click();
      await page.getByTestId("letters-hour").selectOption("1110");
      assert.match((await page.getByTestId("channel-tasks-email").getAttribute("title")) ?? "", /новые/);
      await page.getByTestId("letters-test").click();
      await page.getByTestId("letters-tested").getByText("проверьте почту", { exact: false }).waitFor();
      await page.getByTestId("save").click();
      await page.getByTestId("saved").waitFor();
      const saved = standIn.heard.findLast((request) => request.type === "save_channels");
      assert.deepEqual(saved?.settings, { receive: true, providers: {}, quiet: null, email: { mode: "daily", at: 1_110, zone: "Europe/Moscow" } });
      assert.deepEqual(standIn.heard.find((request) => request.type === "send_test"), { type: "send_test", channel: "email" });
    },
  },
  {
    name: "a device is signed out only after a yes, and one that cannot be says why",
    story: (language) => ({ devices: devices(language), state: { way: "team", account: "bell.romashka.ru" } }),
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("tab-settings").click();
      const rows = page.getByTestId("device");
      await rows.nth(5).waitFor();
      assert.match((await rows.first().textContent()) ?? "", /Этот компьютер/);
      assert.equal(await rows.first().locator("button").count(), 0);
      await page.getByTestId("revoke-01KAHD3").click();
      // Something comes meanwhile: the question stays, and nothing is read again.
      const read = standIn.heard.filter(({ type }) => type === "devices").length;
      standIn.tell({ type: "state", state: { ...standIn.state, unread: 99 } });
      await page.waitForFunction(() => document.title.startsWith("(99)"));
      await page.getByTestId("revoke-sure-not").click();
      assert.equal(standIn.heard.filter(({ type }) => type === "devices").length, read);
      assert.equal(standIn.heard.filter(({ type }) => type === "revoke_device").length, 0);
      standIn.story = { ...standIn.story, fails: { revoke_device: "offline" } };
      await page.getByTestId("revoke-01KAHD3").click();
      await page.getByTestId("revoke-sure").click();
      await page.getByTestId("revoke-failed").waitFor();
      standIn.story = { ...standIn.story, fails: {} };
      await page.getByTestId("revoke-01KAHD3").click();
      await page.getByTestId("revoke-sure").click();
      await rows.nth(5).waitFor({ state: "detached" });
      assert.equal(await rows.count(), 5);
      assert.equal(await page.getByTestId("revoke-01KAHD3").count(), 0);
      assert.deepEqual(standIn.heard.findLast(({ type }) => type === "revoke_device"), { type: "revoke_device", id: "01KAHD3" });
    },
  },
  {
    name: "devices are nobody's business where there is but one: not in a demo, not alone with the CRM, not in an older centre",
    story: () => ({ state: { way: "team", account: "bell.romashka.ru" } }),
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("tab-settings").click();
      await page.getByTestId("devices").waitFor({ state: "detached" });
      const asked = () => standIn.heard.filter(({ type }) => type === "devices").length;
      const before = asked();
      assert.ok(before > 0);
      standIn.tell({ type: "state", state: { ...standIn.state, way: "solo", current: "solo:x" } });
      await page.getByText("Мой аккаунт").waitFor();
      assert.deepEqual([await page.getByTestId("devices").count(), asked()], [0, before]);
    },
  },
  {
    name: "a choice of this computer is sent at once, and what is refused says why",
    story: () => ({ fails: {} }),
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("tab-settings").click();
      await page.getByTestId("start-at-login").click();
      await page.waitForFunction(() => !(/** @type {HTMLInputElement} */ (document.getElementById("start-at-login")).checked));
      assert.deepEqual(standIn.heard.at(-1), { type: "change", setting: { setting: "start_at_login", value: false } });
      standIn.story.fails = { change: "shortcut_taken" };
      await page.getByTestId("shortcut").click();
      await page.keyboard.press("Control+Alt+KeyK");
      await page.getByRole("alert").waitFor();
      assert.deepEqual(standIn.heard.at(-1), { type: "change", setting: { setting: "shortcut", value: "Ctrl+Alt+K" } });
      assert.equal(await page.getByTestId("shortcut").textContent(), "Ctrl+Alt+D");
    },
  },
  {
    name: "connecting by keyboard: what was found has the keyboard, a failure its field, Escape steps back, nothing typed is lost",
    story: NO_ACCOUNT,
    check: async (page, standIn) => {
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-testid"));
      await page.getByTestId("way-solo").focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.id === "address");
      await page.keyboard.type("romashka.kommo.com/leads");
      await page.getByText("romashka.kommo.com", { exact: false }).first().waitFor();
      await page.getByTestId("token").fill("secret");
      standIn.story = { ...standIn.story, fails: { check: "token_expired" } };
      await page.keyboard.press("Enter");
      await page.getByTestId("signin-error").waitFor();
      await page.waitForFunction(() => document.activeElement?.id === "token");
      assert.equal(await page.getByTestId("token").getAttribute("aria-invalid"), "true");
      await page.getByTestId("by-oauth").click();
      await page.getByTestId("submit").click();
      await page.waitForFunction(() => document.activeElement?.id === "integration");
      await page.getByTestId("by-token").click();
      assert.deepEqual([await page.getByTestId("address").inputValue(), await page.getByTestId("token").inputValue()], ["romashka.kommo.com/leads", "secret"]);
      standIn.story = { ...standIn.story, fails: {} };
      await page.getByTestId("submit").click();
      await page.getByTestId("found").waitFor();
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "found");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "submit");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "way-solo");
      await page.keyboard.press("Enter");
      await page.getByTestId("submit").click();
      await page.getByTestId("found").waitFor();
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "found");
      assert.equal(await focused(), "found");
      assert.equal(standIn.heard.filter(({ type }) => type === "enter").length, 0);
      await page.keyboard.press("Enter");
      await page.getByTestId("empty").waitFor();
      const checks = standIn.heard.filter((request) => request.type === "check");
      assert.deepEqual(checks.at(-1), { type: "check", way: { way: "solo", address: "romashka.kommo.com/leads", access: { by: "token", token: "secret" } } });
      assert.equal(standIn.heard.filter(({ type }) => type === "enter").length, 1);
      assert.equal(standIn.heard.filter(({ type }) => type === "close").length, 0);
    },
  },
  {
    name: "the demo is one click",
    story: NO_ACCOUNT,
    check: async (page, standIn) => {
      await page.getByTestId("way-demo").click();
      await page.getByTestId("empty").waitFor();
      assert.deepEqual(standIn.heard.map(({ type }) => type).filter((type) => !["hello", "list", "today"].includes(type)), ["check", "enter"]);
    },
  },
  {
    name: "markup is text",
    story: () => ({ rows: flood(1).map((row) => ({ ...row, title: "<img src=x onerror=alert(1)>", text: "<b>x</b>" })) }),
    check: async (page) => {
      await page.getByText("<b>x</b>").waitFor();
      assert.equal(await page.locator("img, b").count(), 0);
    },
  },
];
