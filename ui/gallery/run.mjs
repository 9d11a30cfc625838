// Looks at every scene in Chromium: pictures of them, or (--check) what axe has to say about them.
//
//   node gallery/run.mjs            the published pictures into ../docs/screenshots
//   node gallery/run.mjs DIR        every picture into DIR
//   node gallery/run.mjs --check    no pictures: accessibility, errors and behaviour; exit code 1 where one is wrong
//   --only a,b                      these scenes alone; `--only behaviours` no scenes
import axe from "axe-core";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BEHAVIOURS } from "./behaviours.mjs";
import { launch } from "./chromium.mjs";
import { NOW } from "./data.mjs";
import { serveDist } from "./dist-server.mjs";
import { SCENES } from "./scenes.mjs";
import { StandIn } from "./stand-in.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./scenes.mjs").Scene} Scene */

const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: "boolean" }, only: { type: "string" } } });
const published = fileURLToPath(new URL("../../docs/screenshots", import.meta.url));
const folder = positionals[0] ?? published;
const only = values.only?.split(/,(?! )/);
const scenes = SCENES.filter((scene) => (values.check ? !scene.alike : positionals[0] || scene.published) && (!only || only.includes(scene.name)));
const behaviours = values.check ? BEHAVIOURS.filter(({ name }) => !only || only.includes("behaviours") || only.includes(name)) : [];

/** Scenes on the stage at once: loading one and asking axe about another go well together, even on two cores. */
const AT_ONCE = 3;

const dist = await serveDist();
const browser = await launch();
/** @type {string[]} */
const wrong = [];
let right = 0;

/**
 * @param {Scene} scene
 * @param {"ru" | "en"} language
 * @param {(page: Page, standIn: StandIn) => Promise<void>} look
 */
async function stage(scene, language, look) {
  const name = `${scene.name}-${language}`;
  const standIn = new StandIn(language, scene.story?.(language) ?? {});
  const context = await browser.newContext({
    viewport: scene.size ?? { width: 420, height: 680 },
    colorScheme: "light",
    locale: language === "ru" ? "ru-RU" : "en-GB",
    timezoneId: "Europe/Moscow",
    reducedMotion: "reduce",
    forcedColors: scene.forcedColors ? "active" : "none",
    contrast: scene.contrast ? "more" : "no-preference",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`${name}: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`${name}: ${error.message}`));
  await page.clock.setFixedTime(NOW);
  try {
    await page.goto(`${dist.url}?backend=${encodeURIComponent(await standIn.url())}`);
    await page.locator("#app > *").first().waitFor();
    await scene.play?.(page, standIn);
    await look(page, standIn);
    right++;
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const places = [...(stack ?? "").matchAll(/gallery\/([\w-]+\.mjs:\d+)/g)].map(([, place]) => place);
    wrong.push(`${name}: ${message} (${places.slice(0, 2).join(", ")})`);
  } finally {
    standIn.close();
    await context.close();
  }
}

/** In the second theme only what a theme changes. */
const COLOURS = { runOnly: ["color-contrast"] };
/** Forced colours are the system's, and axe reads those they replace. */
const FORCED = { rules: { "color-contrast": { enabled: false } } };

/** What axe finds. @param {Page} page @param {import("axe-core").RunOptions} rules */
function violations(page, rules) {
  return page.evaluate(async (rules) => {
    const { axe } = /** @type {{ axe: typeof import("axe-core") }} */ (/** @type {unknown} */ (globalThis));
    const result = await axe.run(document, {
      resultTypes: ["violations"],
      // There are no frames, and nothing to fetch anew.
      iframes: false,
      preload: false,
      ...rules,
    });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html.slice(0, 120)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  }, rules);
}

/** Each scene in each language, light and then dark: the page is the same, only its colours change. @param {Scene} scene @param {"ru" | "en"} language */
async function lookAt(scene, language) {
  // Axe sees structure and colours, the words matter little: for English the width alone, where pictures are published.
  const brief = values.check && language === "en";
  if (brief && !scene.published) return;
  await stage(scene, language, async (page) => {
    await page.waitForTimeout(60);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    if (wide) wrong.push(`${scene.name}-${language}: wider than the window`);
    if (brief) return;
    if (values.check) await page.evaluate(axe.source);
    for (const theme of /** @type {const} */ (["light", "dark"])) {
      if (theme === "dark") await page.emulateMedia({ colorScheme: theme });
      const name = `${scene.name}-${theme}-${language}`;
      if (!values.check) await page.screenshot({ path: `${folder}/${name}.png` });
      else if (theme === "light" || !scene.forcedColors) for (const violation of await violations(page, theme === "dark" ? COLOURS : scene.forcedColors ? FORCED : {})) wrong.push(`${name}: ${violation}`);
    }
  });
}

/** @type {(() => Promise<void>)[]} */
const jobs = [
  ...behaviours.map((behaviour) => () => stage(behaviour, "ru", behaviour.check)),
  ...scenes.flatMap((scene) => [() => lookAt(scene, "ru"), () => lookAt(scene, "en")]),
];
if (!values.check) await mkdir(folder, { recursive: true });
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) await job();
  }),
);

await browser.close();
dist.close();
for (const line of wrong) console.error(line);
console.log(values.check ? `${right} scenes and behaviours, ${wrong.length} failed` : `${right * 2} pictures in ${folder}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
