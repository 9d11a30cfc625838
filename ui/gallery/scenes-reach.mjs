// Browsers, phones and the calendar, in every state worth looking at.
import { NOW } from "./data.mjs";
import { everywhere, pushing, reach, subscriptions, troubled } from "./data-reach.mjs";
import { click } from "./play.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./scenes.mjs").Scene} Scene */
/** @typedef {import("../src/generated/protocol").Language} Language */

/** Brings a card to the top. @param {string} card @param {(page: Page) => Promise<unknown>} [then] */
const at = (card, then) => async (/** @type {Page} */ page) => {
  await click("to-channels")(page);
  await page.getByTestId("master-switch").waitFor();
  await page.getByTestId(card).waitFor();
  await then?.(page);
  await page.getByTestId(card).evaluate((element) => element.closest(".cards")?.scrollBy(0, element.getBoundingClientRect().top - (element.closest(".cards")?.getBoundingClientRect().top ?? 0) - 8));
};

/** @param {...string} testids */
const press = (...testids) => async (/** @type {Page} */ page) => {
  for (const testid of testids) await click(testid)(page);
};

const TALL = { width: 420, height: 1_900 };
const SMALL = { width: 360, height: 480 };
const LARGE_LETTERS = { width: 210, height: 340 };

/** Nothing registered, though the table sends there. */
const NOBODY = reach({ push: pushing([]) });
/** @param {Language} language */
const allOff = (language) => reach({ push: pushing(subscriptions(language).map((row) => ({ ...row, on: false }))) })(language);
/** Registered, though the table sends nothing there. @param {Language} language */
const nothingTicked = (language) => reach({ channels: everywhere(language, { providers: everywhere(language).providers.map((row) => ({ ...row, channels: { ...row.channels, mobile: false, browser: false } })) }) })(language);
/** As a browser sees it that is one of them. @param {Language} language */
const inBrowser = (language) => reach({ push: pushing(subscriptions(language).map((row, i) => ({ ...row, this: i === 0 }))) })(language);

/** @param {string} push @param {Partial<Scene>} [more] @returns {Scene} */
const here = (push, more = {}) => ({ name: `push-here-${push.replaceAll("_", "-")}`, address: `place=web&push=${push}`, story: push === "on" ? inBrowser : NOBODY, play: at("browsers"), ...more });

/** @type {Scene[]} */
export const REACH_SCENES = [
  { name: "reach-whole", size: TALL, story: reach(), play: at("browsers") },
  { name: "browsers", published: true, story: reach(), play: at("browsers") },
  { name: "browsers-code", published: true, story: reach(), play: at("browsers", async (page) => {
    await click("show-code")(page);
    await page.getByTestId("qr").waitFor();
  }) },
  { name: "browsers-code-320", size: { width: 320, height: 680 }, story: reach(), play: at("browsers", async (page) => {
    await click("show-code")(page);
    await page.getByTestId("qr").waitFor();
  }) },
  { name: "browsers-code-200-percent", size: LARGE_LETTERS, story: reach(), play: at("browsers", async (page) => {
    await click("show-code")(page);
    await page.getByTestId("qr").waitFor();
    await page.getByTestId("code").scrollIntoViewIfNeeded();
  }) },
  { name: "browsers-code-contrast", contrast: true, story: reach(), play: at("browsers", press("show-code")) },
  { name: "browsers-code-forced-colours", forcedColors: true, story: reach(), play: at("browsers", press("show-code")) },
  { name: "browsers-code-making", story: reach({ silent: ["sign_in_link"] }), play: at("browsers", press("show-code")) },
  { name: "browsers-code-over", story: reach(), play: at("browsers", async (page) => {
    await click("show-code")(page);
    await page.getByTestId("qr").waitFor();
    await page.clock.setFixedTime(NOW + 11 * 60_000);
    await page.getByTestId("code-over").waitFor();
    await page.clock.setFixedTime(NOW);
  }) },
  { name: "browsers-opening", story: reach({ silent: ["open_inbox"] }), play: at("browsers", press("open-inbox")) },
  { name: "browsers-opened", story: reach(), play: at("browsers", press("open-inbox")) },
  ...["unavailable", "address_wrong", "open_failed", "offline"].map((code) => ({
    name: `browsers-not-${code.replaceAll("_", "-")}`,
    story: reach({ fails: { open_inbox: /** @type {import("../src/generated/protocol").WindowErrorCode} */ (code) } }),
    play: at("browsers", press("open-inbox")),
  })),
  { name: "push-nobody", size: { width: 420, height: 900 }, story: NOBODY, play: at("browsers") },
  { name: "push-nobody-table", story: NOBODY, play: async (page) => {
    await click("to-channels")(page);
    await page.getByTestId("idle-browser").waitFor();
  } },
  { name: "push-all-off-table", story: allOff, play: async (page) => {
    await click("to-channels")(page);
    await page.getByTestId("idle-browser").waitFor();
  } },
  { name: "push-nowhere", story: nothingTicked, play: at("browsers", (page) => page.getByTestId("push-nowhere-mobile").waitFor()) },
  { name: "push-troubles", story: (language) => reach({ push: pushing(troubled(language)) })(language), play: at("browsers", (page) => page.getByTestId("push-trouble-01KAHP1").waitFor()) },
  { name: "push-loading", story: reach({ silent: ["push_devices", "calendar"] }), play: at("browsers") },
  { name: "push-failed", story: reach({ fails: { push_devices: "offline" } }), play: at("browsers", (page) => page.getByTestId("push-failed").waitFor()) },
  { name: "push-no-key", story: reach({ push: { key: null, subscriptions: [] } }), play: at("browsers") },
  { name: "push-older-centre", story: (language) => ({ ...reach()(language), channels: everywhere(language, { deliverable: ["interface", "desktop"] }), fails: { push_devices: "unavailable", calendar: "unavailable" } }), play: at("browsers") },
  { name: "push-removing", story: reach(), play: at("browsers", press("push-remove-01KAHP2")) },
  { name: "push-removing-busy", story: reach({ silent: ["remove_push"] }), play: at("browsers", press("push-remove-01KAHP2", "push-remove-sure")) },
  { name: "push-removed", story: reach(), play: at("browsers", async (page) => {
    await press("push-remove-01KAHP3", "push-remove-sure")(page);
    await page.getByTestId("push-remove-01KAHP3").waitFor({ state: "detached" });
  }) },
  { name: "push-testing", story: reach({ silent: ["test_push"] }), play: at("browsers", press("push-test-01KAHP1")) },
  { name: "push-tested", story: reach(), play: at("browsers", press("push-test-01KAHP1")) },
  { name: "push-refused", story: reach({ fails: { switch_push: "offline" } }), play: at("browsers", async (page) => {
    await click("push-switch-01KAHP1")(page);
    await page.getByTestId("push-refused").waitFor();
  }) },
  { name: "push-hold-back", story: reach(), play: at("browsers", async (page) => {
    await click("hold-back")(page);
    await page.getByTestId("save").waitFor();
  }) },
  { name: "push-360", size: SMALL, story: reach(), play: at("browsers") },
  { name: "push-200-percent", size: LARGE_LETTERS, story: reach(), play: at("browsers") },
  ...["on", "off", "denied", "unsupported", "needs_install", "no_key", "failed"].map((push) => here(push)),
  here("off", { name: "push-here-phone", size: { width: 390, height: 844 } }),
  { name: "calendar", published: true, story: reach(), play: at("calendar") },
  { name: "calendar-web", address: "place=web&push=off", story: reach(), play: at("calendar") },
  { name: "calendar-copied", story: reach(), play: at("calendar", press("calendar-copy")) },
  { name: "calendar-sure", story: reach(), play: at("calendar", press("calendar-renew")) },
  { name: "calendar-renewing", story: reach({ silent: ["renew_calendar"] }), play: at("calendar", press("calendar-renew", "calendar-renew-sure")) },
  { name: "calendar-renewed", story: reach(), play: at("calendar", press("calendar-renew", "calendar-renew-sure")) },
  { name: "calendar-renew-failed", story: reach({ fails: { renew_calendar: "offline" } }), play: at("calendar", async (page) => {
    await press("calendar-renew", "calendar-renew-sure")(page);
    await page.getByTestId("calendar-renew-failed").waitFor();
  }) },
  { name: "calendar-opened", story: reach(), play: at("calendar", press("calendar-open")) },
  { name: "calendar-open-failed", story: reach({ fails: { open_calendar: "open_failed" } }), play: at("calendar", press("calendar-open")) },
  { name: "calendar-no-address", story: reach({ calendar: { url: null } }), play: at("calendar", (page) => page.getByTestId("calendar-no-address").waitFor()) },
  { name: "calendar-failed", story: reach({ fails: { calendar: "offline" } }), play: at("calendar", (page) => page.getByTestId("calendar-failed").waitFor()) },
  { name: "calendar-320", size: { width: 320, height: 680 }, story: reach(), play: at("calendar") },
  { name: "calendar-200-percent", size: LARGE_LETTERS, story: reach(), play: at("calendar") },
  { name: "reach-alone-demo", play: at("reach-alone") },
  { name: "reach-alone-solo", story: () => ({ state: { way: /** @type {const} */ ("solo"), account: "romashka.amocrm.ru" } }), play: at("reach-alone") },
];
