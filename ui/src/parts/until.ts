// Moments to come, in words.
import { untilOf } from "../list/days";
import { language, t } from "../texts/texts.svelte";

/** `18:00`, `завтра, 9:00` or `24 нояб., 9:00`. */
export function untilWords(at: number, now: number): string {
  const said = untilOf(at, now, language());
  if ("word" in said) return t("until-tomorrow", { clock: said.clock });
  return "date" in said ? `${said.date}, ${said.clock}` : said.clock;
}
