// Every control there is, used with its own key: something has to come of it, and the keyboard may not be lost over it.
// What was used in one scene is not used again in another, so that all of them together use everything once.
import { asked } from "./walk.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./stand-in.mjs").StandIn} StandIn */

/** What one does with a control of its kind; none where there is nothing to do. @type {Record<string, string[]>} */
const KEYS = { press: ["Enter"], toggle: ["Space"], choose: ["ArrowDown", "ArrowUp"], write: ["x"], read: [] };

/**
 * @param {Page} page walked through already
 * @param {StandIn} standIn
 * @param {Set<string>} used by name; those that are used here are added
 * @param {() => Promise<StandIn>} again plays the scene anew
 * @returns {Promise<string[]>} what is wrong, in words
 */
export async function operate(page, standIn, used, again) {
  /** @type {{ name: string, kind: string }[]} */
  const stops = await asked(page, (walked) => walked.stops());
  const fresh = stops.filter(({ name }) => !used.has(name));
  for (const { name } of fresh) used.add(name);
  /** @type {string[]} */
  const wrong = [];
  let hearing = standIn;
  let disturbed = false;
  for (const { name, kind } of fresh) {
    if (disturbed) hearing = await again();
    let there = await comeTo(page, name);
    // A switch may have taken others away.
    if (!there && !disturbed) {
      hearing = await again();
      there = await comeTo(page, name);
    }
    if (!there) {
      wrong.push(`the keyboard does not come back to ${name}`);
      continue;
    }
    const names = await asked(page, (walked) => walked.names());
    if (!(await use(page, hearing, KEYS[kind] ?? []))) wrong.push(`nothing comes of ${name}`);
    if (await asked(page, (walked) => walked.isLost())) wrong.push(`${name} loses the keyboard`);
    disturbed = (await asked(page, (walked) => walked.names())) !== names;
  }
  return wrong;
}

/** Brings the keyboard to the control of that name. @param {Page} page @param {string} name */
async function comeTo(page, name) {
  const { keyboard } = page;
  const menu = await asked(page, (walked) => walked.isMenu());
  const here = async () => (await asked(page, (walked) => walked.nameHere())) === name;
  const rows = await asked(page, (walked, wanted) => walked.toRowOf(wanted), name);
  for (let left = rows; left > 0; left--) await keyboard.press("ArrowDown");
  for (let left = 90; left > 0; left--) {
    if (await here()) return true;
    await keyboard.press(menu ? "ArrowDown" : "Tab");
  }
  return false;
}

/** Whether anything came of one of `keys`. @param {Page} page @param {StandIn} standIn @param {string[]} keys */
async function use(page, standIn, keys) {
  const before = await asked(page, (walked) => walked.snapshot());
  const heard = standIn.heard.length;
  const changed = async () => standIn.heard.length > heard || (await asked(page, (walked) => walked.snapshot())) !== before;
  for (const key of keys) {
    await page.keyboard.press(key);
    for (let waited = 0; waited < 10; waited++) {
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      if (await changed()) {
        // What follows from it may still take the control away.
        await page.waitForTimeout(50);
        return true;
      }
    }
  }
  return keys.length === 0;
}
