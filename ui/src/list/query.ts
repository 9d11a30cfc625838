// Which of the notifications the list shows.
import type { ListQuery } from "../generated/protocol";

/** All of them. */
export const EVERYTHING: ListQuery = { unread: false, provider: null, link: null, search: "" };

/** Whether `query` leaves nothing out. */
export function isEverything(query: ListQuery): boolean {
  return !query.unread && !isNarrowed(query);
}

/** Whether `query` is narrower than a tab. */
export function isNarrowed({ provider, link, search }: ListQuery): boolean {
  return provider !== null || link !== null || search.trim() !== "";
}
