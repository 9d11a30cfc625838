// A provider by the name its users know it under.
import type { Provider } from "../generated/protocol";
import { t } from "../texts/texts.svelte";

const OWN = ["tasks", "chats", "calls", "requests", "deals", "system"];

/** The CRM's own are named in the user's language; one that has no name is called as it calls itself. */
export function providerName(id: string, known: readonly Provider[]): string {
  const name = known.find((provider) => provider.id === id)?.name;
  if (name) return name;
  return OWN.includes(id) ? t(`provider-${id}`) : id;
}
