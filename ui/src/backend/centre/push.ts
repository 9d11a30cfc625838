// Push in this browser: asking for it, registering with the centre, and leaving nothing behind.
import type { BrowserPush, PushState } from "../backend";
import { isApple, isMobile } from "./names";
import type { Rest } from "./rest";
import { subscribeWith } from "./subscribe";
import type { Worker } from "./worker";

export interface WebPush extends BrowserPush {
  /** The user signs out: the browser is pushed to no more. */
  forget(): Promise<void>;
}

export function browserPush(rest: Pick<Rest, "pushDevices" | "subscribe" | "removePush">, worker: Worker): WebPush {
  const channel = isMobile(navigator.userAgent, navigator.maxTouchPoints) ? "mobile" : "browser";

  const possible = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const manager = async () => (await worker.register())?.pushManager ?? null;

  /** Why it cannot be; null where it can. */
  function obstacle(): PushState | null {
    if (!possible()) return isApple(navigator.userAgent, navigator.maxTouchPoints) && !matchMedia("(display-mode: standalone)").matches ? "needs_install" : "unsupported";
    return Notification.permission === "denied" ? "denied" : null;
  }

  async function state(): Promise<PushState> {
    const stands = obstacle();
    if (stands) return stands;
    const subscription = await (await manager())?.getSubscription();
    const centre = await rest.pushDevices().catch(() => null);
    if (centre && centre.key === null) return "no_key";
    if (!subscription) return "off";
    // Taken off elsewhere, or given up by the push service.
    if (centre && !centre.subscriptions.some((one) => one.this)) {
      await subscription.unsubscribe();
      return "off";
    }
    return "on";
  }

  async function turnOn(): Promise<PushState> {
    const stands = obstacle();
    if (stands) return stands;
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return permission === "denied" ? "denied" : "off";
    try {
      const { key } = await rest.pushDevices();
      if (key === null) return "no_key";
      const pushes = await manager();
      if (!pushes) return "unsupported";
      // One made with another key could not be used any more.
      await (await pushes.getSubscription())?.unsubscribe();
      await subscribeWith(pushes, key, rest, channel);
      return "on";
    } catch {
      return "failed";
    }
  }

  async function turnOff(): Promise<PushState> {
    try {
      const centre = await rest.pushDevices();
      for (const one of centre.subscriptions) if (one.this) await rest.removePush(one.id);
      await (await (await manager())?.getSubscription())?.unsubscribe();
      return "off";
    } catch {
      return "failed";
    }
  }

  async function forget(): Promise<void> {
    if (!possible()) return;
    await (await (await manager())?.getSubscription())?.unsubscribe();
  }

  return { channel, state, turnOn, turnOff, forget };
}
