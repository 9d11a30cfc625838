// Settings, quiet hours, diagnostics and several accounts, in every state worth looking at.
import { devices, NOW } from "./data.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./scenes.mjs").Scene} Scene */

/** @param {string} tab */
const to = (tab) => async (/** @type {Page} */ page) => {
  await page.getByTestId("to-channels").click();
  await page.getByTestId(`tab-${tab}`).click();
  await page.getByTestId(tab).waitFor();
};

/** @param {string} tab @param {(page: Page) => Promise<unknown>} then */
const at = (tab, then) => async (/** @type {Page} */ page) => {
  await to(tab)(page);
  await then(page);
};

const toQuiet = async (/** @type {Page} */ page) => {
  await page.getByTestId("to-channels").click();
  await page.getByTestId("quiet-on").click();
  await page.getByTestId("quiet-hours").scrollIntoViewIfNeeded();
};

/** @type {import("../src/generated/protocol").AccountRow[]} */
const ACCOUNTS = [
  { key: "solo:romashka.amocrm.ru", label: "romashka.amocrm.ru", way: "solo", unread: 3, connection: { state: "online" } },
  { key: "team:bell.lutik-mebel.ru", label: "bell.lutik-mebel.ru", way: "team", unread: 12, connection: { state: "online" } },
];
const TWO = () => ({ state: { way: /** @type {const} */ ("solo"), account: "romashka.amocrm.ru", accounts: ACCOUNTS, current: "solo:romashka.amocrm.ru" } });

/** @param {import("./stand-in.mjs").Story} [story] */
const TEAM = (story = {}) => (/** @type {import("../src/generated/protocol").Language} */ language) => ({ devices: devices(language), ...story, state: { way: /** @type {const} */ ("team"), account: "bell.romashka.ru", ...story.state } });

/** @param {(page: Page) => Promise<unknown>} [then] */
const atDevices = (then) => at("settings", async (page) => {
  await then?.(page);
  await page.getByTestId("devices").scrollIntoViewIfNeeded();
  await page.locator(".cards").evaluate((cards) => {
    const card = cards.querySelector('[data-testid="devices"]');
    if (card) cards.scrollBy(0, card.getBoundingClientRect().top - cards.getBoundingClientRect().top - 8);
  });
});

const TALL = { width: 420, height: 1_700 };

/** @type {Scene[]} */
export const SETTINGS_SCENES = [
  { name: "settings", published: true, play: to("settings") },
  { name: "settings-whole", size: TALL, play: to("settings") },
  { name: "settings-320", size: { width: 320, height: 1_900 }, play: to("settings") },
  { name: "settings-200-percent", size: { width: 210, height: 340 }, play: to("settings") },
  { name: "settings-managed", size: TALL, story: () => ({ state: { managed: ["language", "content", "start_at_login", "proxy", "ca_file", "log_level", "updates"] } }), play: to("settings") },
  { name: "settings-refused", story: () => ({ fails: { change: "shortcut_taken" } }), play: at("settings", async (page) => {
    await page.getByTestId("shortcut").click();
    await page.keyboard.press("Control+Alt+KeyD");
  }) },
  { name: "settings-sounds", play: at("settings", (page) => page.getByTestId("sounds-each").locator("summary").click()) },
  { name: "settings-listening", play: at("settings", (page) => page.getByTestId("shortcut").click()) },
  { name: "settings-proxy", play: at("settings", async (page) => {
    await page.getByTestId("proxy").selectOption("through");
    await page.getByTestId("proxy-url").scrollIntoViewIfNeeded();
  }) },
  { name: "settings-sign-out", play: at("settings", async (page) => {
    await page.getByTestId("sign-out").click();
    await page.getByTestId("sign-out-sure").scrollIntoViewIfNeeded();
  }) },
  { name: "settings-accounts", story: TWO, play: at("settings", (page) => page.getByTestId("add-account").scrollIntoViewIfNeeded()) },
  { name: "settings-update", story: () => ({ state: { update: { version: "0.2.0", notes: "Тихие часы и несколько аккаунтов.", step: { step: "found" } } } }), play: at("settings", (page) => page.getByTestId("quit").scrollIntoViewIfNeeded()) },
  { name: "settings-updating", story: () => ({ state: { update: { version: "0.2.0", notes: "", step: { step: "downloading", percent: 42 } } } }), play: at("settings", (page) => page.getByTestId("quit").scrollIntoViewIfNeeded()) },
  { name: "settings-licences", play: at("settings", async (page) => {
    await page.getByTestId("licences").locator("summary").click();
    await page.getByTestId("licences").locator("li").first().waitFor();
    await page.getByTestId("licences").scrollIntoViewIfNeeded();
  }) },
  { name: "devices", published: true, story: TEAM(), play: atDevices() },
  { name: "devices-sure", story: TEAM(), play: atDevices((page) => page.getByTestId("revoke-01KAHD3").click()) },
  { name: "devices-revoking", story: TEAM({ silent: ["revoke_device"] }), play: atDevices(async (page) => {
    await page.getByTestId("revoke-01KAHD3").click();
    await page.getByTestId("revoke-sure").click();
  }) },
  { name: "devices-revoke-failed", story: TEAM({ fails: { revoke_device: "offline" } }), play: atDevices(async (page) => {
    await page.getByTestId("revoke-01KAHD3").click();
    await page.getByTestId("revoke-sure").click();
    await page.getByTestId("revoke-failed").waitFor();
  }) },
  { name: "devices-revoked", story: TEAM(), play: atDevices(async (page) => {
    await page.getByTestId("revoke-01KAHD2").click();
    await page.getByTestId("revoke-sure").click();
    await page.getByTestId("revoke-sure").waitFor({ state: "detached" });
  }) },
  { name: "devices-alone", story: (language) => ({ ...TEAM()(language), devices: devices(language).slice(0, 1) }), play: atDevices() },
  { name: "devices-loading", story: TEAM({ silent: ["devices"] }), play: atDevices() },
  { name: "devices-offline", story: TEAM({ fails: { devices: "offline" }, state: { connection: { state: "offline", retry_at: NOW + 8_000 } } }), play: atDevices() },
  { name: "devices-200-percent", size: { width: 210, height: 340 }, story: TEAM(), play: atDevices((page) => page.getByTestId("revoke-01KAHD3").click()) },
  { name: "quiet-hours", published: true, play: toQuiet },
  { name: "quiet-hours-360", size: { width: 360, height: 480 }, play: toQuiet },
  { name: "quiet-hours-no-days", play: async (page) => {
    await toQuiet(page);
    for (const day of await page.locator(".day").all()) await day.click();
  } },
  { name: "diagnostics", published: true, play: to("diagnostics") },
  { name: "diagnostics-empty", story: () => ({ diagnostics: { connections: [], decisions: [], log_file: null } }), play: to("diagnostics") },
  { name: "diagnostics-failed", story: () => ({ fails: { diagnostics: "storage", send_test: "offline" } }), play: at("diagnostics", (page) => page.getByTestId("test-desktop").click()) },
  { name: "diagnostics-report", play: at("diagnostics", async (page) => {
    await page.getByTestId("report").click();
    await page.getByTestId("report-text").scrollIntoViewIfNeeded();
  }) },
  { name: "diagnostics-tested", play: at("diagnostics", (page) => page.getByTestId("test-desktop").click()) },
  { name: "diagnostics-200-percent", size: { width: 210, height: 340 }, play: to("diagnostics") },
  { name: "accounts", published: true, story: TWO },
];
