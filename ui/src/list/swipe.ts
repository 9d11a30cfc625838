// A row that is drawn aside by a finger: far enough, and it is done to it what its edge says.

/** How far a finger has to go for it to count, pixels. */
export const FAR = 72;
/** Before that it may as well be about to scroll. */
const DECIDED = 10;

export type Drag = { is: "undecided" } | { is: "scroll" } | { is: "aside"; by: number };

/** What a finger that came from `dx`, `dy` away means so far; only to the left, the other way is the browser's. */
export function dragOf(before: Drag, dx: number, dy: number): Drag {
  if (before.is === "scroll") return before;
  if (before.is === "aside") return { is: "aside", by: Math.min(0, dx) };
  if (Math.abs(dy) >= DECIDED && Math.abs(dy) >= Math.abs(dx)) return { is: "scroll" };
  if (dx <= -DECIDED && -dx > 1.5 * Math.abs(dy)) return { is: "aside", by: dx };
  return dx >= DECIDED ? { is: "scroll" } : before;
}

/** Lets a finger draw `row` aside; `act` is done where it goes far enough. */
export function swipes(row: HTMLElement, act: () => void) {
  let from: { x: number; y: number; id: number } | null = null;
  let drag: Drag = { is: "undecided" };

  const down = (event: PointerEvent) => {
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    from = { x: event.clientX, y: event.clientY, id: event.pointerId };
    drag = { is: "undecided" };
  };
  const move = (event: PointerEvent) => {
    if (event.pointerId !== from?.id) return;
    const before = drag;
    drag = dragOf(drag, event.clientX - from.x, event.clientY - from.y);
    if (drag.is !== "aside") return;
    if (before.is !== "aside") row.setPointerCapture(event.pointerId);
    row.style.transform = `translateX(${drag.by}px)`;
    row.classList.toggle("far", drag.by <= -FAR);
  };
  const end = (event: PointerEvent) => {
    if (event.pointerId !== from?.id) return;
    from = null;
    row.style.transform = "";
    row.classList.remove("far");
    if (event.type === "pointerup" && drag.is === "aside" && drag.by <= -FAR) act();
  };
  // The finger that drew it aside did not press it.
  const click = (event: MouseEvent) => {
    if (drag.is !== "aside") return;
    drag = { is: "undecided" };
    event.preventDefault();
    event.stopPropagation();
  };

  row.addEventListener("pointerdown", down);
  row.addEventListener("pointermove", move);
  row.addEventListener("pointerup", end);
  row.addEventListener("pointercancel", end);
  row.addEventListener("click", click, true);
  return {
    update: (next: () => void) => (act = next),
    destroy() {
      row.removeEventListener("pointerdown", down);
      row.removeEventListener("pointermove", move);
      row.removeEventListener("pointerup", end);
      row.removeEventListener("pointercancel", end);
      row.removeEventListener("click", click, true);
    },
  };
}
