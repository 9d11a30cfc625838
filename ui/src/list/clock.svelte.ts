// The time of day, as often as somebody looks at it.

/** A time that steps every `every()` milliseconds while the window can be seen; call it in a component. */
export function clock(every: () => number): { readonly now: number } {
  const time = $state({ now: Date.now() });
  $effect(() => {
    const interval = every();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const step = () => {
      clearTimeout(timer);
      time.now = Date.now();
      // On the beat, so that minutes change when the clock on the wall does.
      if (!document.hidden) timer = setTimeout(step, interval - (Date.now() % interval));
    };
    step();
    document.addEventListener("visibilitychange", step);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", step);
    };
  });
  return time;
}
