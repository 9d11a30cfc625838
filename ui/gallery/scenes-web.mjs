// The page as a centre serves it: at its door, offline, on phones of all sizes, in a wide browser.
import { devices, flood } from "./data.mjs";

/** @typedef {import("./scenes.mjs").Scene} Scene */
/** @typedef {import("playwright-core").Page} Page */

const LINK = `#sign-in=${"0a".repeat(32)}`;
const INVITATION = `#join=${"0a".repeat(32)}`;
const PHONE = { width: 390, height: 844 };
const OUT = { signedIn: false };

/** @param {Page} page */
async function enter(page) {
  await page.getByTestId("door-enter").click();
  await page.getByTestId("door-failed").waitFor();
}

/** @param {string} testid */
const see = (testid) => async (/** @type {Page} */ page) => page.getByTestId(testid).waitFor();
const online = async (/** @type {Page} */ page) => page.locator('[data-testid="connection"][data-state="online"]').waitFor();

/** @param {string} refuses @param {string} [hash] */
const refused = (refuses, hash = LINK) => ({ web: { ...OUT, hash, refuses }, phone: true, size: PHONE, play: enter });

/** Closed with a word of why. @param {number} closes */
const closed = (closes) => ({ web: { closes }, phone: true, size: PHONE, play: see("reason") });

/** @type {Scene[]} */
export const WEB_SCENES = [
  { name: "web-list-360", web: {}, phone: true, size: { width: 360, height: 740 }, play: online },
  { name: "web-list-430", web: {}, phone: true, size: { width: 430, height: 932 }, play: online },
  { name: "web-list-landscape", web: {}, phone: true, size: { width: 844, height: 390 }, play: online },
  { name: "web-list-200-percent", web: {}, phone: true, size: { width: 195, height: 422 }, play: online },
  { name: "web-list-wide", web: {}, size: { width: 1280, height: 800 }, play: online },
  { name: "web-list-many", web: {}, phone: true, size: PHONE, story: (language) => ({ rows: flood(300, language) }), play: online },
  { name: "web-list-empty", web: {}, phone: true, size: PHONE, story: () => ({ rows: [] }), play: online },
  {
    name: "web-item",
    web: {},
    phone: true,
    size: PHONE,
    play: async (page) => {
      await online(page);
      await page.locator("[data-open]").first().click();
      await page.getByTestId("detail").waitFor();
    },
  },
  {
    name: "web-item-drawn-aside",
    web: {},
    phone: true,
    size: PHONE,
    play: async (page) => {
      await online(page);
      await page.evaluate(() => {
        const row = document.querySelectorAll("[data-open]")[1];
        const touch = (/** @type {string} */ type, /** @type {number} */ x) => row?.dispatchEvent(new PointerEvent(type, { bubbles: true, isPrimary: true, pointerType: "touch", pointerId: 1, clientX: x, clientY: 300 }));
        // The browser lets nobody capture a finger that is not there.
        Element.prototype.setPointerCapture = () => undefined;
        touch("pointerdown", 300);
        touch("pointermove", 260);
        touch("pointermove", 200);
      });
    },
  },
  {
    name: "web-today",
    web: {},
    phone: true,
    size: PHONE,
    play: async (page) => {
      await online(page);
      await page.getByTestId("filter-today").click();
    },
  },
  {
    name: "web-search",
    web: {},
    phone: true,
    size: PHONE,
    play: async (page) => {
      await online(page);
      await page.getByTestId("to-search").click();
      await page.getByTestId("search").fill("кухня");
    },
  },
  {
    name: "web-channels",
    web: {},
    phone: true,
    size: PHONE,
    play: async (page) => {
      await online(page);
      await page.getByTestId("to-channels").click();
    },
  },
  {
    name: "web-settings",
    web: {},
    phone: true,
    size: { width: 390, height: 1300 },
    story: (language) => ({ devices: devices(language) }),
    play: async (page) => {
      await online(page);
      await page.getByTestId("to-channels").click();
      await page.getByTestId("tab-settings").click();
    },
  },
  {
    name: "web-offline",
    // The button that tries now rests while it is tried.
    restless: true,
    web: { cutLater: true },
    phone: true,
    size: PHONE,
    play: async (page) => {
      await online(page);
      await page.waitForTimeout(200);
      await page.reload();
      await page.locator('[data-testid="connection"][data-state="offline"]').waitFor();
      await page.locator("[data-open]").first().waitFor();
    },
  },
  { name: "web-door", web: OUT, phone: true, size: PHONE, play: see("door") },
  { name: "web-door-wide", web: OUT, size: { width: 1280, height: 800 }, play: see("door") },
  { name: "web-door-link", web: { ...OUT, hash: LINK }, phone: true, size: PHONE, play: see("door-enter") },
  { name: "web-door-link-wide", web: { ...OUT, hash: LINK }, size: { width: 1280, height: 800 }, play: see("door-enter") },
  { name: "web-door-link-360-landscape", web: { ...OUT, hash: LINK }, phone: true, size: { width: 740, height: 360 }, play: see("door-enter") },
  { name: "web-door-invitation", web: { ...OUT, hash: INVITATION }, phone: true, size: PHONE, play: see("door-enter") },
  { name: "web-door-inside", web: { hash: LINK }, phone: true, size: PHONE, play: see("door-enter") },
  {
    name: "web-door-entering",
    web: { ...OUT, hash: LINK, silentDoor: true },
    phone: true,
    size: PHONE,
    play: async (page) => page.getByTestId("door-enter").click(),
  },
  { name: "web-door-used", ...refused("invitation_used") },
  { name: "web-door-used-invitation", ...refused("invitation_used", INVITATION) },
  { name: "web-door-expired", ...refused("invitation_expired") },
  { name: "web-door-unknown", ...refused("invitation_unknown") },
  { name: "web-door-too-many", ...refused("rate_limited") },
  { name: "web-door-refused", ...refused("unavailable") },
  { name: "web-out-revoked", ...closed(4504) },
  { name: "web-out-invalid", ...closed(4500) },
  { name: "web-out-off", ...closed(4503) },
];
