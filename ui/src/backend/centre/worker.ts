// The page's side of its service worker: newer versions, what it shows, what was clicked there.
import type { NotificationId, Update } from "../../generated/protocol";

/** What worker and page say to each other. */
export type Said = { say: "renew" } | { say: "show"; id: NotificationId } | { say: "marked" };

export class Worker {
  #registration: Promise<ServiceWorkerRegistration | null> | null = null;

  /** `found` hears of a newer version that waits to be used. */
  constructor(private readonly found: (update: Update) => void) {}

  /** The registration; null where the browser has none. */
  register(): Promise<ServiceWorkerRegistration | null> {
    return (this.#registration ??= this.#begin());
  }

  /** Hears which item was asked for by a click on what was shown. */
  listen(show: (id: NotificationId) => void): void {
    if (!("serviceWorker" in navigator)) return;
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      const said = data as Said;
      if (said.say === "show") show(said.id);
    });
    // The page was opened by such a click.
    const asked = new URLSearchParams(location.search).get("item");
    if (asked === null) return;
    history.replaceState(null, "", location.pathname);
    show(asked);
  }

  /** Uses the newer version; the page begins anew. */
  renew(): void {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    void this.register().then((registration) => registration?.waiting?.postMessage({ say: "renew" } satisfies Said));
  }

  /** Looks for a newer version now. */
  async look(): Promise<void> {
    await (await this.register())?.update();
  }

  /** Takes away what is shown of these, or of all. */
  async take(ids: readonly NotificationId[] | null): Promise<void> {
    const shown = (await (await this.register())?.getNotifications()) ?? [];
    for (const one of shown) if (ids === null || ids.includes((one.data as { id?: NotificationId } | null)?.id ?? "")) one.close();
  }

  /** Nothing that was shown stays. */
  async clear(): Promise<void> {
    await this.take(null);
  }

  async #begin(): Promise<ServiceWorkerRegistration | null> {
    if (!("serviceWorker" in navigator)) return null;
    try {
      const registration = await navigator.serviceWorker.register(new URL("sw.js", document.baseURI), { scope: "./", updateViaCache: "none" });
      this.#watch(registration);
      return registration;
    } catch {
      return null;
    }
  }

  #watch(registration: ServiceWorkerRegistration): void {
    const tell = () => {
      // The very first one replaces nothing.
      if (registration.waiting && navigator.serviceWorker.controller) this.found({ version: __DEALBELL_VERSION__, notes: "", step: { step: "found" } });
    };
    tell();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", tell));
  }
}
