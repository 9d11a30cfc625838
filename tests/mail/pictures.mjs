// Pictures of letters, to be looked at: every page of a folder, light and dark, as wide as a phone
// and as a mail program. `node tests/mail/pictures.mjs FOLDER`, after
// `cargo run -p dealbell-letters --example letters -- FOLDER`.
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "../../ui/gallery/chromium.mjs";

const folder = resolve(process.argv[2] ?? ".");
const only = process.argv[3] ?? "";
const pages = (await readdir(folder)).filter((name) => name.endsWith(".html") && name.includes(only));
const browser = await launch();
let wide = 0;
for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 360, 680]) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 400 }, javaScriptEnabled: false });
    const page = await context.newPage();
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) throw new Error(`a letter loads ${request.url()}`);
    });
    for (const name of pages) {
      await page.goto(pathToFileURL(join(folder, name)).href);
      const { width: needed } = await page.locator("body > table").boundingBox();
      if (needed > width) {
        console.error(`${name} is ${needed} px wide on ${width}`);
        wide += 1;
      }
      if (width === 320) continue;
      const path = join(folder, `${name.replace(/\.html$/, "")}-${colorScheme}-${width}.png`);
      await page.screenshot({ path, fullPage: true });
    }
    await context.close();
  }
}
await browser.close();
console.log(`${pages.length} letters, ${wide} too wide`);
process.exitCode = wide > 0 ? 1 : 0;
