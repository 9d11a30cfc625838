// Who stands in for the resident in an ordinary browser, for tests and for looking at the pages.
import type { Place } from "./backend";

export interface StandInAsked {
  url: string;
  place: Place;
}

/**
 * The stand-in that `page` asks for. A link could ask for one that shows whatever it likes: so page and stand-in have
 * to be on this machine, and the page must not be the one that a centre serves.
 */
export function standInOf(page: URL): StandInAsked | null {
  const asked = page.searchParams.get("backend");
  const local = (url: URL | null) => url !== null && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  const url = asked === null ? null : URL.parse(asked);
  if (!local(page) || page.pathname.includes("/app/") || url?.protocol !== "ws:" || !local(url)) return null;
  return { url: url.href, place: page.searchParams.get("place") === "web" ? "web" : "desktop" };
}
