// What to say about a failure, and beside which field.
import type { WindowErrorCode } from "../../generated/protocol";

/** The fields by the names that the tests know them under. */
export type Field = "address" | "token" | "integration" | "secret" | "redirect" | "code";
/** The forms: an account by token or OAuth, a centre; the demo has none. */
export type Form = "demo" | "token" | "oauth" | "team";

export interface Wrong {
  /** The text's id. */
  text: string;
  /** The fields it concerns, the first one at fault first; none where it is none of them. */
  fields: Field[];
}

type Words = Partial<Record<WindowErrorCode, Field[]>>;

const ADDRESS: Words = { address_wrong: ["address"], account_unknown: ["address"], not_a_centre: ["address"] };
/** Nothing in the form mends these. */
const ACCOUNT: Words = { ...ADDRESS, no_rights: [], not_paid: [], blocked: [] };

/** Codes that a form words itself. */
const OWN: Record<Form, { prefix: string; words: Words }[]> = {
  demo: [],
  token: [{ prefix: "signin-solo", words: { ...ACCOUNT, token_refused: ["token"], token_expired: ["token"], token_elsewhere: ["token"] } }],
  oauth: [
    { prefix: "signin-oauth", words: { token_refused: ["code"], token_expired: ["code"], token_elsewhere: ["address", "code"] } },
    { prefix: "signin-solo", words: { ...ACCOUNT, code_expired: ["code"], integration_wrong: ["integration", "secret", "redirect"] } },
  ],
  team: [{ prefix: "signin-team", words: { address_wrong: ["address"], not_a_centre: ["address"], token_refused: ["token"], no_rights: ["token"] } }],
};

/** The words for `code` in `form`; what none of its own fit is said as everywhere else. */
export function wordsFor(form: Form, code: WindowErrorCode): Wrong {
  const name = code.replaceAll("_", "-");
  for (const { prefix, words } of OWN[form]) {
    const fields = words[code];
    if (fields) return { text: `${prefix}-${name}`, fields };
  }
  return { text: `error-${name}`, fields: [] };
}
