import { describe, expect, test } from "vitest";
import type { Backend } from "../src/backend/backend";
import type { ListQuery, Notification, WindowAnswer, WindowRequest } from "../src/generated/protocol";
import { excerpt, parts, wordsOf } from "../src/list/highlight";
import { ListModel } from "../src/list/model.svelte";

const shown = (text: string, search: string) =>
  parts(text, wordsOf(search))
    .map((part) => (part.hit ? `[${part.text}]` : part.text))
    .join("");

describe("what was searched for is marked", () => {
  test("beginnings of words, in either case, ё as е", () => {
    expect(shown("Кухня «Верона», ещё одна Верона", "верон ЕЩЕ")).toBe("Кухня «[Верон]а», [ещё] одна [Верон]а");
    expect(shown("невероятно", "верон")).toBe("невероятно");
    expect(shown("+7 912 345-67-89", "912 34")).toBe("+7 [912] [34]5-67-89");
  });

  test("the longest of several, and nothing of markup", () => {
    expect(shown("перезвонить", "пере перезв п")).toBe("[перезв]онить");
    expect(parts("<b>x</b>", wordsOf("b"))).toContainEqual({ text: "b", hit: true });
    expect(shown("текст", " . ")).toBe("текст");
  });

  test("a match far into a text is brought near its beginning", () => {
    const text = `${"слово ".repeat(40)}пятница и дальше`;
    const cut = excerpt(text, wordsOf("пятн"));
    expect(cut.map((part) => part.text).join("")).toMatch(/^…(слово )+пятница и дальше$/);
    expect(cut[0]!.text.length).toBeLessThan(30);
    expect(excerpt("коротко: пятница", wordsOf("пятн"))[0]!.text).toBe("коротко: ");
  });
});

describe("searching as one types", () => {
  /** A list whose reads wait until they are answered; rows are named after the words. */
  function stage() {
    const waiting: { query: ListQuery; resolve(answer: WindowAnswer): void }[] = [];
    const backend: Backend = {
      place: "desktop",
      call: (request: WindowRequest) => new Promise((resolve) => request.type === "list" && waiting.push({ query: request.query, resolve })),
      listen: () => undefined,
      holdClose: () => () => undefined,
    };
    const model = new ListModel(backend);
    const answer = async (search: string) => {
      await expect.poll(() => waiting.find(({ query }) => query.search === search)).toBeDefined();
      const index = waiting.findIndex(({ query }) => query.search === search);
      const [asked] = waiting.splice(index, 1);
      const item = { id: `row for ${search}` } as Notification;
      asked!.resolve({ type: "list", page: { total: 1, offset: 0, items: [item], cursor: null, snoozed: [], version: 1 } });
      await new Promise((resolve) => setTimeout(resolve));
    };
    return { model, answer, waiting };
  }

  test("one question at a time, the newest words next, and what is shown stays until they are answered", async () => {
    const { model, answer, waiting } = stage();
    void model.load();
    await answer("");
    for (const words of ["и", "ир", "ири"]) model.search(words);
    expect(waiting.map(({ query }) => query.search)).toEqual(["и"]);
    await answer("и");
    expect(model.slices.at(0)?.id).toBe("row for ");
    await answer("ири");
    expect([model.slices.at(0)?.id, model.shown.search, model.pending]).toEqual(["row for ири", "ири", false]);
    expect(waiting).toEqual([]);
  });

  test("an answer that comes late neither holds up the next question nor is shown", async () => {
    const { model, answer } = stage();
    void model.load();
    await answer("");
    model.search("а");
    model.search("аб");
    await answer("аб");
    await answer("а");
    expect(model.slices.at(0)?.id).toBe("row for аб");
  });
});
