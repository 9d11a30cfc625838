// Every page in every state worth looking at.
import { channels, flood, HOSTILE, notifications, NOW } from "./data.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./stand-in.mjs").StandIn} StandIn */
/** @typedef {import("../src/generated/protocol").Language} Language */

/**
 * @typedef {object} Scene
 * @property {string} name
 * @property {boolean} [published] belongs into docs/screenshots
 * @property {(language: Language) => import("./stand-in.mjs").Story} [story]
 * @property {(page: Page, standIn: StandIn) => Promise<void>} [play] what happens before the picture
 * @property {{ width: number, height: number }} [size]
 */

/** @param {string} id */
const click = (id) => (/** @type {Page} */ page) => page.getByTestId(id).first().click();

/** @param {Page} page */
async function toChannels(page) {
  await click("to-channels")(page);
  await page.getByTestId("master-switch").waitFor();
}

const NO_ACCOUNT = () => ({ rows: [], state: { way: null, account: "", unread: 0, connection: { state: /** @type {const} */ ("signed_out"), reason: /** @type {const} */ ("no_account") } } });

/** @type {Scene[]} */
export const SCENES = [
  { name: "list", published: true },
  { name: "list-hover", play: (page) => page.getByTestId("item").nth(1).hover() },
  {
    name: "list-focus",
    play: async (page) => {
      await page.getByTestId("item").first().locator("[data-open]").focus();
      await page.keyboard.press("ArrowDown");
    },
  },
  { name: "list-unread", play: click("filter-unread") },
  { name: "list-empty", published: true, story: () => ({ rows: [] }) },
  { name: "list-empty-unread", story: () => ({ state: { unread: 0 }, rows: flood(3).map((row) => ({ ...row, read_at: row.at })) }), play: click("filter-unread") },
  { name: "list-empty-first", story: () => ({ rows: [], cursor: null, state: { connection: { state: "connecting" } } }) },
  { name: "list-loading", story: () => ({ silent: ["list"] }), play: (page) => page.waitForTimeout(300) },
  { name: "list-failed", story: () => ({ fails: { list: "storage" } }) },
  { name: "list-offline", published: true, story: () => ({ state: { connection: { state: "offline", retry_at: NOW + 8_000 } } }) },
  { name: "list-offline-trying", story: () => ({ state: { connection: { state: "offline", retry_at: null } } }) },
  { name: "list-trouble", story: () => ({ state: { troubles: ["crm_token_refused", "no_toasts"] } }) },
  { name: "list-no-keyring", story: () => ({ state: { troubles: ["no_keyring"] } }) },
  { name: "list-troubles-all", story: () => ({ state: { troubles: ["crm_blocked", "crm_unreachable", "store_failed", "settings_damaged", "no_tray"] } }), play: (page) => page.locator(".more").click() },
  { name: "list-open-failed", story: () => ({ fails: { open: "open_failed" } }), play: (page) => page.getByTestId("item").first().locator("[data-open]").click() },
  { name: "list-hostile", story: () => ({ rows: notifications(/** @type {never} */ (HOSTILE)) }) },
  { name: "list-expanded", story: () => ({ rows: notifications(/** @type {never} */ (HOSTILE)).map((row) => ({ ...row, link: null })) }), play: (page) => page.getByTestId("item").nth(2).locator("[data-open]").click() },
  { name: "list-many", story: () => ({ rows: flood(100_000) }), play: (page) => page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 4_000_000)) },
  { name: "list-360", size: { width: 360, height: 480 }, story: () => ({ state: { connection: { state: "offline", retry_at: NOW + 45_000 } } }) },
  { name: "list-200-percent", size: { width: 210, height: 340 } },
  { name: "channels", published: true, play: toChannels },
  {
    name: "channels-dirty",
    story: (language) => ({ channels: { ...channels(language), deliverable: ["interface", "desktop", "email", "mobile", "browser"] } }),
    play: async (page) => {
      await toChannels(page);
      await click("channel-chats-email")(page);
    },
  },
  {
    name: "channels-off",
    play: async (page) => {
      await toChannels(page);
      await click("master-switch")(page);
    },
  },
  {
    name: "channels-saved",
    play: async (page) => {
      await toChannels(page);
      await click("channel-warehouse-desktop")(page);
      await click("save")(page);
    },
  },
  {
    name: "channels-conflict",
    play: async (page, standIn) => {
      await toChannels(page);
      await click("channel-chats-desktop")(page);
      standIn.channels = { ...standIn.channels, revision: 9 };
      await click("save")(page);
      await page.getByTestId("conflict").waitFor();
    },
  },
  {
    name: "channels-leave",
    play: async (page) => {
      await toChannels(page);
      await click("channel-chats-desktop")(page);
      await click("back")(page);
    },
  },
  { name: "channels-failed", story: () => ({ fails: { channels: "offline" } }), play: click("to-channels") },
  {
    name: "settings",
    play: async (page) => {
      await toChannels(page);
      await click("sign-out")(page);
      await page.getByTestId("sign-out-sure").scrollIntoViewIfNeeded();
    },
  },
  { name: "channels-360", size: { width: 360, height: 480 }, play: toChannels },
  { name: "channels-200-percent", size: { width: 210, height: 340 }, play: toChannels },
  { name: "sign-in", published: true, story: NO_ACCOUNT },
  { name: "sign-in-team", story: NO_ACCOUNT, play: click("way-team") },
  {
    name: "sign-in-wrong",
    story: () => ({ ...NO_ACCOUNT(), fails: { sign_in: "token_refused" } }),
    play: async (page) => {
      await click("way-solo")(page);
      await page.getByTestId("address").fill("romashka.amocrm.ru");
      await page.getByTestId("token").fill("eyJ0eXAiOiJKV1Qi");
      await click("submit")(page);
    },
  },
  { name: "sign-in-revoked", story: () => ({ state: { way: "solo", account: "romashka.amocrm.ru", connection: { state: "signed_out", reason: "token_invalid" } } }) },
  { name: "sign-in-200-percent", size: { width: 210, height: 340 }, story: NO_ACCOUNT, play: click("way-solo") },
  { name: "silent", story: () => ({ fails: { hello: "unknown" } }) },
];
