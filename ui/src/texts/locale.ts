// Which Russian and which English: days before months, hours to 24, no comma before "and".
import type { Language } from "../generated/protocol";

/** For the browser's own formats. */
export function locale(language: Language): string {
  return language === "ru" ? "ru-RU" : "en-GB";
}

/** The system's language, until the resident says which one was chosen. */
export function systemLanguage(): Language {
  const known = typeof document === "undefined" ? "ru" : navigator.language;
  return /^ru\b/i.test(known) ? "ru" : "en";
}
