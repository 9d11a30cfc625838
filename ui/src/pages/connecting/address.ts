// What a user types for his account, read as the resident reads it, to show him what was understood.

const DOMAINS = ["amocrm.ru", "amocrm.com", "kommo.com"];
/** Names of the vendor's own sites, which are no accounts. */
const NOT_ACCOUNTS = ["www", "api", "id", "sso", "support", "core"];
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The host that `typed` means (`name`, `name.amocrm.ru`, a pasted link); null while it means none. */
export function hostOf(typed: string): string | null {
  const text = typed.trim();
  if (LABEL.test(text.toLowerCase()) && text !== "localhost") return `${text.toLowerCase()}.${DOMAINS[0]}`;
  const url = urlOf(text);
  if (!url || url.username || url.password || !/^https?:$/.test(url.protocol)) return null;
  if (LOOPBACK.test(url.hostname)) return url.host;
  return url.protocol === "https:" && url.port === "" && isAccount(url.hostname) ? url.hostname : null;
}

/** Whether `pasted` is an address with an authorization code in it. */
export function hasCode(pasted: string): boolean {
  const text = pasted.trim();
  return text.includes("://") && Boolean(urlOf(text)?.searchParams.get("code"));
}

function urlOf(text: string): URL | null {
  // A sandbox on this machine has no certificate.
  const scheme = /^(127\.|localhost|\[::1\])/.test(text) ? "http" : "https";
  try {
    return new URL(text.includes("://") ? text : `${scheme}://${text}`);
  } catch {
    return null;
  }
}

function isAccount(domain: string): boolean {
  return DOMAINS.some((known) => {
    const name = domain.endsWith(`.${known}`) ? domain.slice(0, -known.length - 1) : "";
    return LABEL.test(name) && !NOT_ACCOUNTS.includes(name);
  });
}
