// Everything that is set, without a mouse: channels, letters, quiet hours, this computer, devices, diagnostics.
import assert from "node:assert/strict";
import { devices, withLetters } from "./data.mjs";
import { Keys } from "./keys.mjs";

/** @typedef {import("./behaviours.mjs").Behaviour} Behaviour */
/** @typedef {import("./stand-in.mjs").StandIn} StandIn */
/** @typedef {import("../src/generated/protocol").SaveChannels} SaveChannels */

/** @param {StandIn} standIn @param {string} type */
const heard = (standIn, type) => standIn.heard.filter((request) => request.type === type);

/** @param {StandIn} standIn @returns {SaveChannels | undefined} */
function saved(standIn) {
  const request = standIn.heard.findLast(({ type }) => type === "save_channels");
  return request?.type === "save_channels" ? request.settings : undefined;
}

/** @param {StandIn} standIn */
function changed(standIn) {
  const request = standIn.heard.findLast(({ type }) => type === "change");
  return request?.type === "change" ? request.setting : undefined;
}

/** @param {Keys} keys @param {"settings" | "diagnostics"} [tab] */
async function toSettings(keys, tab) {
  await keys.to("to-channels");
  await keys.press("Enter");
  await keys.comes("tab-channels");
  if (!tab) return;
  await keys.to(`tab-${tab}`);
  await keys.press("Enter");
  await keys.page.getByTestId(tab).waitFor();
  assert.equal(await keys.at(), `tab-${tab}`);
}

/** @type {Behaviour[]} */
export const SETTINGS_KEYBOARD = [
  {
    name: "channels without a mouse: cells, letters, quiet hours, saved, asked about, kept through a conflict",
    story: (language) => ({ channels: withLetters(language, { email: { mode: "at_once", at: 540, zone: "Asia/Yekaterinburg" } }) }),
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "channels");
      await toSettings(keys);
      await keys.to("master-switch");
      await keys.press("Space", 2);
      await keys.to("channel-chats-email");
      await keys.press("Space");

      // Letters once a day, half an hour later, by this computer's clock, and one to try.
      await keys.to("letters-at-once");
      await keys.press("ArrowDown");
      assert.equal(await keys.at(), "letters-daily");
      await keys.to("letters-hour");
      await keys.press("ArrowDown");
      await keys.to("letters-zone-here");
      await keys.press("Enter");
      await keys.comes("letters-zone");
      await keys.to("letters-test");
      await keys.press("Enter");
      await page.getByTestId("letters-tested").getByText("проверьте").waitFor();
      await keys.see("letters");

      // Quiet hours: not on Sundays, from half past nine, and one more span that goes again.
      await keys.to("quiet-on");
      await keys.press("Space");
      await keys.press("Tab", 7);
      await keys.press("Space");
      await keys.press("Tab");
      await keys.press("ArrowDown");
      await keys.to("quiet-add");
      await keys.press("Enter");
      await page.getByTestId("quiet-remove-1").waitFor();
      await keys.to("quiet-remove-1", "Shift+Tab");
      await keys.press("Enter");
      await page.getByTestId("quiet-remove-1").waitFor({ state: "detached" });
      await keys.see("quiet-hours");

      // Leaving asks; the question has the keyboard, and no is where one was.
      await keys.press("Escape");
      await page.getByTestId("leave-dialog").waitFor();
      assert.equal(await keys.at(), "leave-save");
      await keys.see("leave");
      await keys.press("Escape");
      await page.getByTestId("leave-dialog").waitFor({ state: "detached" });
      await keys.to("save");
      await keys.press("Enter");
      await page.getByTestId("saved").waitFor();
      const first = saved(standIn);
      assert.deepEqual(first?.email, { mode: "daily", at: 570, zone: "Europe/Moscow" });
      assert.deepEqual(first?.quiet, { on: true, zone: "Europe/Moscow", spans: [{ days: [1, 2, 3, 4, 5, 6], from: 1290, to: 480 }] });
      assert.deepEqual(first?.providers, { chats: { desktop: true, email: true, mobile: true, browser: false } });

      // Somebody else saved meanwhile: mine on top of it, then thrown away, then left without.
      await keys.to("channel-calls-desktop", "Shift+Tab");
      await keys.press("Space");
      standIn.channels = { ...standIn.channels, revision: 99, receive: false };
      await keys.to("save");
      await keys.press("Enter");
      await page.getByTestId("conflict").waitFor();
      await keys.to("conflict-mine");
      await keys.see("conflict");
      await keys.press("Enter");
      await page.getByTestId("conflict").waitFor({ state: "detached" });
      await keys.to("cancel");
      await keys.press("Enter");
      await page.getByTestId("save").waitFor({ state: "detached" });
      await keys.to("channel-deals-desktop", "Shift+Tab");
      await keys.press("Space");
      await keys.press("Escape");
      await keys.to("leave-discard");
      await keys.press("Enter");
      await page.getByTestId("list").waitFor();
      await keys.comes("to-channels");
      assert.equal(heard(standIn, "save_channels").length, 2);
      await keys.end("Channels: cells, letters, quiet hours, saved, asked about, kept through a conflict");
    },
  },
  {
    name: "the settings of this computer without a mouse: each one, refusals, devices, licences",
    story: (language) => ({ devices: devices(language), state: { way: "team", account: "bell.romashka.ru", update: null } }),
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "settings");
      await toSettings(keys, "settings");

      for (const [id, name] of [["hide-while-sharing", "hide_while_sharing"], ["stay-when-due", "stay_when_due"], ["respect-system-quiet", "respect_system_quiet"], ["start-at-login", "start_at_login"]]) {
        await keys.to(id ?? "");
        await keys.press("Space");
        assert.deepEqual(changed(standIn), { setting: name, value: false });
      }
      await keys.to("content", "Shift+Tab");
      await keys.press("ArrowDown");
      assert.deepEqual(changed(standIn), { setting: "content", value: "sender" });
      await keys.to("sounds-each");
      await keys.press("Enter");
      await keys.to("sound-chats");
      await keys.press("ArrowDown");
      assert.deepEqual(changed(standIn), { setting: "sound_of", value: ["chats", "message"] });
      await keys.see("ringing");
      await keys.to("sounds", "Shift+Tab");
      await keys.press("Space");
      assert.deepEqual(changed(standIn), { setting: "sounds", value: false });
      await keys.to("theme");
      await keys.press("ArrowDown", 2);
      await page.waitForFunction(() => document.documentElement.dataset["theme"] === "dark");
      await keys.press("Home");
      await keys.to("language", "Shift+Tab");
      await keys.press("ArrowDown", 2);
      await page.waitForFunction(() => document.documentElement.lang === "en");
      await keys.see("english");
      await keys.press("ArrowUp");
      await page.waitForFunction(() => document.documentElement.lang === "ru");

      // A device: no, refused, yes. The next one has the keyboard then.
      await keys.to("revoke-01KAHD3");
      await keys.press("Enter");
      await keys.see("device");
      await keys.press("Escape");
      await keys.comes("revoke-01KAHD3");
      standIn.story = { ...standIn.story, fails: { revoke_device: "offline" } };
      await keys.press("Enter");
      await keys.to("revoke-sure");
      await keys.press("Enter");
      await page.getByTestId("revoke-failed").waitFor();
      await keys.comes("revoke-01KAHD3");
      standIn.story = { ...standIn.story, fails: {} };
      await keys.press("Enter");
      await keys.to("revoke-sure");
      await keys.press("Enter");
      await page.getByTestId("revoke-01KAHD3").waitFor({ state: "detached" });
      await keys.comes("revoke-01KAHD4");
      assert.deepEqual(heard(standIn, "revoke_device").at(-1), { type: "revoke_device", id: "01KAHD3" });

      // The shortcut: given up, refused, taken, cleared.
      await keys.to("shortcut");
      await keys.press("Enter");
      await keys.see("listening");
      await keys.press("Escape");
      await page.getByTestId("settings").waitFor();
      assert.equal(await page.getByTestId("shortcut").textContent(), "Ctrl+Alt+D");
      standIn.story = { ...standIn.story, fails: { change: "shortcut_taken" } };
      await keys.press("Enter");
      await keys.press("Control+Alt+KeyK");
      await page.getByRole("alert").waitFor();
      standIn.story = { ...standIn.story, fails: {} };
      await keys.press("Enter");
      await keys.press("Control+Alt+KeyK");
      assert.deepEqual(changed(standIn), { setting: "shortcut", value: "Ctrl+Alt+K" });
      await keys.press("Enter");
      await keys.press("Backspace");
      assert.deepEqual(changed(standIn), { setting: "shortcut", value: null });
      await keys.to("keep-days");
      await keys.press("ArrowUp");
      assert.deepEqual(changed(standIn), { setting: "keep_days", value: 365 });
      await keys.to("linger");
      await keys.press("ArrowDown");
      assert.deepEqual(changed(standIn), { setting: "linger_secs", value: 600 });

      // A proxy by its address, which has to be one; certificates from a file.
      await keys.to("proxy");
      await keys.press("ArrowDown", 2);
      await keys.to("proxy-url");
      standIn.story = { ...standIn.story, fails: { change: "proxy_wrong" } };
      await keys.type("nonsense");
      await keys.press("Enter");
      await page.getByRole("alert").waitFor();
      await keys.see("proxy");
      standIn.story = { ...standIn.story, fails: {} };
      await keys.press("Control+KeyA");
      await keys.type("http://proxy:3128");
      await keys.to("proxy-apply");
      await keys.press("Enter");
      assert.deepEqual(changed(standIn), { setting: "proxy", value: { by: "through", url: "http://proxy:3128" } });
      await keys.to("ca-file");
      await keys.type("/etc/ssl/company.pem");
      await keys.to("ca-apply");
      await keys.press("Enter");
      assert.deepEqual(changed(standIn), { setting: "ca_file", value: "/etc/ssl/company.pem" });

      // About: updates, licences, the way out.
      await keys.to("check-update");
      await keys.press("Enter");
      await page.getByText("последняя версия").waitFor();
      assert.equal(heard(standIn, "check_for_update").length, 1);
      await keys.to("licences");
      await keys.press("Enter");
      await page.getByTestId("licences").locator("li").first().waitFor();
      await keys.see("licences");
      await keys.press("Enter");
      await keys.to("quit");
      await keys.press("Enter");
      assert.equal(heard(standIn, "quit").length, 1);
      await keys.to("back", "Shift+Tab");
      await keys.press("Enter");
      await keys.comes("to-channels");
      await keys.end("The settings of this computer: each one, refusals, devices, licences");
    },
  },
  {
    name: "diagnostics without a mouse: a test, the reasons, the report",
    story: () => ({ fails: { send_test: "offline" } }),
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "diagnostics");
      await toSettings(keys, "diagnostics");
      await keys.to("test-desktop");
      await keys.press("Enter");
      await page.getByText("Экран: Сейчас нет связи", { exact: false }).waitFor();
      standIn.story = { ...standIn.story, fails: {} };
      await keys.comes("test-desktop");
      await keys.press("Enter");
      await page.getByText("оно появится на экране", { exact: false }).waitFor();
      assert.equal(heard(standIn, "send_test").length, 2);
      await keys.see("tests");
      await keys.to("reload");
      await keys.press("Enter");
      await keys.to("report");
      await keys.press("Enter");
      await page.getByTestId("report-text").waitFor();
      await keys.to("report-text");
      await keys.to("report-copy");
      await keys.press("Enter");
      await page.getByText("Скопировано").waitFor();
      await keys.see("report");
      await keys.to("log-level");
      await keys.press("ArrowDown");
      assert.deepEqual(changed(standIn), { setting: "log_level", value: "debug" });

      // From a reason to the switch that is behind it.
      await keys.to("mend", "Shift+Tab");
      await keys.press("Enter");
      await keys.comes("tab-settings");
      await keys.press("Escape");
      await keys.comes("to-channels");
      await keys.press("?");
      await page.getByTestId("key-sheet").waitFor();
      await keys.to("keys-close");
      await keys.press("Enter");
      await page.getByTestId("key-sheet").waitFor({ state: "detached" });
      await keys.comes("to-channels");
      await keys.end("Diagnostics: a test, the reasons, the report");
    },
  },
];
