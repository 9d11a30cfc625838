// Which of the kept rows a query asks for, as the centre would answer it (ListQuery).
import type { ListQuery, Notification } from "../../generated/protocol";

export function matching(row: Notification, { unread, provider, link, search }: ListQuery): boolean {
  if (unread && row.read_at !== null) return false;
  if (provider !== null && row.provider !== provider) return false;
  if (link !== null && row.link !== link) return false;
  const wanted = words(search);
  if (wanted.length === 0) return true;
  const has = words(`${row.title} ${row.text} ${row.context ?? ""} ${row.author ?? ""}`);
  return wanted.every((word) => has.some((one) => one.startsWith(word)));
}

function words(text: string): string[] {
  return text.toLowerCase().replaceAll("ё", "е").match(/[\p{L}\p{N}]+/gu) ?? [];
}
