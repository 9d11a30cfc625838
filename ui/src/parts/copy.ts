// A text into the clipboard.

/**
 * True when it is there. The clipboard's own interface asks for a permission that a web engine in an app cannot give, so a field that
 * nobody sees is copied from; the keyboard stays where it was.
 */
export function copyText(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  field.setAttribute("aria-hidden", "true");
  field.tabIndex = -1;
  // Within a dialog's or menu's own part of the page, where there is one: elsewhere it would not get the selection.
  (before?.closest("dialog") ?? document.body).append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}
