// A manager's quarter of an hour without a mouse: everything the list and Today can do, by keys alone. The page is told
// that a pointer came near nothing: any pointer event fails the story. With DEALBELL_PICTURES=folder every step leaves a picture.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { flood, notifications, KINDS } from "./data.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page */
function recorder(page) {
  const folder = process.env["DEALBELL_PICTURES"];
  let step = 0;
  /** @param {string} name */
  return async (name) => {
    step++;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/keyboard-${String(step).padStart(2, "0")}-${name}.png` });
  };
}

/** Where the keyboard is, as a test knows it. @param {Page} page */
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute("data-testid") ?? document.activeElement?.closest("[data-testid]")?.getAttribute("data-testid"));

/** @type {import("./behaviours.mjs").Behaviour[]} */
export const KEYBOARD = [
  {
    name: "the list and Today without a mouse",
    story: () => ({ rows: [...notifications(KINDS.ru).map((row) => ({ ...row, created_seq: row.created_seq + 10_000 })), ...flood(300)] }),
    check: async (page, standIn) => {
      const shot = recorder(page);
      const { keyboard } = page;
      const said = (/** @type {string} */ type) => standIn.heard.filter((request) => request.type === type).length;
      await page.evaluate(() => {
        for (const type of ["pointerdown", "mousedown", "touchstart"]) addEventListener(type, () => document.body.setAttribute("data-pointed", ""), true);
      });
      await page.getByTestId("item").first().waitFor();

      // Into the list, and through it.
      await keyboard.press("Tab");
      assert.equal(await focused(page), "bell");
      for (const region of ["tabs", "list"]) {
        await keyboard.press("F6");
        await shot(region);
      }
      assert.equal(await focused(page), "item");
      await keyboard.press("j");
      await keyboard.press("ArrowDown");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="2"]'));
      await keyboard.press("PageDown");
      await page.waitForFunction(() => Number(document.activeElement?.closest("[data-index]")?.getAttribute("data-index")) > 5);
      await keyboard.press("End");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="308"]'));
      await shot("end");
      await keyboard.press("Home");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="0"]'));

      // What one can do to an item.
      await keyboard.press("Enter");
      await page.getByTestId("detail").waitFor();
      await shot("detail");
      await keyboard.press("Tab");
      assert.equal(await focused(page), "detail-context");
      await keyboard.press("Tab");
      assert.equal(await focused(page), "open");
      await keyboard.press("Space");
      await page.waitForFunction(() => document.activeElement);
      assert.equal(said("open"), 1);
      await keyboard.press("Escape");
      await page.getByTestId("detail").waitFor({ state: "detached" });
      await keyboard.press("ArrowDown");
      await keyboard.press("o");
      await keyboard.press("ArrowDown");
      await keyboard.press("r");
      await keyboard.press("s");
      await page.getByTestId("menu").waitFor();
      await shot("snooze");
      await keyboard.press("End");
      await keyboard.press("Enter");
      await page.getByTestId("snoozed").waitFor();

      // Search, a filter, a deal, and back.
      await keyboard.press("/");
      await keyboard.type("верон");
      await page.locator("mark").first().waitFor();
      await shot("search");
      await keyboard.press("Tab");
      await keyboard.press("Tab");
      assert.equal(await focused(page), "filter-provider");
      await keyboard.press("Enter");
      await keyboard.press("ArrowDown");
      await keyboard.press("Enter");
      await page.getByTestId("chip-provider").waitFor();
      await shot("filters");
      await keyboard.press("Shift+F6");
      await keyboard.press("F6");
      await keyboard.press("F6");
      assert.equal(await focused(page), "item");
      await keyboard.press("f");
      await page.getByTestId("chip-deal").waitFor();
      await keyboard.press("Escape");
      await page.getByTestId("toolbar").waitFor({ state: "detached" });

      // Today.
      await keyboard.press("3");
      await page.getByTestId("task").first().waitFor();
      await keyboard.press("ArrowDown");
      await keyboard.press("ArrowDown");
      await keyboard.press("Enter");
      await keyboard.press("d");
      await keyboard.type("Готово");
      await shot("today-result");
      await keyboard.press("Enter");
      await page.getByTestId("task-completed").waitFor();
      await page.getByTestId("undo-bar").waitFor();
      await shot("today-done");
      await keyboard.press("u");
      await page.getByTestId("task-completed").waitFor({ state: "detached" });
      assert.deepEqual([said("open_task"), said("complete_task"), said("reopen_task")], [1, 1, 1]);

      // Quiet, the sheet, everything read and unread again.
      await keyboard.press("q");
      await keyboard.press("Enter");
      await page.getByTestId("quiet").waitFor();
      await shot("quiet");
      await keyboard.press("q");
      await keyboard.press("Enter");
      await page.getByTestId("quiet").waitFor({ state: "detached" });
      await keyboard.press("?");
      await page.getByTestId("key-sheet").waitFor();
      await shot("sheet");
      await keyboard.press("Escape");
      await page.getByTestId("key-sheet").waitFor({ state: "detached" });
      await keyboard.press("2");
      await page.getByTestId("item").first().waitFor();
      await keyboard.press("Shift+A");
      await page.getByTestId("empty").waitFor();
      await page.getByTestId("undo-bar").waitFor();
      await shot("read-all");
      await keyboard.press("u");
      await page.getByTestId("item").first().waitFor();
      await keyboard.press("1");

      // No trap: Tab leaves every part, and Escape leaves the window.
      await keyboard.press("F6");
      /** @type {Set<string | null | undefined>} */
      const reached = new Set();
      for (let i = 0; i < 25; i++) {
        await keyboard.press("Tab");
        reached.add(await focused(page));
      }
      for (const place of ["bell", "to-search", "to-channels", "filter-all", "filter-today", "item", "read-all"]) assert.ok(reached.has(place), `Tab does not come to ${place}: ${[...reached]}`);
      assert.equal(said("close"), 0);
      await keyboard.press("Escape");
      await page.waitForTimeout(50);
      assert.equal(said("close"), 1);
      assert.equal(await page.locator("body[data-pointed]").count(), 0);
    },
  },
];
