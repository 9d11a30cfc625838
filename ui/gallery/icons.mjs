// Draws the page's icons from icons/dealbell.svg: run by hand when that changes.
//
//   node gallery/icons.mjs
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "./chromium.mjs";

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const svg = await readFile(path("../../icons/dealbell.svg"), "utf8");

/** To the edges, with the bell where every mask leaves it. */
const full = svg.replace(/<rect [^>]*\/>/, '<rect width="512" height="512" fill="url(#sky)"/>');
const maskable = full.replace(/(<rect [^>]*\/>)([\s\S]*)<\/svg>/, '$1<g transform="translate(56 56) scale(.78)">$2</g></svg>');
/** One colour and transparency: the sign in a phone's status bar. */
const badge = svg.replace(/<rect [^>]*\/>/, "").replace(/<circle [^>]*\/>/, "").replace('viewBox="0 0 512 512"', 'viewBox="76 84 360 376"');

const browser = await launch();
const page = await browser.newPage();
for (const [name, size, drawn] of /** @type {const} */ ([
  ["192", 192, svg],
  ["512", 512, svg],
  ["maskable-512", 512, maskable],
  ["apple-touch-icon", 180, full],
  ["badge", 96, badge],
])) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawn}`);
  await writeFile(path(`../public/icons/${name}.png`), await page.screenshot({ omitBackground: true }));
}
await browser.close();
