// Generated from crates/protocol by `cargo xtask types`.

export type NotificationId = string;

export type ProviderId = string;

export type Cursor = string;

export type Kind = "task_new" | "task_due" | "task_overdue" | "task_completed" | "chat_message" | "call" | "request" | "deal_assigned" | "system" | "message";

export type Priority = "low" | "normal" | "high";

export type Unread = { 
/**
 * How many notifications are unread.
 */
count: number, 
/**
 * The seq this was counted at.
 */
at: number, };

export type Notification = { 
/**
 * Unique over all users.
 */
id: NotificationId, 
/**
 * Who says it.
 */
provider: ProviderId, 
/**
 * What it is about, for icon and wording.
 */
kind: Kind, 
/**
 * How urgent the provider finds it.
 */
priority: Priority, 
/**
 * The thing it is about (`task:123`); equal subjects belong together.
 */
subject: string | null, 
/**
 * Who and what, ≤ 200 characters, plain text without control characters.
 */
title: string, 
/**
 * The rest, ≤ 4,000 characters, plain text; line breaks allowed.
 */
text: string, 
/**
 * Where it belongs, as a label for the link («Кухня „Верона“»).
 */
context: string | null, 
/**
 * The card to open, http(s), ≤ 2,048 characters.
 */
link: string | null, 
/**
 * When it happened, by the provider's clock.
 */
at: number, 
/**
 * When the centre committed it first.
 */
created_at: number, 
/**
 * The log entry that created it; orders the list, newest first.
 */
created_seq: number, 
/**
 * When the user read it; none while unread.
 */
read_at: number | null, 
/**
 * Listed and counted, but never a toast (RULES T2).
 */
silent: boolean, };

export type Channel = "interface" | "desktop" | "email" | "mobile" | "browser";

export type ChannelSet = { 
/**
 * Native toasts.
 */
desktop: boolean, 
/**
 * Letters.
 */
email: boolean, 
/**
 * Push to a phone.
 */
mobile: boolean, 
/**
 * Push to a browser.
 */
browser: boolean, };

export type Provider = { 
/**
 * Its short name.
 */
id: ProviderId, 
/**
 * What it calls itself; empty for the CRM's own, which every client names in its language.
 */
name: string, };

export type ProviderChannels = { 
/**
 * What the user wants of it.
 */
channels: ChannelSet, 
/**
 * Its short name.
 */
id: ProviderId, 
/**
 * What it calls itself; empty for the CRM's own, which every client names in its language.
 */
name: string, };

export type ChannelSettings = { 
/**
 * Grows with every save; sent back in `If-Match`.
 */
revision: number, 
/**
 * The master switch: off silences every channel but Interface (RULES C5).
 */
receive: boolean, 
/**
 * Every available provider, those that have not sent anything yet included (RULES C4).
 */
providers: Array<ProviderChannels>, 
/**
 * The channels this centre is able to deliver on.
 */
deliverable: Array<Channel>, };

export type SaveChannels = { 
/**
 * The master switch (RULES C5).
 */
receive: boolean, 
/**
 * By provider; one that is missing stays as it was.
 */
providers: Record<string, ChannelSet>, };

export type ErrorCode = "token_invalid" | "token_revoked" | "forbidden" | "foreign_origin" | "field_invalid" | "body_invalid" | "recipient_unknown" | "idempotency_conflict" | "revision_conflict" | "not_found" | "rate_limited" | "unavailable" | "crm_refused" | "crm_unreachable" | "protocol";

export type ApiError = { 
/**
 * For programs.
 */
code: ErrorCode, 
/**
 * For people who read logs: what is wrong and what to do.
 */
message: string, 
/**
 * The field at fault.
 */
field?: string, 
/**
 * How long to wait before another try, milliseconds.
 */
retry_ms?: number, };

export type Language = "ru" | "en";

export type LanguageChoice = "system" | "ru" | "en";

export type ThemeChoice = "system" | "light" | "dark";

export type Trouble = "crm_token_refused" | "crm_unreachable" | "crm_blocked" | "no_keyring" | "token_in_file" | "no_toasts" | "no_tray" | "settings_damaged" | "store_failed";

export type SignedOutReason = "no_account" | "no_token" | "token_invalid" | "device_revoked" | "account_off" | "too_many_devices" | "upgrade_required" | "protocol";

export type Connection = { "state": "connecting" } | { "state": "online" } | { "state": "offline", 
/**
 * When the next try is made; none while it is being made.
 */
retry_at: number | null, } | { "state": "signed_out", 
/**
 * Why.
 */
reason: SignedOutReason, };

export type Way = "demo" | "solo" | "team";

export type AccessBy = "token" | "oauth";

export type WindowState = { 
/**
 * Which way it runs; none before sign-in.
 */
way: Way | null, 
/**
 * The account or centre, for people (`demo.amocrm.ru`).
 */
account: string, 
/**
 * By what its CRM lets us in; none where it is no CRM account of the user's own.
 */
access: AccessBy | null, 
/**
 * The link to the centre.
 */
connection: Connection, 
/**
 * The one unread value (RULES T10).
 */
unread: number, 
/**
 * `ru` or `en`.
 */
language: Language, 
/**
 * What the user chose.
 */
language_choice: LanguageChoice, 
/**
 * What the user chose.
 */
theme: ThemeChoice, 
/**
 * What needs the user's attention, most urgent first.
 */
troubles: Array<Trouble>, 
/**
 * While an account is read for the first time: how many tasks so far.
 */
reading: number | null, 
/**
 * Dealbell's version.
 */
version: string, };

export type ListPage = { 
/**
 * How many rows the whole view has.
 */
total: number, 
/**
 * The first row here.
 */
offset: number, 
/**
 * The rows, newest first, with local marks applied.
 */
items: Array<Notification>, 
/**
 * What the list is true at; none before the first contact with the centre.
 */
cursor: Cursor | null, 
/**
 * The version of [`WindowEvent::ListChanged`] it is true at.
 */
version: number, };

export type Page = { "page": "list", 
/**
 * The item to bring into view.
 */
at: NotificationId | null, } | { "page": "channels" } | { "page": "sign_in" };

export type ListView = "all" | "unread";

export type CrmAccess = { "by": "token", 
/**
 * The token; secret.
 */
token: string, } | { "by": "oauth", 
/**
 * The integration's id.
 */
integration: string, 
/**
 * Its secret key; secret.
 */
secret: string, 
/**
 * The redirect address as the integration has it.
 */
redirect_uri: string, 
/**
 * The code, good once and for 20 minutes; or the whole address the browser was sent back
 * to, which has it.
 */
code: string, };

export type SignIn = { "way": "demo" } | { "way": "solo", 
/**
 * Address of the account (`name`, `name.amocrm.ru`, a pasted link).
 */
address: string, 
/**
 * What lets us in.
 */
access: CrmAccess, } | { "way": "team", 
/**
 * Address of the centre.
 */
centre: string, 
/**
 * The device token; secret.
 */
token: string, };

export type CrmRights = "administrator" | "manager";

export type Found = { 
/**
 * The account's or centre's name; may be empty.
 */
account: string, 
/**
 * Where it is: `name.amocrm.ru`.
 */
host: string, 
/**
 * Who we are there; empty where the token may not see it.
 */
user: string, 
/**
 * His email address, likewise.
 */
email: string, 
/**
 * IANA name of the account's time zone; empty for a centre.
 */
time_zone: string, 
/**
 * What the CRM lets us see; none for demo and centre.
 */
rights: CrmRights | null, 
/**
 * When the token ends by itself; none where it is renewed or does not say.
 */
expires_at: number | null, };

export type WindowErrorCode = "offline" | "token_refused" | "address_wrong" | "not_a_centre" | "account_unknown" | "token_expired" | "token_elsewhere" | "code_expired" | "integration_wrong" | "no_rights" | "not_paid" | "blocked" | "proxy_asks" | "crm_refused" | "conflict" | "gone" | "no_link" | "open_failed" | "storage" | "check_again" | "unknown";

export type WindowRequest = { "type": "hello" } | { "type": "list", 
/**
 * Which notifications.
 */
view: ListView, 
/**
 * The first row wanted, 0 for the newest.
 */
offset: number, 
/**
 * How many rows, at most 200.
 */
limit: number, } | { "type": "open", 
/**
 * Which.
 */
id: NotificationId, } | { "type": "mark", 
/**
 * Which.
 */
ids: Array<NotificationId>, 
/**
 * Read, or unread again.
 */
read: boolean, } | { "type": "mark_all_read", 
/**
 * The list's own [`ListPage::cursor`].
 */
upto: Cursor, } | { "type": "channels" } | { "type": "save_channels", 
/**
 * The revision the changes were made on.
 */
revision: number, 
/**
 * What is wanted now.
 */
settings: SaveChannels, } | { "type": "reconnect" } | { "type": "appearance", 
/**
 * Language, or the system's.
 */
language: LanguageChoice, 
/**
 * Theme, or the system's.
 */
theme: ThemeChoice, } | { "type": "check", 
/**
 * How.
 */
way: SignIn, } | { "type": "enter" } | { "type": "complete", 
/**
 * Which notification.
 */
id: NotificationId, 
/**
 * What came of it; may be empty.
 */
result: string, } | { "type": "sign_out" } | { "type": "keep_token", 
/**
 * Keep it, or ask again at every start.
 */
in_file: boolean, } | { "type": "close" } | { "type": "quit" } | { "type": "shown" };

export type WindowCall = { 
/**
 * Chosen by the window; comes back in [`WindowEvent::Answer`].
 */
id: number, 
/**
 * What it wants.
 */
request: WindowRequest, };

export type WindowAnswer = { "type": "done" } | { "type": "state", 
/**
 * The whole of it.
 */
state: WindowState, } | { "type": "list", 
/**
 * The rows.
 */
page: ListPage, } | { "type": "channels", 
/**
 * As the centre has them.
 */
channels: ChannelSettings, } | { "type": "checked", 
/**
 * What was found.
 */
found: Found, } | { "type": "failed", 
/**
 * Why.
 */
code: WindowErrorCode, };

export type WindowEvent = { "type": "answer", 
/**
 * The call's.
 */
id: number, 
/**
 * The answer.
 */
answer: WindowAnswer, } | { "type": "state", 
/**
 * The whole of it.
 */
state: WindowState, } | { "type": "list_changed", 
/**
 * Grows with every change.
 */
version: number, } | { "type": "channels_changed", 
/**
 * As the centre has them.
 */
channels: ChannelSettings, } | { "type": "show", 
/**
 * Which.
 */
page: Page, } | { "type": "leave" };
