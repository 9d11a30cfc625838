// Stands in for a centre: answers the page it served over HTTP and the stream, from a story of the window's stand-in.
import { NOW } from "./data.mjs";
import { StandIn } from "./stand-in.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Route} Route */

/**
 * @typedef {object} CentreStory
 * @property {boolean} [signedIn] else nobody is; true unless said
 * @property {string} [refuses] the code that signing in is refused with
 * @property {boolean} [cutLater] from the second visit on nobody answers
 * @property {boolean} [silentDoor] signing in is never answered
 * @property {number} [closes] the number that the stream is closed with once it is live
 * @property {string} [hash] what stands behind the address
 */

const STATUS = /** @type {Record<string, number>} */ ({ invitation_used: 410, invitation_expired: 410, invitation_unknown: 404, rate_limited: 429 });

/** Answers `page` in the place of a centre, from what `standIn` has. @param {Page} page @param {StandIn} standIn @param {CentreStory} story */
export async function playCentre(page, standIn, story) {
  let visits = 0;
  const centre = { signedIn: story.signedIn !== false, cut: false, heard: /** @type {string[]} */ ([]) };
  const cursor = () => `e1.${standIn.rows[0]?.created_seq ?? 0}`;
  const unread = () => ({ count: standIn.rows.filter((row) => row.read_at === null).length, at: standIn.rows[0]?.created_seq ?? 0 });
  const me = { email: "anna@romashka.ru", name: "Анна Белова", deliverable: ["interface", "desktop"], now: NOW };

  /** @param {Route} route @param {unknown} body */
  const answer = (route, body, status = 200) => route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
  /** @param {Route} route @param {string} code */
  const refuse = (route, code, status = 400) => answer(route, { code, message: code }, status);

  await page.route(
    (url) => url.pathname.startsWith("/v1/"),
    async (route) => {
      const request = route.request();
      const url = new URL(request.url());
      const asked = `${request.method()} ${url.pathname.slice(4)}`;
      centre.heard.push(asked);
      if (asked === "GET me" && story.cutLater && ++visits > 1) centre.cut = true;
      if (centre.cut) return route.abort("internetdisconnected");
      if (asked === "POST web/sign-in") {
        if (story.silentDoor) return;
        if (story.refuses) return refuse(route, story.refuses, STATUS[story.refuses] ?? 400);
        centre.signedIn = true;
        return answer(route, me);
      }
      if (asked === "POST web/sign-out") {
        centre.signedIn = false;
        return answer(route, {});
      }
      if (!centre.signedIn) return refuse(route, "token_invalid", 401);
      const of = (/** @type {import("../src/generated/protocol").WindowRequest} */ wanted) => /** @type {any} */ (standIn.answer(wanted));
      switch (asked) {
        case "GET me":
          return answer(route, me);
        case "GET list": {
          const named = (/** @type {string} */ name) => url.searchParams.get(name);
          const query = { unread: named("unread") === "true", provider: named("provider"), link: named("link"), search: named("search") ?? "" };
          const { page } = of({ type: "list", query, offset: Number(named("offset")), limit: Number(named("limit")) });
          return answer(route, { total: page.total, offset: page.offset, items: page.items, cursor: cursor(), unread: unread() });
        }
        case "GET tasks":
          return answer(route, of({ type: "today" }).tasks);
        case "GET channels":
          return answer(route, of({ type: "channels" }).channels);
        case "GET devices":
          return answer(route, standIn.story.devices ?? []);
        case "GET calendar":
          return answer(route, { url: null });
        case "GET push-subscriptions":
          return answer(route, { key: null, subscriptions: [] });
        case "POST notifications/read":
        case "POST notifications/unread":
          standIn.answer({ type: "mark", ids: request.postDataJSON().ids, read: asked.endsWith("/read") });
          return answer(route, { cursor: cursor(), unread: unread() });
        case "POST notifications/read-all":
          standIn.answer({ type: "mark_all_read", upto: request.postDataJSON().upto });
          return answer(route, { cursor: cursor(), unread: unread() });
        default:
          return refuse(route, "not_found", 404);
      }
    },
  );
  await page.routeWebSocket(
    (url) => url.pathname === "/v1/stream",
    (socket) => {
      if (centre.cut || !centre.signedIn) return void socket.close({ code: 1011 });
      const say = (/** @type {unknown} */ frame) => socket.send(JSON.stringify(frame));
      say({ op: "hello", connection: "c1", ping_ms: 25_000, grace_ms: 8_000, max_frame: 65_536 });
      socket.onMessage((text) => {
        const frame = JSON.parse(String(text));
        if (frame.op !== "start") return;
        say({ op: "ready", id: frame.id, mode: frame.cursor ? "resumed" : "snapshot", cursor: cursor(), unread: unread() });
        say({ op: "live", seq: Number(cursor().split(".")[1]) });
        if (story.closes) {
          centre.signedIn = false;
          void socket.close({ code: story.closes });
        }
      });
    },
  );
  return centre;
}
