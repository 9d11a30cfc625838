// The CRM by the name its users know it under.

/** `Kommo` for its domain, else `amoCRM`. */
export function crmOf(account: string): string {
  return /(^|[./])kommo\.com\b/i.test(account) ? "Kommo" : "amoCRM";
}
