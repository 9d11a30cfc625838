// The link of an invitation, read as the resident reads it, to show what was understood.

const PAGE = /^https?:\/\/\S+\/join\/[0-9a-f]{64}(\W|$)/i;

/** Whether `pasted` is an invitation, in either form. */
export function isInvitation(pasted: string): boolean {
  const text = pasted.trim();
  return PAGE.test(text) || /^dealbell:\/\/join\/?\?/i.test(text);
}

/** The host of the centre that a link leads to; null where it is none. */
export function centreOf(link: string): string | null {
  try {
    const url = new URL(link.trim());
    const centre = url.protocol === "dealbell:" ? url.searchParams.get("centre") : url.href;
    return centre === null ? null : new URL(centre).host;
  } catch {
    return null;
  }
}
