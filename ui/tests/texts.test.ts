import { describe, expect, test } from "vitest";
import enWeb from "$locales/en/web.ftl?raw";
import enWindow from "$locales/en/window.ftl?raw";
import ruWeb from "$locales/ru/web.ftl?raw";
import ruWindow from "$locales/ru/window.ftl?raw";
import { bundleOf, say } from "../src/texts/fluent";
import protocol from "../src/generated/protocol.ts?raw";

const [ru, en] = [ruWindow + ruWeb, enWindow + enWeb];
const sources = import.meta.glob<string>(["../src/**/*.{svelte,ts}", "!../src/generated/**"], { query: "?raw", import: "default", eager: true });
const source = Object.values(sources).join("\n");
const ids = (file: string) => [...file.matchAll(/^([a-z][\w-]*) =/gm)].map((match) => match[1]!);

/** The values of a union of strings in the generated protocol. */
function values(type: string): string[] {
  const union = new RegExp(`export type ${type} = ([^;]+);`).exec(protocol)?.[1] ?? "";
  return [...union.matchAll(/"([a-z_]+)"/g)].map((match) => match[1]!.replaceAll("_", "-"));
}

test("both languages have the same texts, each once", () => {
  expect(ids(ru)).toEqual(ids(en));
  expect(new Set(ids(ru)).size).toBe(ids(ru).length);
});

test("every text that is named exists", () => {
  const named = [...source.matchAll(/\bt\("([\w-]+)"/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((id) => !ids(ru).includes(id))).toEqual([]);
});

describe("every value of the protocol has its words", () => {
  test.each([
    ["Kind", "kind-"],
    ["WindowErrorCode", "error-"],
    ["Trouble", "trouble-"],
    ["Channel", "channel-"],
    ["LanguageChoice", "language-"],
    ["ThemeChoice", "theme-"],
    ["Way", "way-"],
    ["ContentLevel", "content-"],
    ["Sound", "sound-"],
    ["LogLevel", "log-"],
    ["Suppression", "suppressed-"],
    ["ToastFailure", "toast-failed-"],
  ])("%s", (type, prefix) => {
    expect(values(type).length).toBeGreaterThan(1);
    expect(values(type).filter((value) => !ids(ru).includes(prefix + value))).toEqual([]);
  });

  test("SignedOutReason", () => {
    const worded = values("SignedOutReason").filter((reason) => reason !== "no-account");
    expect(worded.filter((reason) => !ids(ru).includes(`signed-out-${reason}`))).toEqual([]);
  });
});

test("numbers and names are filled in, plurals are right", () => {
  const russian = bundleOf("ru", ru);
  const count = (n: number) => say(russian, "badge-label", { count: n });
  expect([1, 3, 5, 11, 21].map(count)).toEqual([
    "1 непрочитанное уведомление",
    "3 непрочитанных уведомления",
    "5 непрочитанных уведомлений",
    "11 непрочитанных уведомлений",
    "21 непрочитанное уведомление",
  ]);
  expect(say(russian, "trouble-crm-token-refused", { crm: "Kommo" })).toMatch(/^Kommo больше не пускает/);
});
