// A story told by keys alone, and its record: every key, where the keyboard was then, and pictures of what matters. Any
// pointer event fails the story, and so does a key after which nothing has the keyboard.
//
// The record lies in target/keyboard, or where DEALBELL_RECORD says.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** @typedef {import("playwright-core").Page} Page */

const FOLDER = process.env["DEALBELL_RECORD"] ?? fileURLToPath(new URL("../../target/keyboard", import.meta.url));

/** @typedef {{ id: string, name: string }} Place where the keyboard is: as a test knows it, and as it is read aloud */

export class Keys {
  /** @type {string[]} */
  #lines = [];
  #pictures = 0;
  /** Whether anything had the keyboard yet. */
  #begun = false;

  /** @param {Page} page @param {string} story names the record */
  constructor(page, story) {
    this.page = page;
    this.story = story;
  }

  /** @param {Page} page @param {string} story */
  static async begin(page, story) {
    await mkdir(FOLDER, { recursive: true });
    await page.evaluate(() => {
      for (const type of ["pointerdown", "mousedown", "touchstart"]) addEventListener(type, () => document.body.setAttribute("data-pointed", ""), true);
    });
    return new Keys(page, story);
  }

  /** Where the keyboard is now. @returns {Promise<Place>} */
  here() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return { id: "", name: "" };
      const labels = element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? [...(element.labels ?? [])].map((label) => label.textContent).join(" ") : "";
      const named = element.getAttribute("aria-labelledby")?.split(" ").map((id) => document.getElementById(id)?.textContent).join(" ");
      const spoken = /** @type {Element} */ (element.cloneNode(true));
      for (const silent of spoken.querySelectorAll('[aria-hidden="true"]')) silent.remove();
      const name = (element.getAttribute("aria-label") ?? named ?? (labels || spoken.textContent) ?? "").trim().replace(/\s+/g, " ").slice(0, 70);
      return { id: element.getAttribute("data-testid") ?? element.closest("[data-testid]")?.getAttribute("data-testid") ?? element.localName, name };
    });
  }

  /** What has the keyboard, by its id. */
  async at() {
    return (await this.here()).id;
  }

  /** @param {string} key @param {number} [times] */
  async press(key, times = 1) {
    for (let i = 0; i < times; i++) {
      const before = await this.here();
      await this.page.keyboard.press(key);
      await this.#settle();
      let place = await this.here();
      // Behind the last control and before the first Tab leaves the page; in the app it comes round at once.
      if (place.id === "" && this.#begun && key.endsWith("Tab")) {
        await this.page.keyboard.press(key);
        await this.#settle();
        place = await this.here();
      }
      this.#begun ||= place.id !== "";
      assert.ok(place.id !== "" || !this.#begun, `${key} on “${before.name}” (${before.id}) loses the keyboard`);
      this.#note(key, place);
    }
  }

  /** @param {string} text */
  async type(text) {
    await this.page.keyboard.type(text);
    await this.#settle();
    this.#note(`“${text}”`, await this.here());
  }

  /** Presses `key` until `id` has the keyboard. @param {string} id @param {string} [key] */
  async to(id, key = "Tab") {
    const passed = [];
    for (let i = 0; i < 90; i++) {
      if ((await this.at()) === id) return;
      await this.press(key);
      passed.push(await this.at());
    }
    assert.fail(`${key} does not come to ${id}: ${passed.join(" ")}`);
  }

  /** The keyboard comes to `id` by itself. @param {string} id */
  async comes(id) {
    await this.page.waitForFunction((wanted) => document.activeElement?.closest("[data-testid]")?.getAttribute("data-testid") === wanted, id).catch(async () => assert.fail(`the keyboard is at ${await this.at()}, not at ${id}`));
  }

  /** A picture of what there is to see now. @param {string} name */
  async see(name) {
    const file = `${this.story}-${String(++this.#pictures).padStart(2, "0")}-${name}.png`;
    await this.page.screenshot({ path: `${FOLDER}/${file}` });
    this.#lines.push("", `![${name}](${file})`, "");
  }

  /** Writes the record. @param {string} title */
  async end(title) {
    assert.equal(await this.page.locator("body[data-pointed]").count(), 0);
    await writeFile(`${FOLDER}/${this.story}.md`, `# ${title}\n\nBy keyboard alone.\n\n${this.#lines.join("\n")}\n`);
  }

  /** @param {string} key @param {Place} place */
  #note(key, place) {
    this.#lines.push(`- \`${key}\` → ${place.name ? `“${place.name}” ` : ""}(${place.id})`);
  }

  /** Until what a key does has been drawn, and the keyboard been handed on. */
  async #settle() {
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))));
  }
}
