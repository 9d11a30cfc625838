// A computer on which nobody has signed in yet.

/** The story of the first start. */
export const NO_ACCOUNT = () => ({ rows: [], state: { way: null, account: "", unread: 0, connection: { state: /** @type {const} */ ("signed_out"), reason: /** @type {const} */ ("no_account") } } });
