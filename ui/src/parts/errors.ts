// What did not work, in words, with the CRM by its name.
import type { WindowErrorCode } from "../generated/protocol";
import { t } from "../texts/texts.svelte";
import { crmOf } from "./crm";

/** The words for `code` where no page has its own; `account` tells amoCRM from Kommo. */
export function errorText(code: WindowErrorCode, account: string): string {
  return t(`error-${code.replaceAll("_", "-")}`, { crm: crmOf(account) });
}
