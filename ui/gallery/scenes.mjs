// Every page in every state worth looking at.
import { CHANNEL_SCENES } from "./scenes-channels.mjs";
import { REACH_SCENES } from "./scenes-reach.mjs";
import { SETTINGS_SCENES } from "./scenes-settings.mjs";
import { found } from "./data.mjs";
import { NO_ACCOUNT } from "./first-run.mjs";
import { JOIN_SCENES } from "./scenes-join.mjs";
import { LIST_SCENES } from "./scenes-list.mjs";
import { TODAY_SCENES } from "./scenes-today.mjs";
import { WEB_SCENES } from "./scenes-web.mjs";
import { click } from "./play.mjs";

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
 * @property {boolean} [forcedColors] in the system's own colours
 * @property {string} [address] what the page is asked for besides, such as `place=web`
 * @property {boolean} [contrast] with more contrast asked for
 * @property {import("./centre.mjs").CentreStory} [web] in a browser, served by a centre
 * @property {boolean} [phone] under a finger
 * @property {boolean} [restless] its controls come and go by themselves: nobody can walk through it
 */

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
 
  story: () => ({ ...NO_ACCOUNT(), fails: { check: /** @type {import("../src/generated/protocol").WindowErrorCode} */ (code) } }),
  play,
});

/** @type {Scene[]} */
export const SCENES = [
  ...LIST_SCENES,
  ...TODAY_SCENES,
  ...CHANNEL_SCENES,
  ...REACH_SCENES,
  { name: "sign-in", published: true, story: NO_ACCOUNT },
  { name: "sign-in-demo-busy", story: () => ({ ...NO_ACCOUNT(), silent: ["check"] }), play: click("way-demo") },
  { name: "sign-in-token", published: true, story: NO_ACCOUNT, play: fillToken("romashka") },
  { name: "sign-in-team-managed", story: () => ({ ...NO_ACCOUNT(), state: { ...NO_ACCOUNT().state, managed: ["centre"], managed_centre: "https://bell.romashka.ru" } }) },
  { name: "sign-in-oauth", story: NO_ACCOUNT, play: fillOauth(LINK) },
  { name: "sign-in-oauth-360", size: { width: 360, height: 480 }, story: NO_ACCOUNT, play: fillOauth(LINK) },
  {
    name: "sign-in-where-token",
    published: true,
    story: NO_ACCOUNT,
    play: async (page) => {
      await fillToken("romashka")(page);
      await page.getByTestId("where-token").locator("summary").click();
    },
  },
  { name: "sign-in-where-all", size: { width: 420, height: 2000 }, story: NO_ACCOUNT, play: whereAll(LINK) },
  { name: "sign-in-where-kommo", size: { width: 320, height: 2200 }, story: NO_ACCOUNT, play: whereAll("daisy.kommo.com") },
  { name: "sign-in-team", story: NO_ACCOUNT, play: click("way-team") },
  {
    name: "sign-in-team-invitation",
    story: NO_ACCOUNT,
    play: async (page) => {
      await click("way-team")(page);
      await page.getByTestId("address").fill(`https://bell.romashka.ru/join/${"0a".repeat(32)}`);
    },
  },
  ...JOIN_SCENES,
  { name: "sign-in-checking", story: () => ({ ...NO_ACCOUNT(), silent: ["check"] }), play: submitToken },
  { name: "sign-in-found", published: true, story: NO_ACCOUNT, play: submitToken },
  {
    name: "sign-in-found-manager",
    story: (language) => ({ ...NO_ACCOUNT(), found: { ...found(language), user: "", email: "", rights: "manager", expires_at: null } }),
    play: submitToken,
  },
  { name: "sign-in-found-320", size: { width: 320, height: 680 }, story: NO_ACCOUNT, play: submitToken },
  {
    name: "sign-in-found-team",
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
    story: NO_ACCOUNT,
    play: async (page) => {
      await click("way-solo")(page);
      await click("submit")(page);
    },
  },
  ...["address_wrong", "account_unknown", "not_a_centre", "token_refused", "token_expired", "token_elsewhere", "no_rights", "not_paid", "blocked", "proxy_asks", "offline", "storage"].map(failing(submitToken)),
  ...["code_expired", "integration_wrong"].map(failing(submitOauth)),
  { name: "sign-in-revoked", story: () => ({ state: { way: "solo", account: "romashka.amocrm.ru", connection: { state: "signed_out", reason: "token_invalid" } } }) },
  { name: "sign-in-200-percent", size: { width: 210, height: 340 }, story: NO_ACCOUNT, play: click("way-solo") },
  ...SETTINGS_SCENES,
  ...WEB_SCENES,
  { name: "silent", story: () => ({ fails: { hello: "unknown" } }) },
];
