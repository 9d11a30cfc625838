// Whether what the table sends to browsers and phones has anywhere to go, and the reverse.
import type { Draft } from "../channels/draft";
import type { PushChannel, PushSubscriptionRow } from "../generated/protocol";

export const PUSHED = ["mobile", "browser"] as const satisfies readonly PushChannel[];

/** `nobody`: ticked, but none is registered. `all_off`: those that are have been switched off. `nowhere`: one is registered, but nothing is ticked. */
export type Mismatch = "nobody" | "all_off" | "nowhere";

export function mismatch(channel: PushChannel, draft: Pick<Draft, "receive" | "providers">, rows: PushSubscriptionRow[]): Mismatch | null {
  const own = rows.filter((row) => row.channel === channel);
  const ticked = Object.values(draft.providers).some((set) => set[channel]);
  // Silenced as a whole: the master switch says so itself.
  if (!draft.receive) return null;
  if (!ticked) return own.some(({ on }) => on) ? "nowhere" : null;
  if (own.length === 0) return "nobody";
  return own.every(({ on }) => !on) ? "all_off" : null;
}
