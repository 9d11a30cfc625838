// A page by keyboard alone, whatever stands on it: every control is one to the system, Tab or the arrows come to it, and
// whoever looks sees where the keyboard is. A control that is new is walked to like the others; nobody has to name it.

/** @typedef {import("playwright-core").Page} Page */

/** What is looked for in the page itself: noted at every focus, told at the end. */
function watch() {
  const NATIVE = "button, input, select, textarea, summary, a[href]";
  /** Whatever can be pressed, chosen or written into. */
  const CONTROLS = `${NATIVE}, [role="button"], [role="menuitem"], [role="menuitemradio"], [role="switch"], [role="tab"], [role="option"], [contenteditable="true"], [tabindex="0"]`;
  const top = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.querySelector('[role="menu"]') ?? document.body;
  const shown = (/** @type {Element} */ element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const controls = () => [...top().querySelectorAll(CONTROLS)].filter((element) => !element.matches(":disabled") && shown(element));
  const nameOf = (/** @type {Element} */ element) => {
    const testid = element.getAttribute("data-testid") ?? (element.id || element.closest("[data-testid]")?.getAttribute("data-testid")) ?? "";
    return `${element.localName}[${testid}] “${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 50)}”`;
  };

  /** Which control it is, whatever it holds at the moment. @param {Element} element */
  function controlName(element) {
    const page = document.querySelector("main")?.getAttribute("data-testid") ?? "list";
    const own = element.getAttribute("data-testid") || element.id || element.getAttribute("aria-label");
    const near = `${element.closest("[data-testid]")?.getAttribute("data-testid")} ${element.matches("[data-open]") ? "itself" : (element.getAttribute("title") ?? element.textContent ?? "").trim().slice(0, 30)}`;
    return `${element.localName} ${own || near} on ${page}`;
  }

  /** What one does with it. @param {Element} element */
  function kindOf(element) {
    if (element instanceof HTMLSelectElement) return "choose";
    if (element instanceof HTMLTextAreaElement) return element.readOnly ? "read" : "write";
    if (!(element instanceof HTMLInputElement)) return "press";
    if (element.type === "radio") return "choose";
    if (element.type === "checkbox") return "toggle";
    return element.readOnly ? "read" : "write";
  }

  /** The rows there are to see at first, that nobody has been at yet. */
  const rows = new Set([...top().querySelectorAll("[data-open]")].filter(inView).map(keyOf));
  /** @type {Set<Element>} */
  const visited = new Set();
  /** @type {string[]} */
  const wrong = [];
  /** @type {Element | string | null} */
  let last = null;
  /** @type {Element | null} */
  let first = null;
  let around = false;

  /** Whether the keyboard can be seen on it: a line around it, or around what stands for it. @param {Element} element */
  function isMarked(element) {
    const own = [getComputedStyle(element), getComputedStyle(element, "::after"), getComputedStyle(element, "::before")];
    // A field that looks like more than its input.
    if (element instanceof HTMLInputElement && element.parentElement) own.push(getComputedStyle(element.parentElement));
    return own.some(({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 1);
  }

  /** Whether any of it is really there to be seen: in the window, under nothing. @param {Element} element */
  function isInSight(element) {
    // A row's own button stands for the row.
    if (element.matches("[data-open]")) return isInSight(element.closest("li") ?? element);
    const { left, top: upper, right, bottom } = element.getBoundingClientRect();
    const x = (Math.max(0, left) + Math.min(innerWidth, right)) / 2;
    const y = (Math.max(0, upper) + Math.min(innerHeight, bottom)) / 2;
    if (left >= innerWidth || upper >= innerHeight || right <= 0 || bottom <= 0) return false;
    // Above and below the middle as well: something small may lie over that.
    return [y, upper + (bottom - upper) * 0.25, upper + (bottom - upper) * 0.75].some((at) => {
      const hit = document.elementFromPoint(x, at);
      return hit !== null && (element.contains(hit) || hit.contains(element));
    });
  }

  document.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target === first) around = true;
    first ??= target;
    if (visited.has(target)) return;
    visited.add(target);
    if (!target.matches(CONTROLS)) return;
    if (!isMarked(target)) wrong.push(`no line around ${nameOf(target)}`);
    if (!isInSight(target)) wrong.push(`the keyboard is out of sight at ${nameOf(target)}`);
  });

  Object.assign(globalThis, {
    walked: {
      count: () => controls().length,
      isAround: () => around,
      /** What can only be had by its row, once that has the keyboard. */
      seeRow: () => {
        const row = rowOf(document.activeElement);
        rows.delete(keyOf(document.activeElement));
        for (const control of row?.querySelectorAll(CONTROLS) ?? []) if (/** @type {HTMLElement} */ (control).tabIndex >= 0 && shown(control)) visited.add(control);
        return rows.size;
      },
      isMenu: () => top().getAttribute("role") === "menu",
      hasRows: () => top().querySelector('[data-open][tabindex="0"]') !== null,
      /** The arrows come no further. */
      isAtEdge: () => {
        const stays = keyOf(document.activeElement) === last;
        last = keyOf(document.activeElement);
        return stays;
      },
      /** What was come to and can be used: neither busy nor chosen already. */
      stops: () => {
        const names = new Map();
        for (const element of visited) {
          if (!element.isConnected || !element.matches(CONTROLS) || element.matches('[aria-disabled="true"], [aria-pressed="true"]')) continue;
          if (!names.has(controlName(element))) names.set(controlName(element), kindOf(element));
        }
        return [...names].map(([name, kind]) => ({ name, kind }));
      },
      /** What there is to use now. */
      names: () => controls().map(controlName).join("|"),
      nameHere: () => document.activeElement && controlName(document.activeElement),
      /** Goes to the first row, where that control is one of a row's; how many rows further it is. */
      toRowOf: (/** @type {string} */ wanted) => {
        const open = [...top().querySelectorAll("[data-open]")];
        const at = open.findIndex((row) => [...(rowOf(row)?.querySelectorAll(CONTROLS) ?? [])].some((control) => controlName(control) === wanted));
        if (at < 0) return 0;
        /** @type {HTMLElement} */ (open[0]).focus();
        return at;
      },
      isLost: () => document.activeElement === document.body,
      snapshot: () => {
        const values = [...document.querySelectorAll("input, select, textarea, details")].map((field) => (field instanceof HTMLInputElement ? `${field.value}${field.checked}` : field instanceof HTMLDetailsElement ? field.open : /** @type {HTMLSelectElement} */ (field).value));
        return `${document.body.innerHTML}${values.join("|")}`;
      },
      toRows: () => /** @type {HTMLElement} */ (top().querySelector('[data-open][tabindex="0"]')).focus(),
      tell: () => {
        for (const control of controls()) {
          if (!control.matches(NATIVE) && control.getAttribute("role") === null) wrong.push(`no control to the system: ${nameOf(control)}`);
          if (visited.has(control)) continue;
          // The arrows go from one to the next of a group.
          const group = control instanceof HTMLInputElement && control.type === "radio" ? control.name : "";
          if (group && [...visited].some((other) => other instanceof HTMLInputElement && other.name === group)) continue;
          // A row that was further down at first: the arrows have come to all that were not.
          if (rowOf(control)?.querySelector("[data-open]") && rows.size === 0) continue;
          wrong.push(`neither Tab nor arrows come to ${nameOf(control)}`);
        }
        for (const element of top().querySelectorAll("*")) {
          if (!shown(element) || getComputedStyle(element).cursor !== "pointer") continue;
          if (!element.closest(`${NATIVE}, label`)) wrong.push(`a pointer alone can press ${nameOf(element)}`);
        }
        return wrong;
      },
    },
  });

  /** A row that was scrolled away comes back as another element. @param {Element | null} element */
  function keyOf(element) {
    const row = rowOf(element);
    return row?.getAttribute("data-id") ?? row;
  }

  /** @param {Element | null} element */
  function rowOf(element) {
    return element?.closest("li") ?? null;
  }

  /** @param {Element} element */
  function inView(element) {
    const { top: upper, bottom } = element.getBoundingClientRect();
    return upper >= 0 && bottom <= innerHeight;
  }
}

/** @typedef {{ count(): number, isAround(): boolean, seeRow(): number, isAtEdge(): boolean, stops(): { name: string, kind: string }[], names(): string, nameHere(): string | null, toRowOf(name: string): number, isLost(): boolean, snapshot(): string, isMenu(): boolean, hasRows(): boolean, toRows(): void, tell(): string[] }} Walked */

/** @template T @param {Page} page @param {(walked: Walked, given: string) => T} ask @returns {Promise<T>} */
export function asked(page, ask, given = "") {
  return page.evaluate(`(${ask})(globalThis.walked, ${JSON.stringify(given)})`);
}

/** Begins to note where the keyboard goes. @param {Page} page */
export async function follow(page) {
  await page.evaluate(watch);
}

/** Walks through what is on the screen; what is wrong with it, in words. @param {Page} page */
export async function walk(page) {
  const { keyboard } = page;
  await follow(page);
  if (await asked(page, (walked) => walked.isMenu())) {
    for (let left = await asked(page, (walked) => walked.count()); left > 0; left--) await keyboard.press("ArrowDown");
    return asked(page, (walked) => walked.tell());
  }
  const most = (await asked(page, (walked) => walked.count())) + 12;
  for (let pressed = 0; pressed < most * 2 && !(await asked(page, (walked) => walked.isAround())); pressed += 6) {
    for (let i = 0; i < 6; i++) await keyboard.press("Tab");
  }
  if (await asked(page, (walked) => walked.hasRows())) {
    await asked(page, (walked) => walked.toRows());
    for (const [key, most] of /** @type {const} */ ([["ArrowDown", 20], ["ArrowUp", 40]])) {
      for (let tries = most; tries > 0 && (await asked(page, (walked) => walked.seeRow())) > 0; tries--) {
        await keyboard.press(key);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
        if (await asked(page, (walked) => walked.isAtEdge())) break;
      }
    }
  }
  return asked(page, (walked) => walked.tell());
}
