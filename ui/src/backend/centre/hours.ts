// When the user's quiet hours end, if they are on now (RULES C11).
import type { QuietHours } from "../../generated/protocol";

const DAY = 24 * 60;
const MINUTE = 60_000;

/** The end of the quiet hours that `now` lies in; null where it lies in none. */
export function quietUntil(quiet: QuietHours, now: number): number | null {
  if (!quiet.on) return null;
  const wall = wallOf(now, quiet.zone);
  if (!wall) return null;
  let minute = wall.day * DAY + wall.minute;
  const begin = minute;
  // One span may end where another begins: followed at most once around the week.
  for (let more = true; more && minute - begin < 7 * DAY; ) {
    more = false;
    for (const { days, from, to } of quiet.spans) {
      for (const day of days) {
        const start = (day - 1) * DAY + from;
        const length = to > from ? to - from : to + DAY - from;
        const into = (((minute - start) % (7 * DAY)) + 7 * DAY) % (7 * DAY);
        if (into < length) {
          minute += length - into;
          more = true;
        }
      }
    }
  }
  if (minute === begin) return null;
  const end = Math.floor(now / MINUTE) * MINUTE + (minute - begin) * MINUTE;
  // Where the clocks are put forward or back in between, the wall says when it is over.
  const there = wallOf(end, quiet.zone);
  if (!there) return end;
  let off = (minute - (there.day * DAY + there.minute)) % (7 * DAY);
  if (off > DAY) off -= 7 * DAY;
  if (off < -DAY) off += 7 * DAY;
  return Math.abs(off) <= 120 ? end + off * MINUTE : end;
}

/** Day of the week from 0 (Monday), and the minute of the day, as a clock in `zone` shows them. */
function wallOf(at: number, zone: string): { day: number; minute: number } | null {
  try {
    const parts = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(zone ? { timeZone: zone } : {}) }).formatToParts(at);
    const said = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
    const day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(said("weekday"));
    return { day, minute: Number(said("hour")) * 60 + Number(said("minute")) };
  } catch {
    return null;
  }
}
