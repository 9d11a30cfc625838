// What the window does, seen from outside: the calls it makes and what it shows then.
import assert from "node:assert/strict";
import { dayOfOneTask, flood, NOW } from "./data.mjs";
import { NO_ACCOUNT } from "./scenes.mjs";

/** @typedef {import("./scenes.mjs").Scene & { check: (page: import("playwright-core").Page, standIn: import("./stand-in.mjs").StandIn) => Promise<void> }} Behaviour */

/** @param {import("playwright-core").Page} page */
const firstSeen = (page) =>
  page.locator(".scroller").evaluate((scroller) => {
    const edge = scroller.getBoundingClientRect().top;
    const rows = [...scroller.querySelectorAll("[data-id]")];
    const row = rows.find((candidate) => candidate.getBoundingClientRect().bottom > edge + 1);
    return { id: row?.getAttribute("data-id"), y: Math.round((row?.getBoundingClientRect().top ?? 0) - edge) };
  });

/** @type {Behaviour[]} */
export const BEHAVIOURS = [
  {
    name: "click opens the card, m toggles, read-all says what was seen",
    check: async (page, standIn) => {
      const item = page.getByTestId("item").first();
      await item.locator("[data-open]").click();
      await page.locator('[data-testid="badge"][data-count="3"]').waitFor();
      assert.deepEqual(standIn.heard.filter(({ type }) => type === "open").length, 1);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("m");
      await page.locator('[data-testid="badge"][data-count="2"]').waitFor();
      // The same key in the Russian layout.
      await page.evaluate(() => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "ь", code: "KeyM", bubbles: true })));
      await page.locator('[data-testid="badge"][data-count="3"]').waitFor();
      await page.getByTestId("read-all").click();
      await page.getByTestId("badge").waitFor({ state: "detached" });
      const all = standIn.heard.find((request) => request.type === "mark_all_read");
      assert.equal(all?.type === "mark_all_read" && all.upto, `e1.${standIn.rows[0]?.created_seq}`);
      assert.equal(await page.locator('[data-unread="true"]').count(), 0);
    },
  },
  {
    name: "an item marked read leaves the unread view, the keyboard stays in the list",
    check: async (page) => {
      await page.getByTestId("filter-unread").click();
      await page.getByTestId("item").nth(1).locator("[data-open]").focus();
      await page.keyboard.press("m");
      await page.waitForFunction(() => document.querySelectorAll('[data-testid="item"]').length === 3);
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="1"]'));
    },
  },
  {
    name: "100,000 rows: the end is a key away, few rows are drawn, what is read stays in place",
    story: () => ({ rows: flood(100_000) }),
    check: async (page, standIn) => {
      await page.getByTestId("item").first().locator("[data-open]").focus();
      await page.keyboard.press("End");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="99999"]'));
      await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 3_000_000));
      await page.waitForFunction(() => {
        const rows = document.querySelectorAll('[data-testid="list"] > li');
        return rows.length > 5 && [...rows].every((row) => row.hasAttribute("data-id"));
      });
      assert.ok((await page.getByTestId("item").count()) < 60);
      const before = await firstSeen(page);
      const newest = standIn.rows[0];
      assert.ok(newest);
      const more = Array.from({ length: 70 }, (_, i) => ({ ...newest, id: `new${i}`, created_at: NOW, created_seq: 100_001 + i }));
      standIn.rows = [...more, ...standIn.rows];
      standIn.changed();
      await page.waitForFunction(() => document.querySelector("[data-id]")?.getAttribute("aria-setsize") === "100070");
      await page.waitForTimeout(100);
      assert.deepEqual(await firstSeen(page), before);
    },
  },
  {
    name: "an item that is asked for comes into view once, however far down",
    story: () => ({ rows: flood(1_000) }),
    check: async (page, standIn) => {
      await page.getByTestId("filter-unread").click();
      const wanted = standIn.rows[431];
      assert.ok(wanted);
      standIn.tell({ type: "show", page: { page: "list", at: wanted.id } });
      await page.waitForFunction((id) => document.activeElement?.closest("[data-id]")?.getAttribute("data-id") === id, wanted.id);
      await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 0));
      await page.locator('[data-index="0"]').waitFor();
      standIn.changed();
      await page.waitForFunction(() => document.querySelector(".scroller")?.scrollTop === 0 && !document.activeElement?.closest("[data-id]"));
    },
  },
  {
    name: "at the top, what is new is seen",
    check: async (page, standIn) => {
      const [newest] = standIn.rows;
      assert.ok(newest);
      standIn.rows = [{ ...newest, id: "fresh", title: "Только что" }, ...standIn.rows];
      standIn.changed();
      await page.locator('[data-id="fresh"]').waitFor();
      assert.equal((await firstSeen(page)).id, "fresh");
    },
  },
  {
    name: "channels: only what differs is saved; leaving with changes asks; a conflict keeps mine on request",
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      const desktop = page.getByTestId("channel-chats-desktop");
      await desktop.click();
      await desktop.click();
      assert.equal(await page.getByTestId("save").count(), 0);
      await desktop.click();
      await page.keyboard.press("Escape");
      await page.getByTestId("leave-stay").click();
      standIn.channels = { ...standIn.channels, revision: 9, receive: false };
      await page.getByTestId("save").click();
      await page.getByTestId("conflict-mine").click();
      await page.getByTestId("conflict").waitFor({ state: "detached" });
      assert.equal(await page.getByTestId("master-switch").isChecked(), false);
      await page.getByTestId("save").click();
      await page.getByTestId("saved").waitFor();
      const saves = standIn.heard.filter((request) => request.type === "save_channels");
      assert.deepEqual(saves.at(-1), { type: "save_channels", revision: 9, settings: { receive: false, providers: { chats: { desktop: false, email: false, mobile: true, browser: false } }, quiet: null } });
      assert.equal(await page.getByTestId("channel-tasks-interface").isDisabled(), true);
      assert.equal(await page.getByTestId("channel-tasks-email").isDisabled(), true);
    },
  },
  {
    name: "language and theme change at once",
    check: async (page) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("tab-settings").click();
      await page.getByTestId("language").selectOption("en");
      await page.getByText("How it rings").waitFor();
      await page.getByTestId("theme").selectOption("dark");
      await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === "rgb(26, 27, 31)");
    },
  },
  {
    name: "quiet hours are saved with the channels, in the zone of this computer",
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("quiet-on").click();
      await page.getByTestId("save").click();
      await page.getByTestId("saved").waitFor();
      const saved = standIn.heard.findLast((request) => request.type === "save_channels");
      assert.deepEqual(saved?.settings.quiet, { on: true, zone: "Europe/Moscow", spans: [{ days: [1, 2, 3, 4, 5, 6, 7], from: 1260, to: 480 }] });
    },
  },
  {
    name: "a choice of this computer is sent at once, and what is refused says why",
    story: () => ({ fails: {} }),
    check: async (page, standIn) => {
      await page.getByTestId("to-channels").click();
      await page.getByTestId("tab-settings").click();
      await page.getByTestId("start-at-login").click();
      await page.waitForFunction(() => !(/** @type {HTMLInputElement} */ (document.getElementById("start-at-login")).checked));
      assert.deepEqual(standIn.heard.at(-1), { type: "change", setting: { setting: "start_at_login", value: false } });
      standIn.story.fails = { change: "shortcut_taken" };
      await page.getByTestId("shortcut").click();
      await page.keyboard.press("Control+Alt+KeyK");
      await page.getByRole("alert").waitFor();
      assert.deepEqual(standIn.heard.at(-1), { type: "change", setting: { setting: "shortcut", value: "Ctrl+Alt+K" } });
      assert.equal(await page.getByTestId("shortcut").textContent(), "Ctrl+Alt+D");
    },
  },
  {
    name: "a task is completed by keyboard: done at once, gone with the centre's word, back with a reason",
    story: () => ({ rows: dayOfOneTask("ru") }),
    check: async (page, standIn) => {
      const rows = standIn.rows.length;
      await page.getByTestId("item").nth(1).locator("[data-open]").focus();
      await page.keyboard.press("d");
      assert.equal(await page.getByTestId("result").count(), 0, "a chat is no task");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("d");
      await page.keyboard.type("m, d и всё");
      await page.keyboard.press("Escape");
      await page.getByTestId("result").waitFor({ state: "detached" });
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="0"]'));
      assert.deepEqual(standIn.heard.filter(({ type }) => ["mark", "complete", "close"].includes(type)), []);
      standIn.story = { ...standIn.story, fails: { complete: "no_rights" } };
      await page.keyboard.press("d");
      await page.keyboard.type("Дозвонился");
      await page.keyboard.press("Enter");
      await page.getByTestId("complete-failed").waitFor();
      assert.equal(await page.getByTestId("completed").count(), 0);
      await page.keyboard.press("d");
      assert.equal(await page.getByTestId("result").inputValue(), "Дозвонился");
      await page.keyboard.press("Enter");
      await page.getByTestId("complete-failed").waitFor();
      standIn.story = { ...standIn.story, fails: {}, silent: ["complete"] };
      await page.getByTestId("complete-again").click();
      await page.waitForFunction(() => document.querySelectorAll('[data-testid="completed"]').length === 2);
      standIn.withdraw("task:11");
      await page.waitForFunction((left) => document.querySelector('[data-testid="item"]')?.getAttribute("aria-setsize") === `${left}`, rows - 2);
      assert.equal(await page.getByTestId("completed").count(), 0);
      assert.ok(standIn.heard.some((request) => request.type === "complete" && request.result === "Дозвонился"));
    },
  },
  {
    name: "connecting by keyboard: what was found has the keyboard, a failure its field, Escape steps back, nothing typed is lost",
    story: NO_ACCOUNT,
    check: async (page, standIn) => {
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-testid"));
      await page.getByTestId("way-solo").focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.id === "address");
      await page.keyboard.type("romashka.kommo.com/leads");
      await page.getByText("romashka.kommo.com", { exact: false }).first().waitFor();
      await page.getByTestId("token").fill("secret");
      standIn.story = { ...standIn.story, fails: { check: "token_expired" } };
      await page.keyboard.press("Enter");
      await page.getByTestId("signin-error").waitFor();
      await page.waitForFunction(() => document.activeElement?.id === "token");
      assert.equal(await page.getByTestId("token").getAttribute("aria-invalid"), "true");
      await page.getByTestId("by-oauth").click();
      await page.getByTestId("submit").click();
      await page.waitForFunction(() => document.activeElement?.id === "integration");
      await page.getByTestId("by-token").click();
      assert.deepEqual([await page.getByTestId("address").inputValue(), await page.getByTestId("token").inputValue()], ["romashka.kommo.com/leads", "secret"]);
      standIn.story = { ...standIn.story, fails: {} };
      await page.getByTestId("submit").click();
      await page.getByTestId("found").waitFor();
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "found");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "submit");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "way-solo");
      await page.keyboard.press("Enter");
      await page.getByTestId("submit").click();
      await page.getByTestId("found").waitFor();
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "found");
      assert.equal(await focused(), "found");
      assert.equal(standIn.heard.filter(({ type }) => type === "enter").length, 0);
      await page.keyboard.press("Enter");
      await page.getByTestId("empty").waitFor();
      const checks = standIn.heard.filter((request) => request.type === "check");
      assert.deepEqual(checks.at(-1), { type: "check", way: { way: "solo", address: "romashka.kommo.com/leads", access: { by: "token", token: "secret" } } });
      assert.equal(standIn.heard.filter(({ type }) => type === "enter").length, 1);
      assert.equal(standIn.heard.filter(({ type }) => type === "close").length, 0);
    },
  },
  {
    name: "the demo is one click",
    story: NO_ACCOUNT,
    check: async (page, standIn) => {
      await page.getByTestId("way-demo").click();
      await page.getByTestId("empty").waitFor();
      assert.deepEqual(standIn.heard.map(({ type }) => type).filter((type) => type !== "hello" && type !== "list"), ["check", "enter"]);
    },
  },
  {
    name: "markup is text",
    story: () => ({ rows: flood(1).map((row) => ({ ...row, title: "<img src=x onerror=alert(1)>", text: "<b>x</b>" })) }),
    check: async (page) => {
      await page.getByText("<b>x</b>").waitFor();
      assert.equal(await page.locator("img, b").count(), 0);
    },
  },
];
