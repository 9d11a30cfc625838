// Every text of the window, in the language of the moment.
import en from "$locales/en/window.ftl?raw";
import enWeb from "$locales/en/web.ftl?raw";
import ru from "$locales/ru/window.ftl?raw";
import ruWeb from "$locales/ru/web.ftl?raw";
import type { Language } from "../generated/protocol";
import { systemLanguage } from "./locale";
import { bundleOf, say, type Fill } from "./fluent";

const bundles = { ru: bundleOf("ru", ru, ruWeb), en: bundleOf("en", en, enWeb) };
const spoken = $state<{ language: Language }>({ language: systemLanguage() });

/** Speaks `language` from now on, on everything that is on the screen. */
export function speak(language: Language): void {
  spoken.language = language;
  document.documentElement.lang = language;
}

export function language(): Language {
  return spoken.language;
}

/** The text `id`. */
export function t(id: string, fill?: Fill): string {
  return say(bundles[spoken.language], id, fill);
}
