// What the list and Today do, seen from outside: the calls they make and what they show then.
import assert from "node:assert/strict";
import { dayOfOneTask, flood, NOW } from "./data.mjs";
import { click, focusList, press, search } from "./play.mjs";

/** @typedef {import("./behaviours.mjs").Behaviour} Behaviour */
/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page */
const firstSeen = (page) =>
  page.locator(".scroller").evaluate((scroller) => {
    const edge = scroller.getBoundingClientRect().top;
    const rows = [...scroller.querySelectorAll("[data-id]")];
    const row = rows.find((candidate) => candidate.getBoundingClientRect().bottom > edge + 1);
    return { id: row?.getAttribute("data-id"), y: Math.round((row?.getBoundingClientRect().top ?? 0) - edge) };
  });

/** @param {Page} page @param {string} count */
const badge = (page, count) => page.locator(`[data-testid="badge"][data-count="${count}"]`).waitFor();

/** @param {Page} page @param {number} count */
const items = (page, count) => page.waitForFunction((wanted) => document.querySelector('[data-testid="item"]')?.getAttribute("aria-setsize") === `${wanted}`, count);

/** @param {Page} page @param {string} code @param {string} key */
const russian = (page, code, key) => page.evaluate(([code, key]) => (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true })), /** @type {[string, string]} */ ([code, key]));

/** @type {Behaviour[]} */
export const LIST_BEHAVIOURS = [
  {
    name: "a click opens the whole text and reads it, the card has its own button, r toggles in every layout",
    check: async (page, standIn) => {
      const item = page.getByTestId("item").first();
      await item.locator("[data-open]").click();
      await page.getByTestId("detail").waitFor();
      await badge(page, "3");
      await page.getByTestId("detail").getByTestId("open").click();
      await page.waitForTimeout(50);
      assert.equal(standIn.heard.filter(({ type }) => type === "open").length, 1);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("r");
      await badge(page, "2");
      // The number is told before the rows are read again.
      await page.locator('[data-index="1"][data-unread="false"]').waitFor();
      await russian(page, "KeyR", "к");
      await badge(page, "3");
      await page.keyboard.press("Escape");
      await page.getByTestId("detail").waitFor({ state: "detached" });
      assert.equal(standIn.heard.filter(({ type }) => type === "close").length, 0);
    },
  },
  {
    name: "read-all says what was seen, and is taken back",
    check: async (page, standIn) => {
      await click("read-all")(page);
      await page.getByTestId("badge").waitFor({ state: "detached" });
      const all = standIn.heard.find((request) => request.type === "mark_all_read");
      assert.equal(all?.type === "mark_all_read" && all.upto, `e1.${standIn.rows[0]?.created_seq}`);
      await page.waitForFunction(() => !document.querySelector('[data-unread="true"]'));
      await page.getByText("Отмечено прочитанным: 4").waitFor();
      await russian(page, "KeyU", "г");
      await badge(page, "4");
      await page.getByTestId("undo-bar").waitFor({ state: "detached" });
      await page.keyboard.press("Shift+A");
      await page.getByTestId("badge").waitFor({ state: "detached" });
    },
  },
  {
    name: "an item marked read leaves the unread view, the keyboard stays in the list; one that is read there leaves when it is closed",
    check: async (page) => {
      await page.getByTestId("filter-unread").click();
      await items(page, 4);
      await page.getByTestId("item").nth(1).locator("[data-open]").focus();
      await page.keyboard.press("r");
      await items(page, 3);
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="1"]'));
      await page.keyboard.press("Enter");
      await page.getByTestId("detail").waitFor();
      await page.waitForTimeout(100);
      assert.equal(await page.getByTestId("item").count(), 3);
      await page.keyboard.press("Enter");
      await items(page, 2);
    },
  },
  {
    name: "100,000 rows: the end is a key away, few rows are drawn, what is read stays in place",
    story: () => ({ rows: flood(100_000) }),
    check: async (page, standIn) => {
      await focusList(page);
      await page.keyboard.press("End");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="99999"]'));
      await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo(0, 3_000_000));
      await page.waitForFunction(() => {
        const rows = document.querySelectorAll('[data-testid="list"] > li');
        return rows.length > 5 && [...rows].every((row) => row.hasAttribute("data-id"));
      });
      assert.ok((await page.getByTestId("item").count()) < 60);
      await page.waitForTimeout(100);
      const before = await firstSeen(page);
      standIn.arrive(70);
      await page.waitForFunction(() => document.querySelector("[data-id]")?.getAttribute("aria-setsize") === "100070");
      await page.waitForTimeout(100);
      assert.deepEqual(await firstSeen(page), before);
      await page.getByTestId("news").getByText("70").waitFor();
      await click("news")(page);
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="0"]'));
      await page.getByTestId("news").waitFor({ state: "detached" });
    },
  },
  {
    name: "a scroll bar dragged through everything asks for little, and ends on rows",
    story: () => ({ rows: flood(100_000) }),
    check: async (page, standIn) => {
      await page.getByTestId("item").first().waitFor();
      const before = standIn.heard.length;
      await page.locator(".scroller").evaluate(async (scroller) => {
        for (let step = 1; step <= 200; step++) {
          scroller.scrollTo(0, step * 35_000);
          await new Promise((resolve) => setTimeout(resolve));
        }
      });
      await page.waitForFunction(() => {
        const rows = document.querySelectorAll('[data-testid="list"] > li');
        return rows.length > 5 && [...rows].every((row) => row.hasAttribute("data-id"));
      });
      const asked = standIn.heard.length - before;
      assert.ok(asked < 150, `${asked} questions`);
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
    name: "at the top, what is new is seen and said; not while one reads there",
    check: async (page, standIn) => {
      await page.getByTestId("item").first().waitFor();
      standIn.arrive(1);
      await page.waitForFunction(() => document.querySelector("[data-id]")?.getAttribute("data-id")?.startsWith("new"));
      await page.waitForFunction(() => document.querySelector('[data-testid="announced"]')?.textContent === "Пришло 1 уведомление");
      await press("Enter")(page);
      await page.getByTestId("detail").waitFor();
      await page.waitForTimeout(100);
      const before = await firstSeen(page);
      standIn.arrive(2);
      await page.getByTestId("news").waitFor();
      assert.deepEqual(await firstSeen(page), before);
    },
  },
  {
    name: "search follows typing with what is newest, marks what it found, and Escape goes back a step at a time",
    story: () => ({ rows: flood(2_000) }),
    check: async (page, standIn) => {
      await page.keyboard.press("/");
      await page.waitForFunction(() => document.activeElement?.getAttribute("data-testid") === "search");
      await page.keyboard.type("Ирин верона", { delay: 5 });
      await page.waitForFunction(() => {
        const marks = [...document.querySelectorAll('[data-testid="item"] mark')].map((mark) => mark.textContent);
        return marks.includes("Ирин") && marks.includes("Верона") && document.querySelector('[data-testid="item"]')?.getAttribute("aria-setsize") !== "2000";
      });
      const asked = standIn.heard.flatMap((request) => (request.type === "list" ? [request.query.search] : []));
      assert.equal(asked.at(-1), "Ирин верона");
      await page.keyboard.press("ArrowDown");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="0"]'));
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelector('[data-testid="item"]')?.getAttribute("aria-setsize") === "2000");
      await page.getByTestId("toolbar").waitFor({ state: "detached" });
      assert.equal(standIn.heard.filter(({ type }) => type === "close").length, 0);
      await page.keyboard.press("Escape");
      await page.waitForTimeout(50);
      assert.equal(standIn.heard.filter(({ type }) => type === "close").length, 1);
    },
  },
  {
    name: "an answer to older words is ignored",
    check: async (page, standIn) => {
      await search("верон")(page);
      await items(page, 3);
      // The first question stays open; the second is answered, and then the first.
      /** @type {(() => void)[]} */
      const held = [];
      standIn.hold = (request) => (request.type === "list" && request.query.search === "п" ? new Promise((resolve) => held.push(() => resolve(undefined))) : null);
      await page.getByTestId("search").fill("п");
      await page.getByTestId("search").fill("павел");
      await items(page, 1);
      for (const release of held) release();
      await page.waitForTimeout(150);
      assert.equal(await page.getByTestId("item").count(), 1);
      assert.ok(held.length > 0);
    },
  },
  {
    name: "filters combine, show as chips and come off one by one; nothing found has a way out",
    check: async (page, standIn) => {
      await press("f")(page);
      await items(page, 10);
      const deal = standIn.rows[0]?.link;
      await click("filter-provider")(page);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await items(page, 5);
      await click("filter-unread")(page);
      await items(page, 2);
      const last = () => standIn.heard.findLast((request) => request.type === "list");
      assert.deepEqual(last(), { type: "list", query: { unread: true, provider: "tasks", link: deal, search: "" }, offset: 0, limit: 50 });
      await page.getByTestId("search").fill("жираф");
      await page.getByTestId("nothing").getByRole("button").click();
      assert.deepEqual(last(), { type: "list", query: { unread: false, provider: null, link: null, search: "жираф" }, offset: 0, limit: 50 });
      await page.getByTestId("nothing").getByText("Очистить поиск").click();
      await items(page, 11);
      await press("f")(page);
      await click("chip-deal")(page);
      await page.getByTestId("chip-deal").waitFor({ state: "detached" });
    },
  },
  {
    name: "what failed says so at the item, and works again from there",
    story: () => ({ fails: { open: "open_failed", mark: "storage" } }),
    check: async (page, standIn) => {
      await press("o")(page);
      await page.getByText("Не открылось. Не удалось запустить браузер").waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("r");
      await page.getByText("Не отметилось.").waitFor();
      assert.equal(await page.getByTestId("act-failed").count(), 2);
      standIn.story = { ...standIn.story, fails: {} };
      await page.getByTestId("act-again").first().click();
      await page.waitForFunction(() => document.querySelectorAll('[data-testid="act-failed"]').length === 1);
      await badge(page, "3");
      await page.getByTestId("act-dismiss").click();
      await page.getByTestId("act-failed").waitFor({ state: "detached" });
    },
  },
  {
    name: "a task is completed by keyboard: done at once, taken back, gone with the centre's word, back with a reason",
    story: () => ({ rows: dayOfOneTask("ru") }),
    check: async (page, standIn) => {
      const rows = standIn.rows.length;
      await page.getByTestId("item").nth(1).locator("[data-open]").focus();
      await page.keyboard.press("d");
      assert.equal(await page.getByTestId("result").count(), 0, "a chat is no task");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("d");
      await page.keyboard.type("r, d и всё?");
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
      standIn.story = { ...standIn.story, fails: {}, keeps: true };
      await page.getByTestId("complete-again").click();
      await page.waitForFunction(() => document.querySelectorAll('[data-testid="completed"]').length === 2);
      await page.getByTestId("undo-bar").waitFor();
      await page.keyboard.press("u");
      await page.getByTestId("completed").first().waitFor({ state: "detached" });
      assert.ok(standIn.heard.some((request) => request.type === "reopen_task" && request.subject === "task:11"));
      await page.keyboard.press("d");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelectorAll('[data-testid="completed"]').length === 2);
      standIn.withdraw("task:11");
      await page.waitForFunction((left) => document.querySelector('[data-testid="item"]')?.getAttribute("aria-setsize") === `${left}`, rows - 2);
      assert.equal(await page.getByTestId("completed").count(), 0);
      assert.ok(standIn.heard.some((request) => request.type === "complete" && request.result === "Дозвонился"));
    },
  },
  {
    name: "Today: done in place, taken back, a refusal said; what is late comes first and counts in the tab",
    check: async (page, standIn) => {
      await page.locator('[data-testid="filter-today-count"]').getByText("6").waitFor();
      await page.keyboard.press("3");
      await page.getByTestId("task").first().waitFor();
      assert.deepEqual(await page.locator('[data-testid="today"] h2').allTextContents(), ["Просрочено 2", "Сегодня 3", "В течение дня 1"]);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("d");
      await page.keyboard.type("Отправил");
      await page.keyboard.press("Enter");
      await page.getByTestId("task-completed").waitFor();
      await page.locator('[data-testid="filter-today-count"]').getByText("5").waitFor();
      await page.waitForFunction(() => document.activeElement?.closest('[data-subject="task:31"]'));
      await page.getByTestId("undo-bar").waitFor();
      await page.keyboard.press("u");
      await page.getByTestId("task-completed").waitFor({ state: "detached" });
      await page.locator('[data-testid="filter-today-count"]').getByText("6").waitFor();
      assert.ok(standIn.heard.some((request) => request.type === "complete_task" && request.subject === "task:31" && request.result === "Отправил"));
      standIn.story = { ...standIn.story, fails: { complete_task: "crm_refused" } };
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("d");
      await page.keyboard.press("Enter");
      await page.getByTestId("task-failed").waitFor();
      await page.locator('[data-testid="filter-today-count"]').getByText("6").waitFor();
    },
  },
  {
    name: "Today keeps what it last knew when tasks cannot be had, and reads again when something changes",
    check: async (page, standIn) => {
      await page.keyboard.press("3");
      await page.getByTestId("task").first().waitFor();
      standIn.story = { ...standIn.story, fails: { today: "offline" } };
      standIn.changed();
      await page.getByTestId("today-last").getByText("14:58").waitFor();
      assert.equal(await page.getByTestId("task").count(), 6);
      standIn.story = { ...standIn.story, fails: {} };
      standIn.tasks = [];
      standIn.changed();
      await page.getByTestId("today-empty").waitFor();
    },
  },
  {
    name: "put off until a time, and not put off",
    check: async (page, standIn) => {
      await press("s")(page);
      await page.getByTestId("menu").getByText("18:00").waitFor();
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.activeElement?.closest('[data-index="0"]'));
      assert.equal(standIn.heard.filter(({ type }) => type === "close").length, 0);
      await page.keyboard.press("s");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.getByTestId("snoozed").getByText("Отложено до 15:58").waitFor();
      assert.deepEqual(standIn.heard.findLast(({ type }) => type === "snooze"), { type: "snooze", id: standIn.rows[0]?.id, until: NOW + 3_600_000 });
      await page.keyboard.press("s");
      await page.getByTestId("snoozed").waitFor({ state: "detached" });
    },
  },
];
