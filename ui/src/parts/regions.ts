// F6 goes from one part of the page to the next, as in the system's own windows.

const FOCUSABLE = 'button:not(:disabled):not([tabindex="-1"]), input:not(:disabled), [tabindex="0"]';

/** Gives the keyboard to the next part of the page that can have it, or to the one before. */
export function nextRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter((region) => region.querySelector(FOCUSABLE));
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const start = here < 0 && step < 0 ? 0 : here;
  const region = regions[(start + step + regions.length) % regions.length];
  region?.querySelector<HTMLElement>(FOCUSABLE)?.focus();
}
