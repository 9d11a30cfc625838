// Looks at every scene in Chromium: pictures of them, or (--check) what axe and the keyboard have to say about them.
//
//   node gallery/run.mjs            the published pictures into ../docs/screenshots
//   node gallery/run.mjs DIR        every picture into DIR
//   node gallery/run.mjs --check    no pictures: axe on every scene in both languages and themes, a walk through each by
//                                   keyboard, errors and behaviour; exit code 1 where something is wrong
//   --only a,b                      these scenes alone; `--only behaviours` no scenes
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BEHAVIOURS } from "./behaviours.mjs";
import { playCentre } from "./centre.mjs";
import { launch } from "./chromium.mjs";
import { NOW } from "./data.mjs";
import { APP, AXE, serveDist } from "./dist-server.mjs";
import { SCENES } from "./scenes.mjs";
import { operate } from "./operate.mjs";
import { small } from "./fingers.mjs";
import { StandIn } from "./stand-in.mjs";
import { follow, walk } from "./walk.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./scenes.mjs").Scene} Scene */

const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: "boolean" }, only: { type: "string" } } });
const published = fileURLToPath(new URL("../../docs/screenshots", import.meta.url));
const folder = positionals[0] ?? published;
const only = values.only?.split(/,(?! )/);
const scenes = SCENES.filter((scene) => (values.check || positionals[0] || scene.published) && (!only || only.includes(scene.name)));
const behaviours = values.check ? BEHAVIOURS.filter(({ name }) => !only || only.includes("behaviours") || only.includes(name)) : [];

/** Scenes on the stage at once: loading one and asking axe about another go well together, even on two cores. */
const AT_ONCE = 3;

const dist = await serveDist();
const browser = await launch();
/** @type {string[]} */
const wrong = [];
let right = 0;
/** Controls that were used, by name. @type {Set<string>} */
const used = new Set();
/** Pages that axe has seen. */
let looked = 0;

/** A page to play on; what goes wrong on it is told under the name of who plays. */
async function openStage(/** @type {"ru" | "en"} */ language, /** @type {boolean} */ phone) {
  const context = await browser.newContext({
    ...(phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
    // What is looked at is what was built last.
    serviceWorkers: "block", locale: language === "ru" ? "ru-RU" : "en-GB", colorScheme: "light", timezoneId: "Europe/Moscow", reducedMotion: "reduce" });
  // No program takes such an address here; looking for one, the browser hears no keys and loads no page for a moment.
  await context.addInitScript(() => {
    addEventListener("click", (event) => {
      const { target } = event;
      if (target instanceof Element && target.closest("a[href^='webcal:']")) event.preventDefault();
    });
  });
  const page = await context.newPage();
  const stage = { page, playing: "", web: false, standIn: /** @type {StandIn | null} */ (null) };
  page.setDefaultTimeout(60_000);
  page.on("console", (message) => {
    // A centre's refusals are part of the play.
    if (message.type() === "error" && !(stage.web && message.text().startsWith("Failed to load resource"))) wrong.push(`${stage.playing}: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`${stage.playing}: ${error.message}`));
  await page.clock.setFixedTime(NOW);
  return stage;
}

/** @typedef {Awaited<ReturnType<typeof openStage>>} Stage */

/** Raises the curtain: the scene is played, and whoever stands in for the resident listens. @param {Stage} stage @param {Scene} scene @param {"ru" | "en"} language */
async function raise(stage, scene, language) {
  await drop(stage);
  const { page } = stage;
  const standIn = (stage.standIn = new StandIn(language, scene.story?.(language) ?? {}));
  await page.setViewportSize(scene.size ?? { width: 420, height: 680 });
  await page.emulateMedia({ colorScheme: "light", forcedColors: scene.forcedColors ? "active" : "none", contrast: scene.contrast ? "more" : "no-preference" });
  stage.web = scene.web !== undefined;
  if (scene.web) await openInbox(page, standIn, scene.web, language);
  else await page.goto(`${dist.url}?backend=${encodeURIComponent(await standIn.url())}${scene.address ? `&${scene.address}` : ""}`);
  await page.locator("#app > *").first().waitFor();
  await scene.play?.(page, standIn);
  return standIn;
}

/** The page as a centre serves it. @param {Page} page @param {StandIn} standIn @param {import("./centre.mjs").CentreStory} story @param {"ru" | "en"} language */
async function openInbox(page, standIn, story, language) {
  await playCentre(page, standIn, story);
  // A card opens beside the page: that is all there is to see of it.
  await page.context().route(/^https:/, (route) => route.abort());
  page.on("popup", (card) => {
    standIn.heard.push({ type: "open", id: card.url() });
    void card.close();
  });
  // A browser of its own language, that has never been here.
  await page.goto(`${dist.url}${APP}manifest.webmanifest`);
  await page.evaluate(async (language) => {
    localStorage.setItem("dealbell-look", JSON.stringify({ language, theme: "system" }));
    for (const { name } of await indexedDB.databases()) await new Promise((done) => (indexedDB.deleteDatabase(name ?? "").onsuccess = done));
  }, language);
  await page.goto(`${dist.url}${APP}${story.hash ?? ""}`);
}

/** The page goes first: what it would still ask has nobody to complain to. The pointer is nowhere again. @param {Stage} stage */
async function drop({ page, standIn }) {
  if (!standIn) return;
  await page.goto("about:blank");
  page.removeAllListeners("popup");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.mouse.move(0, 0);
  standIn.close();
}

/**
 * @param {Stage} stage
 * @param {Scene} scene
 * @param {"ru" | "en"} language
 * @param {(page: Page, standIn: StandIn) => Promise<void>} look
 */
async function play(stage, scene, language, look) {
  stage.playing = `${scene.name}-${language}`;
  try {
    await look(stage.page, await raise(stage, scene, language));
    right++;
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const places = [...(stack ?? "").matchAll(/gallery\/([\w-]+\.mjs:\d+)/g)].map(([, place]) => place);
    wrong.push(`${stage.playing}: ${message} (${places.slice(0, 2).join(", ")})`);
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

const LANGUAGES = /** @type {const} */ (["ru", "en"]);
const THEMES = /** @type {const} */ (["light", "dark"]);

/** Light and then dark: the page is the same, only its colours change. @param {Page} page @param {(theme: "light" | "dark") => Promise<void>} look */
async function inBothThemes(page, look) {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await look(theme);
  }
}

/** @param {Page} page @param {string} name */
async function measure(page, name) {
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wrong.push(`${name}: wider than the window`);
}

/** Pictures of a scene that was played in `language`. @param {Stage} stage @param {Scene} scene @param {"ru" | "en"} language */
function picture(stage, scene, language) {
  return play(stage, scene, language, async (page) => {
    await page.waitForTimeout(60);
    await measure(page, `${scene.name}-${language}`);
    await inBothThemes(page, async (theme) => void (await page.screenshot({ path: `${folder}/${scene.name}-${theme}-${language}.png` })));
  });
}

/** What is wrong with a scene: played once, then told in the other language, which changes every word where it stands. @param {Stage} stage @param {Scene} scene */
function inspect(stage, scene) {
  return play(stage, scene, "ru", async (page, standIn) => {
    await page.waitForTimeout(60);
    await page.addScriptTag({ url: AXE });
    if (scene.phone) for (const complaint of await small(page)) wrong.push(`${scene.name}: ${complaint}`);
    for (const language of LANGUAGES) {
      if (scene.web && language === "en") {
        await raise(stage, scene, language);
        await page.waitForTimeout(60);
        await page.addScriptTag({ url: AXE });
      } else await speak(page, standIn, language);
      await measure(page, `${scene.name}-${language}`);
      await inBothThemes(page, async (theme) => {
        // Forced colours are the same in both.
        if (scene.forcedColors && theme === "dark") return;
        const rules = theme === "dark" ? COLOURS : scene.forcedColors ? FORCED : {};
        for (const violation of await violations(page, rules)) wrong.push(`${scene.name}-${theme}-${language}: ${violation}`);
        looked++;
      });
    }
    if (scene.restless) return;
    let playing = standIn;
    if (scene.web) {
      playing = await raise(stage, scene, "ru");
      await page.waitForTimeout(60);
    } else await speak(page, standIn, "ru");
    const again = async () => {
      const anew = await raise(stage, scene, "ru");
      await follow(page);
      return anew;
    };
    for (const complaint of [...(await walk(page)), ...(await operate(page, playing, used, again))]) wrong.push(`${scene.name}: ${complaint}`);
  });
}

/** The window speaks `language` from now on; one that hears nobody stays as it is. @param {Page} page @param {StandIn} standIn @param {"ru" | "en"} language */
async function speak(page, standIn, language) {
  if (standIn.story.fails?.hello || standIn.state.language === language) return;
  standIn.state = { ...standIn.state, language };
  standIn.tell({ type: "state", state: standIn.state });
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
}

/** @type {{ language: "ru" | "en", phone: boolean, look: (stage: Stage) => Promise<void> }[]} */
const jobs = [
  ...behaviours.map((behaviour) => ({ language: /** @type {const} */ ("ru"), phone: false, look: (/** @type {Stage} */ stage) => play(stage, behaviour, "ru", behaviour.check) })),
  ...scenes.flatMap((scene) =>
    values.check
      ? [{ language: /** @type {const} */ ("ru"), phone: scene.phone === true, look: (/** @type {Stage} */ stage) => inspect(stage, scene) }]
      : LANGUAGES.map((language) => ({ language, phone: scene.phone === true, look: (/** @type {Stage} */ stage) => picture(stage, scene, language) })),
  ),
];
if (!values.check) await mkdir(folder, { recursive: true });
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    /** @type {Map<string, Stage>} */
    const stages = new Map();
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const kind = `${job.language} ${job.phone}`;
      const stage = stages.get(kind) ?? (await openStage(job.language, job.phone));
      stages.set(kind, stage);
      await job.look(stage);
    }
    for (const stage of stages.values()) await drop(stage);
  }),
);

await browser.close();
dist.close();
for (const line of wrong) console.error(line);
console.log(values.check ? `axe looked ${looked} times, the keyboard walked through ${scenes.length} scenes and used ${used.size} controls\n${right} scenes and behaviours, ${wrong.length} failed` : `${right * 2} pictures in ${folder}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
