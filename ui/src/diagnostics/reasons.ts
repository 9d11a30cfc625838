// Toast outcomes and link events in words: ids of texts, and where a reason can be mended.
import type { LinkEvent, Page, ToastOutcome } from "../generated/protocol";

export interface Reason {
  text: string;
  args?: Record<string, string | number>;
  /** The page on which the user can change it. */
  mend?: Page["page"];
}

export function reasonOf(outcome: ToastOutcome | null): Reason {
  if (!outcome) return { text: "decision-open" };
  switch (outcome.outcome) {
    case "shown":
    case "replaced":
    case "coalesced":
      return { text: `decision-${outcome.outcome}` };
    case "suppressed":
      return { text: `suppressed-${outcome.by.replaceAll("_", "-")}`, ...mendOf(outcome.by) };
    case "failed":
      return { text: `toast-failed-${outcome.why.replaceAll("_", "-")}` };
  }
}

function mendOf(by: Extract<ToastOutcome, { outcome: "suppressed" }>["by"]): Pick<Reason, "mend"> {
  switch (by) {
    case "master_switch":
    case "channel":
    case "quiet_hours":
      return { mend: "channels" };
    case "do_not_disturb":
      return { mend: "settings" };
    default:
      return {};
  }
}

export function linkText(event: LinkEvent): Reason {
  switch (event.what) {
    case "lost":
      return { text: "link-lost", args: { code: event.code ?? 0, named: String(event.code ?? ""), seconds: Math.max(1, Math.round(event.retry_ms / 1_000)) } };
    case "refused":
      return { text: "link-refused", args: { named: String(event.code) } };
    default:
      return { text: `link-${event.what.replaceAll("_", "-")}` };
  }
}
