// The service worker: keeps the page's shell for offline days, shows pushes, and knows what a click on one does.
import en from "$locales/en/web.ftl?raw";
import ru from "$locales/ru/web.ftl?raw";
import type { NotificationId } from "../generated/protocol";
import { isMobile } from "../backend/centre/names";
import { Outbox } from "../backend/centre/outbox";
import { subscribeWith } from "../backend/centre/subscribe";
import { Rest } from "../backend/centre/rest";
import { openShelf } from "../backend/centre/shelf";
import type { Said } from "../backend/centre/worker";
import { systemLanguage } from "../texts/locale";
import { bundleOf, say } from "../texts/fluent";
import { clicked, planOf } from "./pushes";
import { cacheName, outdated, wayOf } from "./shell";

declare const self: ServiceWorkerGlobalScope;
/** The files of the page. */
declare const __SHELL__: readonly string[];
declare const __SHELL_VERSION__: string;

const scope = new URL(self.registration.scope);
/** Where the centre is: the page is one step below it. */
const base = new URL("../", scope);
const CACHE = cacheName(scope, __SHELL_VERSION__);
const rest = new Rest(base.href);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  // Only when the user says so: a page in use keeps the files it was made of.
  if ((event.data as Said).say === "renew") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const way = wayOf(new URL(request.url), request.method, request.mode === "navigate", scope, __SHELL__);
  if (way !== "through") event.respondWith(kept(request, way === "page"));
});
self.addEventListener("push", (event) => event.waitUntil(pushed(event.data?.text() ?? null)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(resubscribe()));
self.addEventListener("sync", (event) => (event as ExtendableEvent).waitUntil(sendMarks()));

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  // The page itself by the address it is asked for; past every cache, so that page and files are of one build.
  await cache.addAll(["./", ...__SHELL__.filter((file) => file !== "index.html")].map((file) => new Request(new URL(file, scope), { cache: "reload" })));
}

async function activate(): Promise<void> {
  for (const name of outdated(await caches.keys(), scope, CACHE)) await caches.delete(name);
  await self.clients.claim();
}

async function kept(request: Request, page: boolean): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(page ? scope.href : request, { ignoreSearch: page, ignoreVary: true })) ?? fetch(request);
}

async function pushed(body: string | null): Promise<void> {
  const texts = systemLanguage() === "ru" ? bundleOf("ru", ru) : bundleOf("en", en);
  const plan = planOf(body, { title: say(texts, "push-neutral-title"), text: say(texts, "push-neutral-text") });
  if (plan.unread !== null) void badge(plan.unread);
  if (plan.do === "show") return self.registration.showNotification(plan.shown.title, plan.shown.options);
  for (const tag of plan.tags) for (const one of await self.registration.getNotifications({ tag })) one.close();
}

async function badge(unread: number): Promise<void> {
  if (!("setAppBadge" in navigator)) return;
  await (unread > 0 ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => undefined);
}

async function open(data: unknown): Promise<void> {
  const { open, item } = clicked(data);
  const reading = item === null ? Promise.resolve() : markRead(item);
  // A window has to be opened before the click is forgotten: nothing is waited for first.
  await Promise.all([reading, open === null ? showItem(item) : self.clients.openWindow(open)]);
}

/** The inbox at `item`: the one that is open, or a new one. */
async function showItem(item: NotificationId | null): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => url.startsWith(scope.href));
  if (page) {
    if (item !== null) page.postMessage({ say: "show", id: item } satisfies Said);
    await page.focus();
  } else await self.clients.openWindow(item === null ? scope.href : `${scope.href}?item=${encodeURIComponent(item)}`);
}

/** Kept first, so that a mark made without a network is not lost (STREAM 7). */
async function markRead(id: NotificationId): Promise<void> {
  await (await outbox()).put([{ do: "read", ids: [id], at: Date.now() }]);
  await sendMarks();
}

async function sendMarks(): Promise<void> {
  const sent = await (await outbox()).send(() => Date.now());
  for (const page of await self.clients.matchAll({ type: "window" })) page.postMessage({ say: "marked" } satisfies Said);
  if (sent.type !== "later") return;
  // Where the browser can, it tells when there is a network again; else the next visit sends it.
  const { sync } = self.registration as ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
  await sync?.register("marks").catch(() => undefined);
}

async function outbox(): Promise<Outbox> {
  const turn = <T>(act: () => Promise<T>): Promise<T> => navigator.locks.request(`dealbell ${base.pathname}`, act) as Promise<T>;
  return new Outbox(await openShelf(base.pathname), rest, turn);
}

/** The push service gave the subscription up: a new one takes its place. */
async function resubscribe(): Promise<void> {
  const { key } = await rest.pushDevices();
  if (key !== null) await subscribeWith(self.registration.pushManager, key, rest, isMobile(navigator.userAgent, navigator.maxTouchPoints ?? 0) ? "mobile" : "browser");
}
