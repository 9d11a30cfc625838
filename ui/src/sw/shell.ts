// Which requests the kept shell answers: the page and its files, and nothing else.

/** How a request is answered. */
export type Way =
  /** Left to the browser. */
  | "through"
  /** From what is kept, whose name says what it holds; else from the network. */
  | "kept"
  /** The page, from what is kept. */
  | "page";

/** How a request for `url` is answered by the worker of `scope`, which keeps `files`. */
export function wayOf(url: URL, method: string, navigates: boolean, scope: URL, files: readonly string[]): Way {
  if (method !== "GET" || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return "through";
  const file = url.pathname.slice(scope.pathname.length);
  if (navigates) return file === "" || file === "index.html" ? "page" : "through";
  return files.includes(file) ? "kept" : "through";
}

/** The caches of `names` that are of this inbox and of no use any more. */
export function outdated(names: readonly string[], scope: URL, current: string): string[] {
  return names.filter((name) => name.startsWith(cacheName(scope, "")) && name !== current);
}

/** Where the shell of `version` is kept: one origin may have several inboxes. */
export function cacheName(scope: URL, version: string): string {
  return `dealbell ${scope.pathname} ${version}`;
}
