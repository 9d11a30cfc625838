// For how long a notification can be put off.

/** Milliseconds since 1970. */
type Millis = number;

/** A choice: the text `snooze-…` names it. */
export interface Snooze {
  name: "minutes" | "hour" | "evening" | "tomorrow";
  until: Millis;
}

const MINUTE = 60_000;
const EVENING = 18;
const MORNING = 9;

/** What is offered at `now`, soonest first. The evening is none while it is here, or almost. */
export function snoozes(now: Millis): Snooze[] {
  const evening = clockAt(now, 0, EVENING);
  return [
    { name: "minutes", until: now + 15 * MINUTE },
    { name: "hour", until: now + 60 * MINUTE },
    ...(evening - now > 90 * MINUTE ? [{ name: "evening" as const, until: evening }] : []),
    { name: "tomorrow", until: clockAt(now, 1, MORNING) },
  ];
}

/** This hour by the clock on the wall, `days` after `now`: days of 23 and 25 hours included. */
function clockAt(now: Millis, days: number, hour: number): Millis {
  const day = new Date(now);
  day.setDate(day.getDate() + days);
  return day.setHours(hour, 0, 0, 0);
}
