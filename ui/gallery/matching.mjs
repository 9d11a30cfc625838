// Which rows a query asks for, as the resident's store has it.

/** @param {string} text */
const plain = (text) => text.toLowerCase().replaceAll("ё", "е");
/** @param {string} text */
const words = (text) => plain(text).match(/[\p{L}\p{N}]+/gu) ?? [];

/**
 * @param {import("../src/generated/protocol").Notification} row
 * @param {import("../src/generated/protocol").ListQuery} query
 */
export function matches(row, query) {
  if (query.unread && row.read_at !== null) return false;
  if (query.provider !== null && row.provider !== query.provider) return false;
  if (query.link !== null && row.link !== query.link) return false;
  const wanted = words(query.search);
  if (wanted.length === 0) return true;
  const has = words(`${row.title} ${row.text} ${row.context ?? ""} ${row.author ?? ""}`);
  return wanted.every((word) => has.some((one) => one.startsWith(word)));
}
