// The keyboard is never lost: whatever had it and goes hands it to what stands nearest.

/** What Tab comes to. */
const REACHED = 'button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, a[href], [tabindex="0"]';

function isUsable(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(":disabled") && element.checkVisibility();
}

/** What had the keyboard, and what stood around it then. */
interface Place {
  element: HTMLElement;
  /** Everything Tab came to, in its order. */
  order: HTMLElement[];
  /** Its ancestors, nearest first. */
  within: Node[];
}

function placeOf(element: HTMLElement, root: HTMLElement): Place {
  const within: Node[] = [];
  for (let node = element.parentNode; node && node !== root; node = node.parentNode) within.push(node);
  return { element, order: [...root.querySelectorAll<HTMLElement>(REACHED)], within };
}

/** The one beside `place` that is still there: of two, the one that shares more with it, else the one after it. */
function nearest({ element, order, within }: Place): HTMLElement | undefined {
  const at = order.indexOf(element);
  const after = order.slice(at + 1).find(isUsable);
  const before = order.slice(0, Math.max(0, at)).findLast(isUsable);
  const distance = (other: HTMLElement) => {
    const shared = within.findIndex((node) => node.contains(other));
    return shared < 0 ? within.length : shared;
  };
  if (!after || !before) return after ?? before;
  return distance(before) < distance(after) ? before : after;
}

/** Whether the last thing that was done was done with a key: a pointer leaves nothing behind that it would come back to. */
let keys = false;

/** Gives the keyboard to `element` where nothing has it and the user works with keys. */
export function take(element: HTMLElement | null | undefined): void {
  const holder = document.activeElement;
  // A browser takes it from what was disabled only after the frame in which it is looked at.
  const nobody = holder === document.body || (holder instanceof HTMLElement && !isUsable(holder));
  if (keys && nobody) element?.focus();
}

/** Keeps the keyboard within `root`; returns what ends it. */
export function keepFocus(root: HTMLElement): () => void {
  let place: Place | null = null;
  let frame = 0;

  const came = ({ target }: FocusEvent) => {
    if (target instanceof HTMLElement && target !== document.body) place = placeOf(target, root);
  };
  // Left by Tab or for another window: nobody shall be brought back.
  const left = () => {
    const was = place;
    // By then it is known whether it went with what it stood on.
    queueMicrotask(() => {
      if (was && place === was && isUsable(was.element) && document.activeElement !== was.element) place = null;
    });
  };
  const pressed = () => void (keys = true);
  const pointed = () => void (keys = false);
  // After everything that gives it to somebody itself.
  const changed = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      if (place) take(isUsable(place.element) ? place.element : nearest(place));
    });
  };

  const observer = new MutationObserver(changed);
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled", "open", "hidden"] });
  document.addEventListener("focusin", came);
  document.addEventListener("focusout", left);
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("pointerdown", pointed, true);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    document.removeEventListener("focusin", came);
    document.removeEventListener("focusout", left);
    document.removeEventListener("keydown", pressed, true);
    document.removeEventListener("pointerdown", pointed, true);
  };
}
