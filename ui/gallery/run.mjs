// Looks at every scene in Chromium: pictures of them, or (--check) what axe has to say about them.
//
//   node gallery/run.mjs            the published pictures into ../docs/screenshots
//   node gallery/run.mjs DIR        every picture into DIR
//   node gallery/run.mjs --check    no pictures: accessibility, errors and behaviour; exit code 1 where one is wrong
import axe from "axe-core";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { BEHAVIOURS } from "./behaviours.mjs";
import { NOW } from "./data.mjs";
import { serveDist } from "./dist-server.mjs";
import { SCENES } from "./scenes.mjs";
import { StandIn } from "./stand-in.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: "boolean" }, only: { type: "string" } } });
const published = fileURLToPath(new URL("../../docs/screenshots", import.meta.url));
const folder = positionals[0] ?? published;
const scenes = SCENES.filter((scene) => (values.check ? !scene.alike : positionals[0] || scene.published) && (!values.only || values.only.split(",").includes(scene.name)));

const dist = await serveDist();
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none"],
  // Where fontconfig knows Inter, the window shows it as the desktop's font.
  env: { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL("./fonts.conf", import.meta.url)) },
});
/** @type {string[]} */
const wrong = [];
let right = 0;

/**
 * @param {import("./scenes.mjs").Scene} scene
 * @param {"ru" | "en"} language
 * @param {"light" | "dark"} theme
 * @param {(page: import("playwright-core").Page, standIn: StandIn) => Promise<void>} look
 */
async function stage(scene, language, theme, look) {
  const name = `${scene.name}-${theme}-${language}`;
  const standIn = new StandIn(language, scene.story?.(language) ?? {});
  const context = await browser.newContext({
    viewport: scene.size ?? { width: 420, height: 680 },
    colorScheme: theme,
    locale: language === "ru" ? "ru-RU" : "en-GB",
    timezoneId: "Europe/Moscow",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
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
    wrong.push(`${name}: ${error instanceof Error ? error.message : error}`);
  } finally {
    standIn.close();
    await context.close();
  }
}

for (const scene of scenes) {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    for (const language of /** @type {const} */ (["ru", "en"])) {
      // Axe sees structure and colours, the words matter little: English only where pictures are published.
      if (values.check && language === "en" && (theme === "dark" || !scene.published)) continue;
      await stage(scene, language, theme, async (page) => {
        await page.waitForTimeout(60);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        if (wide) wrong.push(`${scene.name}-${theme}-${language}: wider than the window`);
        if (!values.check) {
          await mkdir(folder, { recursive: true });
          await page.screenshot({ path: `${folder}/${scene.name}-${theme}-${language}.png` });
          return;
        }
        await page.evaluate(axe.source);
        const found = await page.evaluate(async () => {
          const { axe } = /** @type {{ axe: import("axe-core").AxeResults & typeof import("axe-core") }} */ (/** @type {unknown} */ (globalThis));
          const result = await axe.run(document, { resultTypes: ["violations"] });
          return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html.slice(0, 120)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
        });
        for (const violation of found) wrong.push(`${scene.name}-${theme}-${language}: ${violation}`);
      });
    }
  }
}
if (values.check && (!values.only || values.only === "behaviours")) for (const behaviour of BEHAVIOURS) await stage(behaviour, "ru", "light", behaviour.check);

await browser.close();
dist.close();
for (const line of wrong) console.error(line);
console.log(values.check ? `${right} scenes and behaviours, ${wrong.length} failed` : `${right} pictures in ${folder}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
