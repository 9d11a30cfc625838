// What can be done to an item of the list.
import type { Notification } from "../generated/protocol";

export interface RowActs {
  /** Opens its whole text where it stands, or closes it. */
  toggle(item: Notification): void;
  /** Opens its card in the CRM. */
  card(item: Notification): void;
  mark(item: Notification, read: boolean): void;
  /** Asks what came of the task behind it. */
  complete(item: Notification): void;
  /** Asks for how long to put it off, beside `anchor`; missing where nothing rings that could come back. */
  snooze?(item: Notification, anchor: HTMLElement): void;
  awake(item: Notification): void;
  /** Shows all that leads to the same card. */
  deal(item: Notification): void;
}
