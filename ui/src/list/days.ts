// Days and times as people say them: near ones relative, far ones absolute.
import type { Language } from "../generated/protocol";
import { locale } from "../texts/locale";

/** Milliseconds since 1970. */
type Millis = number;

const MINUTE = 60_000;

/** How a day is headed: a word, or a date already worded. */
export type Day = { word: "today" | "yesterday" } | { date: string };

/** How a time is said. */
export type Time = { word: "now" } | { minutes: number } | { clock: string };

/** Midnight before `at`, local to the user. */
export function dayOf(at: Millis): Millis {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/** Calendar days from `at` to `now`; days of 23 and 25 hours count as one. */
export function daysBetween(at: Millis, now: Millis): number {
  return Math.round((dayOf(now) - dayOf(at)) / 86_400_000);
}

/** The heading over what came at `at`. */
export function dayHeading(at: Millis, now: Millis, language: Language): Day {
  const ago = daysBetween(at, now);
  if (ago === 0) return { word: "today" };
  if (ago === 1) return { word: "yesterday" };
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const near = ago > 1 && ago < 7;
  const format = formatter(language, {
    day: "numeric",
    month: "long",
    ...(near ? { weekday: "long" } : {}),
    ...(thisYear ? {} : { year: "numeric" }),
  });
  const said = format.format(at);
  return { date: said.charAt(0).toLocaleUpperCase(language) + said.slice(1) };
}

/** When something happened that is listed under the day of `listed`. */
export function timeOf(at: Millis, listed: Millis, now: Millis, language: Language): Time {
  const ago = now - at;
  // The page's clock ticks once a minute, and another machine's may be ahead.
  if (Math.abs(ago) < MINUTE) return { word: "now" };
  if (ago >= 0 && ago < 60 * MINUTE) return { minutes: Math.floor(ago / MINUTE) };
  const clock = clockOf(at, language);
  if (dayOf(at) === dayOf(listed)) return { clock };
  const date = formatter(language, { day: "numeric", month: "short" }).format(at);
  return { clock: `${date}, ${clock}` };
}

/** Date and time in full. */
export function fullTime(at: Millis, language: Language): string {
  return formatter(language, { dateStyle: "long", timeStyle: "short" }).format(at);
}

/** To the second, for who looks for what happened when: `21 Nov, 14:57:11`. */
export function momentOf(at: Millis, language: Language): string {
  return formatter(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at);
}

/** Whole seconds until `at`, at least 1: "in 0 s" says nothing. */
export function secondsUntil(at: Millis, now: Millis): number {
  return Math.max(1, Math.ceil((at - now) / 1000));
}

/** How near a moment to come is said: by its hour, its day, or both. */
export type Until = { clock: string } | { word: "tomorrow"; clock: string } | { date: string; clock: string };

/** When something ends, or is due. */
export function untilOf(at: Millis, now: Millis, language: Language): Until {
  const clock = clockOf(at, language);
  const ahead = -daysBetween(at, now);
  if (ahead === 0) return { clock };
  if (ahead === 1) return { word: "tomorrow", clock };
  return { date: formatter(language, { day: "numeric", month: "short" }).format(at), clock };
}

/** How long ago something was: minutes while it is near, then its day and hour, then its date. */
export type Since = { word: "now" } | { minutes: number } | { word: "today" | "yesterday"; clock: string } | { date: string };

/** When something was last. */
export function sinceOf(at: Millis, now: Millis, language: Language): Since {
  const minutes = Math.floor((now - at) / MINUTE);
  // Another machine's clock may be ahead.
  if (minutes < 1) return { word: "now" };
  if (minutes < 60) return { minutes };
  const ago = daysBetween(at, now);
  if (ago < 2) return { word: ago === 0 ? "today" : "yesterday", clock: clockOf(at, language) };
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return { date: formatter(language, { day: "numeric", month: "long", ...(thisYear ? {} : { year: "numeric" }) }).format(at) };
}

/** The hour alone: `14:55`. */
export function clockOf(at: Millis, language: Language): string {
  return formatter(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Made once each: making one costs more than a row does. */
function formatter(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale(language), options);
  formatters.set(key, known);
  return known;
}

