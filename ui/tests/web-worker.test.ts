import { describe, expect, test } from "vitest";
import { clicked, planOf } from "../src/sw/pushes";
import { cacheName, outdated, wayOf } from "../src/sw/shell";
import type { PushMessage } from "../src/generated/protocol";

const NEUTRAL = { title: "Новое в Dealbell", text: "Откройте список" };
const SHOW: PushMessage = { type: "show", id: "01K", tag: "task:11", title: "Через 5 минут: перезвонить Ирине", text: "Уточнить адрес", link: "https://romashka.amocrm.ru/leads/detail/7", kind: "task_due", at: 1_700_000_000_000, unread: 4 };
const plan = (message: unknown) => planOf(typeof message === "string" ? message : JSON.stringify(message), NEUTRAL);

describe("a push", () => {
  test("shows who and what, in place of what was shown of the same thing", () => {
    expect(plan(SHOW)).toEqual({
      do: "show",
      unread: 4,
      shown: {
        title: SHOW.title,
        options: { body: "Уточнить адрес", tag: "task:11", timestamp: SHOW.at, renotify: true, icon: "icons/192.png", badge: "icons/badge.png", data: { id: "01K", link: SHOW.link } },
      },
    });
  });

  test("takes away what was read elsewhere", () => {
    expect(plan({ type: "clear", tags: ["task:11", "01K"], unread: 0 })).toEqual({ do: "clear", tags: ["task:11", "01K"], unread: 0 });
  });

  test.each([null, "", "no json", "null", "[]", "{}", { type: "show" }, { ...SHOW, title: 7 }, { ...SHOW, title: "" }, { type: "clear", tags: [1], unread: 0 }, { type: "new kind", title: "x" }])("that makes no sense shows a neutral notice: %j", (body) => {
    expect(body === null ? planOf(null, NEUTRAL) : plan(body)).toMatchObject({ do: "show", shown: { title: NEUTRAL.title, options: { data: { id: null, link: null } } } });
  });

  test("opens http and https alone", () => {
    for (const link of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil"]) {
      const made = plan({ ...SHOW, link });
      expect(made.do === "show" && made.shown.options.data).toEqual({ id: "01K", link: null });
      expect(clicked({ id: "01K", link })).toEqual({ open: null, item: "01K" });
    }
    expect(clicked({ id: "01K", link: SHOW.link })).toEqual({ open: SHOW.link, item: "01K" });
    expect(clicked(undefined)).toEqual({ open: null, item: null });
  });
});

describe("the shell", () => {
  const scope = new URL("https://firm.ru/bell/app/");
  const way = (url: string, method = "GET", navigates = false) => wayOf(new URL(url, scope), method, navigates, scope, ["assets/a.js", "index.html"]);

  test("is the page and its files; everything else is the network's", () => {
    expect([way("./", "GET", true), way("./?item=1", "GET", true), way("index.html", "GET", true), way("assets/a.js")]).toEqual(["page", "page", "page", "kept"]);
    expect([way("assets/b.js"), way("../v1/list"), way("https://firm.ru/bell/join/1", "GET", true), way("https://evil.ru/bell/app/assets/a.js"), way("assets/a.js", "POST"), way("sw.js")]).toEqual(Array(6).fill("through"));
  });

  test("of an older build goes, that of another inbox stays", () => {
    const current = cacheName(scope, "2");
    const other = cacheName(new URL("https://firm.ru/app/"), "1");
    expect(outdated([cacheName(scope, "1"), current, other, "foreign"], scope, current)).toEqual([cacheName(scope, "1")]);
  });
});
