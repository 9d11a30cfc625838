// Push as a browser would have it that says so in its address (`push=denied`), for looking at the page.
import type { BrowserPush, PushState } from "./backend";

const STATES: readonly string[] = ["unsupported", "needs_install", "no_key", "denied", "off", "on", "failed"] satisfies PushState[];

export function pretendedPush(): BrowserPush {
  const asked = new URLSearchParams(location.search).get("push") ?? "";
  let state = isState(asked) ? asked : "unsupported";
  const become = (other: PushState) => Promise.resolve((state = other));
  return { channel: "browser", state: () => Promise.resolve(state), turnOn: () => become("on"), turnOff: () => become("off") };
}

function isState(name: string): name is PushState {
  return STATES.includes(name);
}
