// What does not go on a channel though the channel is on (RULES T9): the administrator's word on kinds.
import type { ChannelSettings, Kind, ProviderId } from "../generated/protocol";
import { SWITCHED, type Switched } from "./draft";

/** These kinds of this provider's stay off this channel. */
export interface Limit {
  provider: ProviderId;
  channel: Switched;
  kinds: Kind[];
}

/** By provider and channel, those that the centre delivers on alone. */
export function limits(saved: ChannelSettings): Limit[] {
  return saved.providers.flatMap(({ id }) => {
    const rules = saved.kinds.filter((rule) => rule.provider === id);
    return SWITCHED.filter((channel) => saved.deliverable.includes(channel)).flatMap((channel) => {
      const kinds = rules.filter((rule) => !rule.channels[channel]).map(({ kind }) => kind);
      return kinds.length > 0 ? [{ provider: id, channel, kinds }] : [];
    });
  });
}

/** Whether of tasks only *new* and *due* are left, which is shorter to say than what is not. */
export function isNewAndDue({ provider, kinds }: Limit): boolean {
  const left = (["task_new", "task_due", "task_overdue", "task_completed"] as const).filter((kind) => !kinds.includes(kind));
  return provider === "tasks" && left.join() === "task_new,task_due";
}
