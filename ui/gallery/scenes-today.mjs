// The day's tasks in every state.
import { NOW, openTasks } from "./data.mjs";
import { click } from "./play.mjs";

/** @typedef {import("playwright-core").Page} Page */

const today = click("filter-today");

/** @param {Page} page */
async function completing(page) {
  await today(page);
  await page.getByTestId("task-complete").nth(2).click();
  await page.getByTestId("result").waitFor();
}

/** @param {Page} page */
async function completed(page) {
  await completing(page);
  await page.keyboard.type((await page.evaluate(() => document.documentElement.lang)) === "ru" ? "Договорились на вторник" : "Tuesday it is");
  await page.keyboard.press("Enter");
  await page.getByTestId("result").waitFor({ state: "detached" });
  await page.waitForTimeout(80);
}

/** @type {import("./scenes.mjs").Scene[]} */
export const TODAY_SCENES = [
  { name: "today", published: true, play: today },
  { name: "today-focus", play: async (page) => {
    await today(page);
    await page.locator("[data-open]").first().focus();
    await page.keyboard.press("ArrowDown");
  } },
  { name: "today-empty", published: true, story: () => ({ tasks: [] }), play: today },
  { name: "today-loading", story: () => ({ silent: ["today"] }), play: async (page) => {
    await today(page);
    await page.waitForTimeout(300);
  } },
  { name: "today-offline-first", story: () => ({ fails: { today: "offline" }, state: { connection: { state: "offline", retry_at: NOW + 8_000 } } }), play: today },
  { name: "today-unavailable", story: () => ({ fails: { today: "unavailable" } }), play: today },
  { name: "today-offline", published: true, play: async (page, standIn) => {
    await page.getByTestId("filter-today-count").waitFor();
    standIn.story = { ...standIn.story, fails: { today: "offline" } };
    standIn.state = { ...standIn.state, connection: { state: "offline", retry_at: NOW + 8_000 } };
    standIn.tell({ type: "state", state: standIn.state });
    await today(page);
    await page.getByTestId("today-last").waitFor();
  } },
  { name: "today-completing", published: true, play: completing },
  { name: "today-completed", play: completed },
  { name: "today-failed", story: () => ({ fails: { complete_task: "crm_refused" } }), play: completed },
  { name: "today-open-failed", story: () => ({ fails: { open_task: "open_failed" } }), play: async (page) => {
    await today(page);
    await page.locator("[data-open]").first().click();
    await page.getByTestId("act-failed").waitFor();
  } },
  { name: "today-many", story: (language) => ({ tasks: Array.from({ length: 120 }, (_, i) => ({ .../** @type {import("../src/generated/protocol").OpenTask} */ (openTasks(language)[i % 6]), subject: `task:${1000 + i}` })) }), play: today },
  { name: "today-long", size: { width: 360, height: 480 }, story: (language) => ({ tasks: openTasks(language).map((task) => ({ ...task, title: `${task.title} `.repeat(5), context: `${task.context ?? ""} `.repeat(4), author: "Константин Константинович Константинопольский" })) }), play: today },
  { name: "today-200-percent", size: { width: 210, height: 340 }, play: completing },
  { name: "today-forced-colors", forcedColors: true, play: completed },
];
