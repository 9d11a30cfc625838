// What was searched for, found again in the text that is shown.

/** A stretch of a text; `hit` where it is what was searched for. */
export interface Part {
  text: string;
  hit: boolean;
}

const WORD = /[\p{L}\p{N}]+/gu;
/** A match this far into a text may lie below the lines that a row shows. */
const FAR = 70;
/** What is shown before such a match. */
const BEFORE = 24;

/** The words of `search` as they are compared: either case, ё as е. */
export function wordsOf(search: string): string[] {
  return [...new Set(search.match(WORD)?.map(plain) ?? [])];
}

/** `text` cut where words begin like one of `words`. */
export function parts(text: string, words: readonly string[]): Part[] {
  if (words.length === 0) return [{ text, hit: false }];
  const cut: Part[] = [];
  let end = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const length = Math.max(0, ...words.filter((wanted) => plain(word).startsWith(wanted)).map((wanted) => wanted.length));
    if (length === 0) continue;
    if (index > end) cut.push({ text: text.slice(end, index), hit: false });
    cut.push({ text: text.slice(index, index + length), hit: true });
    end = index + length;
  }
  if (end < text.length || cut.length === 0) cut.push({ text: text.slice(end), hit: false });
  return cut;
}

/** The same, begun near the first match where that would not be seen otherwise. */
export function excerpt(text: string, words: readonly string[]): Part[] {
  const cut = parts(text, words);
  const [first, ...rest] = cut;
  if (!first || first.hit || rest.length === 0 || first.text.length < FAR) return cut;
  const from = first.text.indexOf(" ", first.text.length - BEFORE);
  const begun = `…${first.text.slice(from < 0 ? -BEFORE : from + 1)}`;
  // It is a piece of a text: empty lines in it would be lines that are missing.
  return [{ text: begun, hit: false }, ...rest].map(({ text, hit }) => ({ text: text.replace(/\s*\n\s*/g, " "), hit }));
}

/** Letter by letter, so that positions stay what they were. */
function plain(word: string): string {
  let said = "";
  for (let i = 0; i < word.length; i++) {
    const letter = word.charAt(i);
    const low = letter.toLowerCase();
    said += low === "ё" ? "е" : low.length === 1 ? low : letter;
  }
  return said;
}
