// Quiet hours being changed (RULES C11): spans in words, and what is wrong with one.
import type { Language, QuietHours, QuietSpan } from "../generated/protocol";
import { locale } from "../texts/locale";

export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** What a first span is: the nights. */
export const NIGHTS: QuietSpan = { days: [...DAYS], from: 21 * 60, to: 8 * 60 };

/** Half hours, and whatever odd minutes are set already. */
export function minutes(set: number): number[] {
  const usual = Array.from({ length: 48 }, (_, at) => at * 30);
  return usual.includes(set) ? usual : [...usual, set].sort((a, b) => a - b);
}

export function clock(minute: number): string {
  const [hours, rest] = [Math.floor(minute / 60) % 24, minute % 60];
  return `${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

/** Whether it ends on the day after. */
export function isOverMidnight(span: QuietSpan): boolean {
  return span.to <= span.from;
}

/** A span without a day is never quiet: the user has to say. */
export function isWhole(quiet: QuietHours): boolean {
  return !quiet.on || quiet.spans.every((span) => span.days.length > 0);
}

export function sameQuiet(a: QuietHours, b: QuietHours): boolean {
  const plain = (quiet: QuietHours) => [quiet.on, quiet.zone, quiet.spans.map(({ days, from, to }) => [days, from, to])];
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

export function copy(quiet: QuietHours): QuietHours {
  return { on: quiet.on, zone: quiet.zone, spans: quiet.spans.map((span) => ({ ...span, days: [...span.days] })) };
}

/** Mon, Tue … in the user's language; 2024 began on a Monday. */
export function dayName(day: number, language: Language, width: "short" | "long"): string {
  return new Intl.DateTimeFormat(locale(language), { weekday: width, timeZone: "UTC" }).format(Date.UTC(2024, 0, day));
}

/** The zone of this computer. */
export function zoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
