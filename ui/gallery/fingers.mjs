// Whether a finger hits what there is to press: 44 pixels each way, what lies invisibly around it included.

/** @typedef {import("playwright-core").Page} Page */

/** Px. Fractions are the layout's. */
const LEAST = 43.5;

/** What is too small, in words. @param {Page} page @returns {Promise<string[]>} */
export function small(page) {
  return page.evaluate((least) => {
    const controls = [...document.querySelectorAll("button, select, summary, a[href], input:not([type=hidden])")];
    return controls.flatMap((control) => {
      if (!control.checkVisibility({ visibilityProperty: true }) || control.matches(":disabled")) return [];
      const around = getComputedStyle(control, "::after");
      const grown = around.content !== "none" && around.position === "absolute";
      const more = (/** @type {string} */ a, /** @type {string} */ b) => (grown ? Math.max(0, -parseFloat(a)) + Math.max(0, -parseFloat(b)) : 0);
      const box = (control.closest("label") ?? control).getBoundingClientRect();
      const [width, height] = [box.width + more(around.left, around.right), box.height + more(around.top, around.bottom)];
      // A whole row is a button, whatever its words measure.
      if (control.matches("[data-open]") || (width >= least && height >= least)) return [];
      const name = control.getAttribute("data-testid") ?? control.textContent?.trim().slice(0, 30);
      return [`too small for a finger: ${name}, ${Math.round(width)} × ${Math.round(height)}`];
    });
  }, LEAST);
}
