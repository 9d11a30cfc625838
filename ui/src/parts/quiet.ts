// Why nothing rings now, and the choices for how long it shall not.
import type { Quiet, QuietChoice } from "../generated/protocol";
import { t } from "../texts/texts.svelte";
import type { MenuItem } from "./Menu.svelte";
import { untilWords } from "./until";

const CHOICES: QuietChoice[] = ["hour", "tomorrow", "until_off"];

/** Why nothing rings, in words. */
export function quietWords(quiet: Quiet, now: number): string {
  switch (quiet.by) {
    case "user":
      return quiet.until === null ? t("quiet-until-off") : t("quiet-until", { until: untilWords(quiet.until, now) });
    case "hours":
      return t("quiet-by-hours", { until: untilWords(quiet.until, now) });
    case "system":
      return t("quiet-system");
  }
}

/** What the bell offers. */
export function quietMenu(quiet: Quiet | null, choose: (choice: QuietChoice) => void): MenuItem[] {
  const off: MenuItem[] = quiet?.by === "user" ? [{ text: t("quiet-off"), testid: "quiet-off", act: () => choose("off") }] : [];
  return [...off, ...CHOICES.map((choice) => ({ text: t(`quiet-${choice.replace("_", "-")}-choice`), testid: `quiet-${choice}`, act: () => choose(choice) }))];
}
