// What each kind of notification looks like. The word for it is the text `kind-…`.
import type { Kind } from "../generated/protocol";
import type { IconName } from "../parts/Icon.svelte";

export interface Look {
  icon: IconName;
  tone: "accent" | "due" | "red" | "green" | "violet" | "quiet";
}

export const LOOKS: Record<Kind, Look> = {
  task_new: { icon: "plus", tone: "accent" },
  task_due: { icon: "clock", tone: "due" },
  task_overdue: { icon: "late", tone: "red" },
  task_completed: { icon: "done", tone: "green" },
  chat_message: { icon: "chat", tone: "green" },
  call: { icon: "call", tone: "accent" },
  request: { icon: "inbox", tone: "violet" },
  deal_assigned: { icon: "deal", tone: "accent" },
  system: { icon: "system", tone: "quiet" },
  message: { icon: "message", tone: "quiet" },
};
