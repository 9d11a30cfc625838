// A manager's quarter of an hour without a mouse: everything the list and Today can do.
import assert from "node:assert/strict";
import { flood, notifications, KINDS } from "./data.mjs";
import { Keys } from "./keys.mjs";

/** @type {import("./behaviours.mjs").Behaviour[]} */
export const KEYBOARD = [
  {
    name: "the list and Today without a mouse",
    story: () => ({ rows: [...notifications(KINDS.ru).map((row) => ({ ...row, created_seq: row.created_seq + 10_000 })), ...flood(300)] }),
    check: async (page, standIn) => {
      const keys = await Keys.begin(page, "list");
      const said = (/** @type {string} */ type) => standIn.heard.filter((request) => request.type === type).length;
      await page.getByTestId("item").first().waitFor();

      // Into the list, and through it.
      await keys.press("Tab");
      assert.equal(await keys.at(), "bell");
      for (const region of ["tabs", "list"]) {
        await keys.press("F6");
        await keys.see(region);
      }
      assert.equal(await keys.at(), "item");
      await keys.press("j");
      await keys.press("ArrowDown");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="2"]'));
      await keys.press("PageDown");
      await page.waitForFunction(() => Number(document.activeElement?.closest("[data-index]")?.getAttribute("data-index")) > 5);
      await keys.press("End");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="308"]'));
      await keys.see("end");
      await keys.press("Home");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="0"]'));

      // What one can do to an item.
      await keys.press("Enter");
      await page.getByTestId("detail").waitFor();
      await keys.see("detail");
      await keys.press("Tab");
      assert.equal(await keys.at(), "detail-context");
      await keys.press("Tab");
      assert.equal(await keys.at(), "open");
      await keys.press("Space");
      await page.waitForFunction(() => document.activeElement);
      assert.equal(said("open"), 1);
      await keys.press("Escape");
      await page.getByTestId("detail").waitFor({ state: "detached" });
      await keys.press("ArrowDown");
      await keys.press("o");
      await keys.press("ArrowDown");
      await keys.press("r");
      await keys.press("s");
      await page.getByTestId("menu").waitFor();
      await keys.see("snooze");
      await keys.press("End");
      await keys.press("Enter");
      await page.getByTestId("snoozed").waitFor();

      // Search, a filter, a deal, and back.
      await keys.press("/");
      await keys.type("верон");
      await page.locator("mark").first().waitFor();
      await keys.see("search");
      await keys.press("Tab");
      await keys.press("Tab");
      assert.equal(await keys.at(), "filter-provider");
      await keys.press("Enter");
      await keys.press("ArrowDown");
      await keys.press("Enter");
      await page.getByTestId("chip-provider").waitFor();
      await keys.see("filters");
      await keys.press("Shift+F6");
      await keys.press("F6");
      await keys.press("F6");
      assert.equal(await keys.at(), "item");
      await keys.press("f");
      await page.getByTestId("chip-deal").waitFor();
      await keys.press("Escape");
      await page.getByTestId("toolbar").waitFor({ state: "detached" });

      // Today.
      await keys.press("3");
      await page.getByTestId("task").first().waitFor();
      await keys.press("ArrowDown");
      await keys.press("ArrowDown");
      await keys.press("Enter");
      await keys.press("d");
      await keys.type("Готово");
      await keys.see("today-result");
      await keys.press("Enter");
      await page.getByTestId("task-completed").waitFor();
      await page.getByTestId("undo-bar").waitFor();
      await keys.see("today-done");
      await keys.press("u");
      await page.getByTestId("task-completed").waitFor({ state: "detached" });
      assert.deepEqual([said("open_task"), said("complete_task"), said("reopen_task")], [1, 1, 1]);

      // Quiet, the sheet, everything read and unread again.
      await keys.press("q");
      await keys.press("Enter");
      await page.getByTestId("quiet").waitFor();
      await keys.see("quiet");
      await keys.press("q");
      await keys.press("Enter");
      await page.getByTestId("quiet").waitFor({ state: "detached" });
      await keys.press("?");
      await page.getByTestId("key-sheet").waitFor();
      await keys.see("sheet");
      await keys.press("Escape");
      await page.getByTestId("key-sheet").waitFor({ state: "detached" });
      await keys.press("2");
      await page.getByTestId("item").first().waitFor();
      await keys.press("Shift+A");
      await page.getByTestId("empty").waitFor();
      await page.getByTestId("undo-bar").waitFor();
      await keys.see("read-all");
      await keys.press("u");
      await page.getByTestId("item").first().waitFor();
      await keys.press("1");

      // No trap: Tab leaves every part, and Escape leaves the window.
      await keys.press("F6");
      /** @type {Set<string | null | undefined>} */
      const reached = new Set();
      for (let i = 0; i < 25; i++) {
        await keys.press("Tab");
        reached.add(await keys.at());
      }
      for (const place of ["bell", "to-search", "to-channels", "filter-all", "filter-today", "item", "read-all"]) assert.ok(reached.has(place), `Tab does not come to ${place}: ${[...reached]}`);
      assert.equal(said("close"), 0);
      await keys.press("Escape");
      await page.waitForTimeout(50);
      assert.equal(said("close"), 1);
      await keys.end("The list and Today");
    },
  },
];
