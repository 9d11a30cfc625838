// Channels being changed: what differs, and what becomes of it when somebody else saved.
import type { Channel, ChannelSet, ChannelSettings, EmailSettings, ProviderId, PushSettings, QuietHours, SaveChannels } from "../generated/protocol";
import { copy, sameQuiet } from "./quiet";

/** The channels that can be switched (RULES C3), in the order in which they are shown. */
export const SWITCHED = ["desktop", "email", "mobile", "browser"] as const satisfies readonly Channel[];
export type Switched = (typeof SWITCHED)[number];

/** What the user wants now. */
export interface Draft {
  receive: boolean;
  providers: Record<ProviderId, ChannelSet>;
  quiet: QuietHours;
  email: EmailSettings;
  push: PushSettings;
}

export function draftOf(saved: ChannelSettings): Draft {
  const providers = saved.providers.map(({ id, channels }) => [id, { ...channels }] as const);
  return { receive: saved.receive, providers: Object.fromEntries(providers), quiet: copy(saved.quiet), email: { ...saved.email }, push: { ...saved.push } };
}

/** What has to be saved: the providers that differ, the master switch, quiet hours, letters, push; null where nothing does. */
export function changes(saved: ChannelSettings, draft: Draft): SaveChannels | null {
  const differing = saved.providers.filter(({ id, channels }) => {
    const wanted = draft.providers[id];
    return wanted !== undefined && SWITCHED.some((channel) => wanted[channel] !== channels[channel]);
  });
  const quiet = sameQuiet(draft.quiet, saved.quiet) ? null : copy(draft.quiet);
  const email = sameEmail(draft.email, saved.email) ? null : { ...draft.email };
  const push = draft.push.hold_back === saved.push.hold_back ? {} : { push: { ...draft.push } };
  if (differing.length === 0 && draft.receive === saved.receive && !quiet && !email && !("push" in push)) return null;
  const providers = differing.map(({ id, channels }) => [id, { ...(draft.providers[id] ?? channels) }] as const);
  return { receive: draft.receive, providers: Object.fromEntries(providers), quiet, email, ...push };
}

/** The user's own changes, made on `old`, put on top of `newer`. */
export function rebase(draft: Draft, old: ChannelSettings, newer: ChannelSettings): Draft {
  const rebased = draftOf(newer);
  if (draft.receive !== old.receive) rebased.receive = draft.receive;
  if (!sameQuiet(draft.quiet, old.quiet)) rebased.quiet = copy(draft.quiet);
  if (!sameEmail(draft.email, old.email)) rebased.email = { ...draft.email };
  if (draft.push.hold_back !== old.push.hold_back) rebased.push = { ...draft.push };
  for (const { id, channels } of old.providers) {
    const wanted = draft.providers[id];
    const row = rebased.providers[id];
    if (!wanted || !row) continue;
    for (const channel of SWITCHED) if (wanted[channel] !== channels[channel]) row[channel] = wanted[channel];
  }
  return rebased;
}

function sameEmail(a: EmailSettings, b: EmailSettings): boolean {
  return a.mode === b.mode && a.at === b.at && a.zone === b.zone;
}
