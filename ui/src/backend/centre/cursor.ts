// A place in the log, `<epoch>.<seq>`.
import type { Cursor } from "../../generated/protocol";

export interface Place {
  epoch: string;
  seq: number;
}

/** The place that `cursor` names; null where it names none. */
export function placeOf(cursor: Cursor): Place | null {
  const dot = cursor.lastIndexOf(".");
  const seq = Number(cursor.slice(dot + 1));
  return dot > 0 && Number.isSafeInteger(seq) && seq >= 0 ? { epoch: cursor.slice(0, dot), seq } : null;
}

export function cursorOf({ epoch, seq }: Place): Cursor {
  return `${epoch}.${seq}`;
}
