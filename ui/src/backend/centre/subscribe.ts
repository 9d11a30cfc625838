// Subscribes a browser to push, and tells the centre: what the page and its worker do alike.
import type { PushChannel } from "../../generated/protocol";
import { browserName } from "./names";
import type { Rest } from "./rest";

/** A subscription as the browser has it. */
interface Told {
  endpoint?: string;
  keys?: Record<string, string>;
}

/** Subscribes and tells the centre; what it does not take is given back. */
export async function subscribeWith(pushes: PushManager, key: string, rest: Pick<Rest, "subscribe">, channel: PushChannel): Promise<void> {
  const subscription = await pushes.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  const { endpoint, keys } = subscription.toJSON() as Told;
  try {
    await rest.subscribe({ endpoint: endpoint ?? "", keys: { p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "" }, channel, name: browserName(navigator.userAgent) });
  } catch (error) {
    await subscription.unsubscribe();
    throw error;
  }
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
