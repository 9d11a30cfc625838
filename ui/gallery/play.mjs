// What is done to a page before it is looked at.

/** @typedef {import("playwright-core").Page} Page */

/** @param {string} id */
export const click = (id) => (/** @type {Page} */ page) => page.getByTestId(id).first().click();

/** The first row's own button gets the keyboard. @param {Page} page */
export const focusList = (page) => page.locator("[data-open]").first().focus();

/** @param {string} key */
export const press = (key) => async (/** @type {Page} */ page) => {
  await focusList(page);
  await page.keyboard.press(key);
};

/** @param {string} words */
export const search = (words) => async (/** @type {Page} */ page) => {
  await click("to-search")(page);
  await page.getByTestId("search").fill(words);
  await page.waitForTimeout(100);
};
