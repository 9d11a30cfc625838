// Leaving the page, as a browser lets a page ask about it.

/** While held, the browser asks before it closes the page. Returns what lets go. */
export function holdUnload(ask: () => void): () => void {
  const hold = (event: BeforeUnloadEvent) => {
    event.preventDefault();
    ask();
  };
  window.addEventListener("beforeunload", hold);
  return () => window.removeEventListener("beforeunload", hold);
}
