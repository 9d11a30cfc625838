// The list in every state.
import { dayOfOneTask, flood, HOSTILE, KINDS, LONG, notifications, NOW } from "./data.mjs";
import { click, focusList, press, search } from "./play.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./stand-in.mjs").StandIn} StandIn */
/** @typedef {import("../src/generated/protocol").Language} Language */

/** @param {Language} language @param {string} ru @param {string} en */
const words = (language, ru, en) => (language === "ru" ? ru : en);

/** @param {Page} page @param {string} ru @param {string} en */
const spoken = async (page, ru, en) => ((await page.evaluate(() => document.documentElement.lang)) === "ru" ? ru : en);

/** @param {Page} page */
async function startCompleting(page) {
  await page.getByTestId("item").first().hover();
  await click("complete")(page);
  await page.getByTestId("result").pressSequentially(await spoken(page, "Договорились на пятницу", "Friday it is"));
}

/** @param {Page} page */
async function complete(page) {
  await startCompleting(page);
  await page.keyboard.press("Enter");
  await page.getByTestId("result").waitFor({ state: "detached" });
}

/** @param {Page} page */
async function searched(page) {
  await search(await spoken(page, "верон", "veron"))(page);
}

/** @param {Page} page */
async function filtered(page) {
  await press("f")(page);
  await page.getByTestId("chip-deal").waitFor();
  await click("filter-provider")(page);
  await click("provider-tasks")(page);
  await page.getByTestId("chip-provider").waitFor();
}

/** @param {Page} page @param {StandIn} standIn */
async function newAbove(page, standIn) {
  await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 900));
  await page.waitForTimeout(80);
  standIn.arrive(3);
  await page.getByTestId("news").waitFor();
}

/** @type {import("./scenes.mjs").Scene[]} */
export const LIST_SCENES = [
  { name: "list", published: true },
  { name: "list-hover", play: (page) => page.getByTestId("item").nth(2).hover() },
  {
    name: "list-focus",
    play: async (page) => {
      await focusList(page);
      await page.keyboard.press("ArrowDown");
    },
  },
  { name: "list-unread", play: click("filter-unread") },
  { name: "list-empty", published: true, story: () => ({ rows: [], tasks: [] }) },
  { name: "list-empty-unread", story: (language) => ({ state: { unread: 0 }, rows: flood(3, language).map((row) => ({ ...row, read_at: row.at })) }), play: click("filter-unread") },
  { name: "list-empty-first", story: () => ({ rows: [], cursor: null, fails: { today: "offline" }, state: { connection: { state: "connecting" } } }) },
  { name: "list-loading", story: () => ({ silent: ["list"] }), play: (page) => page.waitForTimeout(300) },
  { name: "list-failed", story: () => ({ fails: { list: "storage" } }) },
  { name: "list-offline", published: true, story: () => ({ state: { connection: { state: "offline", retry_at: NOW + 8_000 } } }) },
  { name: "list-offline-trying", story: () => ({ state: { connection: { state: "offline", retry_at: null } } }) },
  { name: "list-trouble", story: () => ({ state: { troubles: ["crm_token_refused", "no_toasts"] } }) },
  { name: "list-no-keyring", story: () => ({ state: { troubles: ["no_keyring"] } }) },
  { name: "list-not-permitted", story: () => ({ state: { troubles: ["not_permitted"] } }) },
  { name: "list-crashed", story: () => ({ state: { troubles: ["crashed"] } }) },
  { name: "list-troubles-rest", size: { width: 420, height: 900 }, story: () => ({ state: { troubles: ["not_permitted", "crashed", "newer_data", "managed_wrong", "no_keyring", "no_tray"] } }), play: (page) => page.locator(".more").click() },
  { name: "list-troubles-all", story: () => ({ state: { troubles: ["crm_blocked", "crm_unreachable", "store_failed", "settings_damaged", "no_tray"] } }), play: (page) => page.locator(".more").click() },
  { name: "list-detail", published: true, story: (language) => ({ rows: notifications(KINDS[language]).map((row, i) => (i === 0 ? { ...row, text: LONG[language], author: words(language, "Павел Громов", "Pavel Gromov") } : row)) }), play: press("Enter") },
  { name: "list-detail-task", story: (language) => ({ snoozed: [[0, NOW + 3_600_000]], rows: dayOfOneTask(language).map((row, i) => (i === 0 ? { ...row, author: words(language, "Марина Лебедева", "Marina Lebedeva") } : row)) }), play: press("Enter") },
  { name: "list-detail-hostile", story: () => ({ rows: notifications(/** @type {never} */ (HOSTILE)).map((row) => ({ ...row, link: null })) }), play: (page) => page.getByTestId("item").nth(2).locator("[data-open]").click() },
  { name: "list-detail-200-percent", size: { width: 210, height: 340 }, play: press("Enter") },
  { name: "list-snoozed", story: () => ({ snoozed: [[0, NOW + 3_600_000], [2, NOW + 65_000_000]] }) },
  { name: "list-snooze-menu", play: press("s") },
  { name: "list-open-failed", story: () => ({ fails: { open: "open_failed" } }), play: press("o") },
  { name: "list-act-failed-360", size: { width: 360, height: 480 }, story: () => ({ fails: { snooze: "storage", mark: "storage" } }), play: async (page) => {
    await press("s")(page);
    await click("snooze-hour")(page);
    await page.getByTestId("act-failed").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("r");
    await page.getByTestId("act-failed").nth(1).waitFor();
  } },
  { name: "list-act-busy", story: () => ({ silent: ["open"] }), play: async (page) => {
    await press("o")(page);
    await page.waitForTimeout(400);
  } },
  { name: "list-new-above", published: true, story: (language) => ({ rows: flood(200, language) }), play: newAbove },
  { name: "list-read-all", published: true, play: async (page) => {
    await click("read-all")(page);
    await page.getByTestId("undo-bar").waitFor();
  } },
  { name: "list-search", published: true, play: searched },
  { name: "list-search-none", play: async (page) => search(await spoken(page, "жираф", "giraffe"))(page) },
  { name: "list-search-empty", play: click("to-search") },
  { name: "list-search-far", story: (language) => ({ rows: notifications(KINDS[language]).map((row) => ({ ...row, text: LONG[language] })) }), play: async (page) => search(await spoken(page, "пятн", "friday"))(page) },
  { name: "list-filters", published: true, play: filtered },
  { name: "list-filters-360", size: { width: 360, height: 480 }, play: filtered },
  { name: "list-filter-menu", play: async (page) => {
    await click("to-search")(page);
    await click("filter-provider")(page);
  } },
  { name: "list-filters-none", play: async (page) => {
    await filtered(page);
    await click("filter-unread")(page);
    await page.keyboard.press("/");
    await page.getByTestId("search").fill("zzz");
    await page.getByTestId("nothing").waitFor();
  } },
  { name: "list-quiet", published: true, story: () => ({ state: { quiet: { by: "user", until: NOW + 12_700_000 } } }) },
  { name: "list-quiet-hours", story: () => ({ state: { quiet: { by: "hours", until: NOW + 65_000_000 } } }) },
  { name: "list-quiet-system-offline", size: { width: 360, height: 480 }, story: () => ({ state: { quiet: { by: "system" }, connection: { state: "offline", retry_at: NOW + 45_000 } } }) },
  { name: "list-quiet-menu", play: press("q") },
  { name: "list-keys", published: true, play: press("?") },
  { name: "list-keys-200-percent", size: { width: 210, height: 340 }, play: press("?") },
  { name: "list-hostile", story: () => ({ rows: notifications(/** @type {never} */ (HOSTILE)) }) },
  { name: "list-many", story: (language) => ({ rows: flood(100_000, language) }), play: async (page) => {
    await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 4_000_000));
    await page.waitForTimeout(200);
  } },
  { name: "list-many-far", story: (language) => ({ rows: flood(100_000, language) }), play: async (page, standIn) => {
    await page.getByTestId("item").first().waitFor();
    standIn.story = { ...standIn.story, silent: ["list"] };
    await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 4_000_000));
    await page.waitForTimeout(100);
  } },
  { name: "list-kinds", story: (language) => ({ rows: notifications(KINDS[language]) }) },
  { name: "list-reading-first", story: () => ({ rows: [], state: { reading: 2_500 } }) },
  { name: "list-reading", story: () => ({ state: { reading: 7_250 } }) },
  { name: "list-completing", published: true, play: startCompleting },
  { name: "list-completing-320", size: { width: 320, height: 480 }, play: startCompleting },
  { name: "list-completed", story: (language) => ({ rows: dayOfOneTask(language), silent: ["complete"] }), play: complete },
  { name: "list-complete-failed", story: (language) => ({ rows: dayOfOneTask(language), fails: { complete: "crm_refused" } }), play: complete },
  { name: "list-360", size: { width: 360, height: 480 }, story: () => ({ state: { connection: { state: "offline", retry_at: NOW + 45_000 } } }) },
  { name: "list-200-percent", size: { width: 210, height: 340 } },
  { name: "list-360-200-percent", size: { width: 180, height: 240 } },
  { name: "list-forced-colors", forcedColors: true, play: press("Enter") },
  { name: "list-contrast", contrast: true, play: press("Enter") },
];
