// How evenly the window draws while 10,000 notifications come in a burst, and while 100,000 are scrolled through.
//
//   npm run frames
//
// It is Chromium, headless and drawing in software, on whatever else this machine does; the app's window is WebKit or
// WebView2 with the system's compositor. What the numbers can tell is how much work the page makes of a frame.
import { flood, NOW } from "./data.mjs";
import { launch } from "./chromium.mjs";
import { serveDist } from "./dist-server.mjs";
import { StandIn } from "./stand-in.mjs";

const dist = await serveDist();
const browser = await launch();

/** @param {number[]} sorted @param {number} part */
const at = (sorted, part) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);

/**
 * @param {string} name
 * @param {(page: import("playwright-core").Page, standIn: StandIn) => Promise<void>} act what goes on while frames are counted
 */
async function measure(name, act) {
  const standIn = new StandIn("ru", { rows: flood(100_000) });
  const context = await browser.newContext({ viewport: { width: 420, height: 680 }, locale: "ru-RU", timezoneId: "Europe/Moscow" });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  await page.goto(`${dist.url}?backend=${encodeURIComponent(await standIn.url())}`);
  await page.getByTestId("item").first().waitFor();
  await page.waitForTimeout(500);
  await page.evaluate(() => {
    const frames = /** @type {number[]} */ ([]);
    let last = 0;
    const step = (/** @type {number} */ now) => {
      if (last > 0) frames.push(now - last);
      last = now;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
    Object.assign(globalThis, { frames });
  });
  await act(page, standIn);
  const frames = await page.evaluate(() => /** @type {{ frames: number[] }} */ (/** @type {unknown} */ (globalThis)).frames);
  frames.sort((a, b) => a - b);
  console.log(`${name}: ${frames.length} frames, ms between them p50 ${at(frames, 0.5)} p95 ${at(frames, 0.95)} max ${at(frames, 1)}`);
  await context.close();
  standIn.close();
}

/** In hundreds, as the resident tells of them: a word of the change, the rows when they are asked for. @param {StandIn} standIn */
async function burst(standIn) {
  for (let sent = 0; sent < 10_000; sent += 100) {
    standIn.arrive(100);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {import("playwright-core").Page} page @param {number} far pixels each frame */
const scroll = (page, far) =>
  page.locator(".scroller").evaluate(async (scroller, far) => {
    for (let frame = 0; frame < 240; frame++) {
      scroller.scrollBy(0, far);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }, far);

await measure("still", (page) => page.waitForTimeout(2_000));
await measure("10,000 come, at the top", async (page, standIn) => {
  await burst(standIn);
  await page.waitForFunction(() => document.querySelector("[data-id]")?.getAttribute("aria-setsize") === "110000");
});
await measure("10,000 come, scrolled down", async (page, standIn) => {
  await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 50_000));
  await page.waitForTimeout(300);
  await burst(standIn);
  await page.getByTestId("news").waitFor();
});
await measure("scrolling, 40 px a frame", (page) => scroll(page, 40));
await measure("scrolling, 2,000 px a frame", (page) => scroll(page, 2_000));
await measure("scrolling while 10,000 come", async (page, standIn) => void (await Promise.all([scroll(page, 40), burst(standIn)])));

await browser.close();
dist.close();
