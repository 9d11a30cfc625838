// A time zone as people say it.
import type { Language } from "../../generated/protocol";
import { locale as localeOf } from "../../texts/locale";

/** What the long names add that nobody says: "Москва, стандартное время", "Moscow Standard Time". */
const STIFF = /,? стандартное время$|( Standard)? Time$/;

/** `Москва, GMT+3` and the time of day there at `now`; null where `zone` is no IANA name. */
export function timeIn(zone: string, now: number, language: Language): { name: string; clock: string } | null {
  const locale = localeOf(language);
  const word = (timeZoneName: "longGeneric" | "shortOffset") =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName }).formatToParts(now).find(({ type }) => type === "timeZoneName")?.value ?? "";
  try {
    const clock = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now);
    const place = word("longGeneric").replace(STIFF, "");
    // A zone without a name of its own is named by its offset, which is said anyway.
    return { name: /^(GMT|UTC)/.test(place) ? word("shortOffset") : `${place}, ${word("shortOffset")}`, clock };
  } catch {
    return null;
  }
}

/** A day in full: `21 November 2027`. */
export function dateOf(at: number, language: Language): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: "long" }).format(at);
}
