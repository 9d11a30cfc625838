// Every page in every state worth looking at.
import { SETTINGS_SCENES } from "./scenes-settings.mjs";
import { channels, dayOfOneTask, flood, found, HOSTILE, KINDS, notifications, NOW } from "./data.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./stand-in.mjs").StandIn} StandIn */
/** @typedef {import("../src/generated/protocol").Language} Language */

/**
 * @typedef {object} Scene
 * @property {string} name
 * @property {boolean} [published] belongs into docs/screenshots
 * @property {boolean} [alike] built as another scene is: worth a picture, not a check
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

/** @param {Page} page */
async function startCompleting(page) {
  await page.getByTestId("item").first().hover();
  await click("complete")(page);
  const russian = await page.evaluate(() => document.documentElement.lang === "ru");
  await page.getByTestId("result").pressSequentially(russian ? "Договорились на пятницу" : "Friday it is");
}

/** @param {Page} page */
async function complete(page) {
  await startCompleting(page);
  await page.keyboard.press("Enter");
  await page.getByTestId("result").waitFor({ state: "detached" });
}

/** First run. */
export const NO_ACCOUNT = () => ({ rows: [], state: { way: null, account: "", unread: 0, connection: { state: /** @type {const} */ ("signed_out"), reason: /** @type {const} */ ("no_account") } } });

/** @param {string} address */
const fillToken = (address) => async (/** @type {Page} */ page) => {
  await click("way-solo")(page);
  await page.getByTestId("address").fill(address);
  await page.getByTestId("token").fill("eyJ0eXAiOiJKV1Qi");
};

/** @param {string} address */
const fillOauth = (address) => async (/** @type {Page} */ page) => {
  await fillToken(address)(page);
  await click("by-oauth")(page);
  await page.getByTestId("integration").fill("6a2d4741-11aa-4bb2-8cc3-92277723dcea");
  await page.getByTestId("secret").fill("PZp1wm7VpAUBvpTzADj4");
  await page.getByTestId("redirect").fill("https://romashka.ru/amo");
  await page.getByTestId("code").fill("https://romashka.ru/amo?code=def50200e1&referer=romashka.amocrm.ru");
};

const LINK = "https://romashka.amocrm.ru/leads/pipeline/7";

/** @param {Page} page */
async function submitToken(page) {
  await fillToken("romashka")(page);
  await click("submit")(page);
}

/** @param {Page} page */
async function submitOauth(page) {
  await fillOauth(LINK)(page);
  await click("submit")(page);
  await page.getByTestId("signin-error").waitFor();
}

/** @param {string} address */
const whereAll = (address) => async (/** @type {Page} */ page) => {
  await fillOauth(address)(page);
  for (const summary of await page.locator("summary").all()) await summary.click();
};

/** @param {(page: Page) => Promise<void>} play */
const failing = (play) => (/** @type {string} */ code) => ({
  name: `sign-in-wrong-${code.replaceAll("_", "-")}`,
  alike: true,
  story: () => ({ ...NO_ACCOUNT(), fails: { check: /** @type {import("../src/generated/protocol").WindowErrorCode} */ (code) } }),
  play,
});

/** @type {Scene[]} */
export const SCENES = [
  { name: "list", published: true },
  { name: "list-hover", play: (page) => page.getByTestId("item").nth(2).hover() },
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
  { name: "list-kinds", story: (language) => ({ rows: notifications(KINDS[language]) }) },
  { name: "list-reading-first", story: () => ({ rows: [], state: { reading: 2_500 } }) },
  { name: "list-reading", story: () => ({ state: { reading: 7_250 } }) },
  { name: "list-completing", published: true, play: startCompleting },
  { name: "list-completing-320", alike: true, size: { width: 320, height: 480 }, play: startCompleting },
  { name: "list-completed", story: (language) => ({ rows: dayOfOneTask(language), silent: ["complete"] }), play: complete },
  { name: "list-complete-failed", story: (language) => ({ rows: dayOfOneTask(language), fails: { complete: "crm_refused" } }), play: complete },
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
  { name: "channels-360", size: { width: 360, height: 480 }, play: toChannels },
  { name: "channels-200-percent", size: { width: 210, height: 340 }, play: toChannels },
  { name: "sign-in", published: true, story: NO_ACCOUNT },
  { name: "sign-in-demo-busy", alike: true, story: () => ({ ...NO_ACCOUNT(), silent: ["check"] }), play: click("way-demo") },
  { name: "sign-in-token", alike: true, published: true, story: NO_ACCOUNT, play: fillToken("romashka") },
  { name: "sign-in-oauth", alike: true, story: NO_ACCOUNT, play: fillOauth(LINK) },
  { name: "sign-in-oauth-360", alike: true, size: { width: 360, height: 480 }, story: NO_ACCOUNT, play: fillOauth(LINK) },
  {
    name: "sign-in-where-token",
    alike: true,
    published: true,
    story: NO_ACCOUNT,
    play: async (page) => {
      await fillToken("romashka")(page);
      await page.getByTestId("where-token").locator("summary").click();
    },
  },
  { name: "sign-in-where-all", size: { width: 420, height: 2000 }, story: NO_ACCOUNT, play: whereAll(LINK) },
  { name: "sign-in-where-kommo", alike: true, size: { width: 320, height: 2200 }, story: NO_ACCOUNT, play: whereAll("daisy.kommo.com") },
  { name: "sign-in-team", story: NO_ACCOUNT, play: click("way-team") },
  { name: "sign-in-checking", story: () => ({ ...NO_ACCOUNT(), silent: ["check"] }), play: submitToken },
  { name: "sign-in-found", published: true, story: NO_ACCOUNT, play: submitToken },
  {
    name: "sign-in-found-manager",
    alike: true,
    story: (language) => ({ ...NO_ACCOUNT(), found: { ...found(language), user: "", email: "", rights: "manager", expires_at: null } }),
    play: submitToken,
  },
  { name: "sign-in-found-320", alike: true, size: { width: 320, height: 680 }, story: NO_ACCOUNT, play: submitToken },
  {
    name: "sign-in-found-team", alike: true,
    story: (language) => ({ ...NO_ACCOUNT(), found: { ...found(language), account: "", host: "bell.romashka.ru", time_zone: "", rights: null, expires_at: null } }),
    play: async (page) => {
      await click("way-team")(page);
      await page.getByTestId("address").fill("https://bell.romashka.ru");
      await page.getByTestId("token").fill("dbd_secret");
      await click("submit")(page);
    },
  },
  {
    name: "sign-in-empty",
    alike: true,
    story: NO_ACCOUNT,
    play: async (page) => {
      await click("way-solo")(page);
      await click("submit")(page);
    },
  },
  ...["address_wrong", "account_unknown", "not_a_centre", "token_refused", "token_expired", "token_elsewhere", "no_rights", "not_paid", "blocked", "proxy_asks", "offline", "storage"].map(failing(submitToken)),
  ...["code_expired", "integration_wrong"].map(failing(submitOauth)).map((scene) => ({ ...scene, alike: scene.name !== "sign-in-wrong-integration-wrong" })),
  { name: "sign-in-revoked", story: () => ({ state: { way: "solo", account: "romashka.amocrm.ru", connection: { state: "signed_out", reason: "token_invalid" } } }) },
  { name: "sign-in-200-percent", size: { width: 210, height: 340 }, story: NO_ACCOUNT, play: click("way-solo") },
  ...SETTINGS_SCENES,
  { name: "silent", story: () => ({ fails: { hello: "unknown" } }) },
];
