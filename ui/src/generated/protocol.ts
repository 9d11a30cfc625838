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
 * Who it comes from, a person's name: names the senders of a summary, and is all a toast says
 * where its content is hidden.
 */
author: string | null, 
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
name: string, 
/**
 * Names its picture, `GET /v1/providers/{id}/icon`, and changes with it; none where it has none.
 */
icon?: string, };

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
name: string, 
/**
 * Names its picture, `GET /v1/providers/{id}/icon`, and changes with it; none where it has none.
 */
icon?: string, };

export type QuietSpan = { 
/**
 * On which days it begins: 1 Monday … 7 Sunday, none twice.
 */
days: Array<number>, 
/**
 * Its first minute of the day, 0…1439.
 */
from: number, 
/**
 * The minute it ends before, 0…1440. At or before `from` it is the next day's; the same minute
 * is a whole day.
 */
to: number, };

export type QuietHours = { 
/**
 * Whether they are kept at all; off keeps the spans for later.
 */
on: boolean, 
/**
 * IANA name of the time zone that the spans are meant in; empty is UTC.
 */
zone: string, 
/**
 * The spans; they may overlap.
 */
spans: Array<QuietSpan>, };

export type PushSettings = { 
/**
 * Only one of his devices needs to ring: what a connected desktop acknowledges within
 * [`HOLD_BACK_MS`] is not pushed. Off at first, since a desktop also acknowledges while its
 * user is away.
 */
hold_back: boolean, };

export type EmailMode = "at_once" | "daily";

export type EmailSettings = { 
/**
 * One by one or all at once.
 */
mode: EmailMode, 
/**
 * The minute of the day of the digest, 0…1439, wall time in `zone`.
 */
at: number, 
/**
 * IANA name of the user's time zone; empty is the centre's.
 */
zone: string, };

export type KindChannels = { 
/**
 * Whose.
 */
provider: ProviderId, 
/**
 * Which.
 */
kind: Kind, 
/**
 * Where it may go.
 */
channels: ChannelSet, };

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
deliverable: Array<Channel>, 
/**
 * When Desktop, Mobile and Browser are silent (RULES C11).
 */
quiet: QuietHours, 
/**
 * When letters are sent (RULES C7).
 */
email: EmailSettings, 
/**
 * Whether browsers and phones ring beside a desktop.
 */
push: PushSettings, 
/**
 * Which kinds do not go on every channel (RULES T9), as the administrator has it.
 */
kinds: Array<KindChannels>, };

export type SaveChannels = { 
/**
 * The master switch (RULES C5).
 */
receive: boolean, 
/**
 * By provider; one that is missing stays as it was.
 */
providers: Record<string, ChannelSet>, 
/**
 * Quiet hours (RULES C11); missing, they stay as they were.
 */
quiet?: QuietHours | null, 
/**
 * When letters are sent (RULES C7); missing, it stays as it was.
 */
email?: EmailSettings | null, 
/**
 * What browsers and phones do beside a desktop; missing, it stays as it was.
 */
push?: PushSettings, };

export type DeviceId = string;

export type DeviceRow = { 
/**
 * Names it.
 */
id: DeviceId, 
/**
 * What it calls itself; may be empty.
 */
name: string, 
/**
 * The system it runs: `linux`, `windows`, `macos`, `web`; empty before it came the first time.
 */
platform: string, 
/**
 * Since when it is signed in.
 */
created_at: number, 
/**
 * When it was last connected; none when never.
 */
last_used_at: number | null, 
/**
 * It is connected now.
 */
connected: boolean, 
/**
 * It is the one that asks.
 */
this: boolean, };

export type CalendarLink = { 
/**
 * The address, a secret: whoever has it reads the tasks. None where this centre has no public
 * address, so no calendar could reach it.
 */
url: string | null, };

export type SliceQuery = { 
/**
 * Only unread ones.
 */
unread: boolean, 
/**
 * Only of this provider.
 */
provider: ProviderId | null, 
/**
 * Only those that lead to this card.
 */
link: string | null, 
/**
 * Only those that have all these words, or words that begin so.
 */
search: string, 
/**
 * The first row wanted, 0 for the newest.
 */
offset: number, 
/**
 * How many rows, at most [`MAX_PAGE`]; as many where it is missing.
 */
limit: number | null, };

export type Slice = { 
/**
 * How many rows the whole view has.
 */
total: number, 
/**
 * The first row here.
 */
offset: number, 
/**
 * The rows, newest first.
 */
items: Array<Notification>, 
/**
 * What it is true at: up to where a mark-all may go.
 */
cursor: Cursor, 
/**
 * The unread value at `cursor`.
 */
unread: Unread, };

export type FeedPage = { 
/**
 * The notifications.
 */
items: Array<Notification>, 
/**
 * For the next page's `before`; none on the last.
 */
next: number | null, 
/**
 * The place the feed is read at: the same on all pages that carry it as `as_of`.
 */
as_of: Cursor, 
/**
 * The unread value now.
 */
unread: Unread, };

export type Me = { 
/**
 * Email address.
 */
email: string, 
/**
 * Name; may be empty.
 */
name: string, 
/**
 * What the centre is able to deliver.
 */
deliverable: Array<Channel>, 
/**
 * The centre's clock.
 */
now: number, };

export type PushSubscriptionId = string;

export type PushChannel = "browser" | "mobile";

export type PushKeys = { 
/**
 * Its public key, P-256, uncompressed, base64url.
 */
p256dh: string, 
/**
 * Its authentication secret, 16 bytes, base64url.
 */
auth: string, };

export type NewPushSubscription = { 
/**
 * Where the push service takes pushes for it, https; a secret.
 */
endpoint: string, 
/**
 * What it decrypts by.
 */
keys: PushKeys, 
/**
 * Which channel it belongs to.
 */
channel: PushChannel, 
/**
 * What the user knows it by; may be empty.
 */
name: string, };

export type ChangePushSubscription = { 
/**
 * Its own switch.
 */
on?: boolean, 
/**
 * What the user knows it by.
 */
name?: string, };

export type PushTrouble = "unreachable" | "busy" | "refused";

export type PushSubscriptionRow = { 
/**
 * Names it.
 */
id: PushSubscriptionId, 
/**
 * Which channel it belongs to.
 */
channel: PushChannel, 
/**
 * What the user knows it by; may be empty.
 */
name: string, 
/**
 * The host of its push service.
 */
service: string, 
/**
 * Its own switch.
 */
on: boolean, 
/**
 * Since when it is registered.
 */
created_at: number, 
/**
 * When its push service last took a push; none when never.
 */
last_sent_at: number | null, 
/**
 * Why the last push was not taken; none where it was.
 */
trouble: PushTrouble | null, 
/**
 * It is the browser that asks.
 */
this: boolean, };

export type PushDevices = { 
/**
 * The centre's public key (RFC 8292), base64url: what a browser subscribes with. None where
 * this centre does not push.
 */
key: string | null, 
/**
 * The oldest first.
 */
subscriptions: Array<PushSubscriptionRow>, };

export type PushMessage = { "type": "show", 
/**
 * Which notification.
 */
id: NotificationId, 
/**
 * What is about one thing replaces itself: the subject, else the id.
 */
tag: string, 
/**
 * Who and what.
 */
title: string, 
/**
 * The rest.
 */
text: string, 
/**
 * The card to open, http(s).
 */
link: string | null, 
/**
 * What it is about.
 */
kind: Kind, 
/**
 * When it happened.
 */
at: number, 
/**
 * The user's unread value.
 */
unread: number, } | { "type": "clear", 
/**
 * The tags.
 */
tags: Array<string>, 
/**
 * The user's unread value.
 */
unread: number, } | { "type": "test", 
/**
 * In his language.
 */
title: string, 
/**
 * In his language.
 */
text: string, };

export type PopupIcon = "info" | "error" | "call";

export type ConnectionId = string;

export type ResumeMode = "resumed" | "snapshot" | "reset";

export type Change = { "kind": "created", "data": Notification } | { "kind": "updated", "data": Notification } | { "kind": "read", "data": { 
/**
 * Which.
 */
ids: Array<NotificationId>, } } | { "kind": "unread", "data": { 
/**
 * Which.
 */
ids: Array<NotificationId>, } } | { "kind": "removed", "data": { 
/**
 * Which.
 */
ids: Array<NotificationId>, } } | { "kind": "read_all", "data": { 
/**
 * The newest entry it covers.
 */
upto: number, } } | { "kind": "channels", "data": ChannelSettings } | { "kind": "providers", "data": ChannelSettings };

export type Event = { 
/**
 * Its number, growing within the epoch.
 */
seq: number, 
/**
 * The number of the entry before; another than the last applied means a gap (STREAM 2).
 */
prev: number, 
/**
 * When it was committed.
 */
at: number, 
/**
 * The unread value after it.
 */
unread: Unread, } & ({ "kind": "created", "data": Notification } | { "kind": "updated", "data": Notification } | { "kind": "read", "data": { 
/**
 * Which.
 */
ids: Array<NotificationId>, } } | { "kind": "unread", "data": { 
/**
 * Which.
 */
ids: Array<NotificationId>, } } | { "kind": "removed", "data": { 
/**
 * Which.
 */
ids: Array<NotificationId>, } } | { "kind": "read_all", "data": { 
/**
 * The newest entry it covers.
 */
upto: number, } } | { "kind": "channels", "data": ChannelSettings } | { "kind": "providers", "data": ChannelSettings });

export type Popup = { 
/**
 * Who says it.
 */
provider: ProviderId, 
/**
 * Header, ≤ 200 characters.
 */
title: string, 
/**
 * Text, ≤ 4,000 characters.
 */
text: string, 
/**
 * Where a click leads, http(s).
 */
link: string | null, 
/**
 * Which sign it carries.
 */
icon?: PopupIcon, 
/**
 * When it happened.
 */
at: number, 
/**
 * The user asked for it, to see one: shown whatever he has switched off.
 */
test: boolean, };

export type ServerFrame = { "op": "hello", 
/**
 * Names this connection in logs.
 */
connection: ConnectionId, 
/**
 * A ping comes at least this often, milliseconds.
 */
ping_ms: number, 
/**
 * Silence of `ping_ms + grace_ms` means a dead link.
 */
grace_ms: number, 
/**
 * Largest frame, bytes.
 */
max_frame: number, } | { "op": "ready", 
/**
 * Of the request.
 */
id: number, 
/**
 * How the client gets to the present.
 */
mode: ResumeMode, 
/**
 * The newest entry.
 */
cursor: Cursor, 
/**
 * The unread value there.
 */
unread: Unread, } | { "op": "event" } & Event | { "op": "live", 
/**
 * The newest entry sent.
 */
seq: number, } | { "op": "ping", 
/**
 * The newest entry of the log.
 */
seq: number, } | { "op": "popup", 
/**
 * What to show.
 */
data: Popup, } | { "op": "ok", 
/**
 * Of the request.
 */
id: number, 
/**
 * The newest entry.
 */
cursor: Cursor, 
/**
 * The unread value there.
 */
unread: Unread, } | { "op": "error", 
/**
 * Of the request; none where it could not be read.
 */
id: number | null, 
/**
 * Why.
 */
code: ErrorCode, 
/**
 * Whether the same may succeed later.
 */
temporary: boolean, 
/**
 * How long to wait before another try, milliseconds.
 */
retry_ms?: number, } | { "op": "reconnect", 
/**
 * From, to; milliseconds from now.
 */
after_ms: [number, number], };

export type ClientInfo = { 
/**
 * Its version.
 */
version: string, 
/**
 * `linux`, `windows`, `macos`, `web`.
 */
platform: string, 
/**
 * What the device calls itself, such as its host name; may be empty.
 */
device?: string, };

export type ClientFrame = { "op": "start", 
/**
 * Comes back in `ready`.
 */
id: number, 
/**
 * The last entry committed locally; none for a client that has nothing.
 */
cursor: Cursor | null, 
/**
 * Who asks.
 */
client: ClientInfo, } | { "op": "pong" } | { "op": "ack", 
/**
 * The newest entry committed.
 */
seq: number, } | { "op": "read", 
/**
 * Comes back in `ok` or `error`.
 */
id: number, 
/**
 * At most [`MAX_MARK_IDS`].
 */
ids: Array<NotificationId>, } | { "op": "unread", 
/**
 * Comes back in `ok` or `error`.
 */
id: number, 
/**
 * At most [`MAX_MARK_IDS`].
 */
ids: Array<NotificationId>, } | { "op": "read_all", 
/**
 * Comes back in `ok` or `error`.
 */
id: number, 
/**
 * The newest entry he saw, with its epoch.
 */
upto: Cursor, } | { "op": "token", 
/**
 * The token.
 */
token: string, };

export type SignInLink = { 
/**
 * `https://bell.example/app/#sign-in=CODE`; a secret. The code stands behind the `#`, so that
 * no log and no preview of links sees or uses it.
 */
url: string, 
/**
 * When it ends.
 */
expires_at: number, };

export type WebProof = "link" | "invitation";

export type WebSignIn = { 
/**
 * What `code` is of.
 */
by: WebProof, 
/**
 * What lets the browser in, once.
 */
code: string, 
/**
 * What the browser calls itself (`Chrome, Windows`); may be empty.
 */
name: string, };

export type OpenTask = { 
/**
 * What [`ActOn`] takes: `task:123@amocrm:31415926`, the part behind the `@` naming the account
 * that numbers it.
 */
subject: string, 
/**
 * What is to be done.
 */
title: string, 
/**
 * Where it belongs, as a label for the link.
 */
context: string | null, 
/**
 * The card to open, http(s).
 */
link: string | null, 
/**
 * The deadline.
 */
due_at: number, 
/**
 * Due on a day, not at an hour (RULES T5).
 */
all_day: boolean, 
/**
 * Who set it, where it was somebody else.
 */
author: string | null, };

export type Tasks = { 
/**
 * Soonest deadline first; at most 500.
 */
tasks: Array<OpenTask>, };

export type ErrorCode = "token_invalid" | "token_revoked" | "forbidden" | "foreign_origin" | "field_invalid" | "body_invalid" | "recipient_unknown" | "idempotency_conflict" | "revision_conflict" | "not_found" | "rate_limited" | "unavailable" | "crm_refused" | "crm_unreachable" | "invitation_used" | "invitation_expired" | "invitation_unknown" | "protocol";

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

export type Trouble = "crm_token_refused" | "crm_unreachable" | "crm_blocked" | "no_keyring" | "token_in_file" | "no_toasts" | "no_tray" | "settings_damaged" | "store_failed" | "newer_data" | "not_permitted" | "crashed" | "managed_wrong";

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

export type ContentLevel = "all" | "sender" | "nothing";

export type Sound = "default" | "message" | "bell" | "complete" | "silent";

export type ProxyChoice = { "by": "system" } | { "by": "direct" } | { "by": "through", 
/**
 * `http://host:port` or `socks5://host:port`; no password: a proxy's password is asked
 * for nowhere else, so a user who must give one puts it into the address.
 */
url: string, };

export type LogLevel = "warn" | "info" | "debug";

export type DeviceSettings = { 
/**
 * How much a toast says.
 */
content: ContentLevel, 
/**
 * Say nothing while the screen is shared, where the system tells.
 */
hide_while_sharing: boolean, 
/**
 * Stay silent while the system's own do-not-disturb is on.
 */
respect_system_quiet: boolean, 
/**
 * A toast of a task that is due stays until seen, where the system can.
 */
stay_when_due: boolean, 
/**
 * Sounds at all.
 */
sounds: boolean, 
/**
 * The sound of a provider; one that is missing has [`Sound::Default`].
 */
sound_of: Record<string, Sound>, 
/**
 * Starts with the session, hidden.
 */
start_at_login: boolean, 
/**
 * Shows the window from anywhere: `Ctrl+Alt+D`; none has none.
 */
shortcut: string | null, 
/**
 * How to reach the network.
 */
proxy: ProxyChoice, 
/**
 * A file of certificates to trust besides the system's (PEM).
 */
ca_file: string | null, 
/**
 * How many days read notifications stay on this device; 0 is for ever.
 */
keep_days: number, 
/**
 * How long a closed window lingers hidden, seconds.
 */
linger_secs: number, 
/**
 * How much the log says.
 */
log_level: LogLevel, };

export type Setting = { "setting": "content", "value": ContentLevel } | { "setting": "hide_while_sharing", "value": boolean } | { "setting": "respect_system_quiet", "value": boolean } | { "setting": "stay_when_due", "value": boolean } | { "setting": "sounds", "value": boolean } | { "setting": "sound_of", "value": [ProviderId, Sound] } | { "setting": "start_at_login", "value": boolean } | { "setting": "shortcut", "value": string | null } | { "setting": "proxy", "value": ProxyChoice } | { "setting": "ca_file", "value": string | null } | { "setting": "keep_days", "value": number } | { "setting": "linger_secs", "value": number } | { "setting": "log_level", "value": LogLevel };

export type SettingName = "language" | "centre" | "content" | "start_at_login" | "proxy" | "ca_file" | "log_level" | "updates";

export type QuietChoice = "hour" | "tomorrow" | "until_off" | "off";

export type Quiet = { "by": "user", 
/**
 * Its end; none lasts until switched off.
 */
until: number | null, } | { "by": "hours", 
/**
 * Their end.
 */
until: number, } | { "by": "system" };

export type LinkEvent = { "what": "started" } | { "what": "online" } | { "what": "lost", 
/**
 * The close code of the stream, where there was one.
 */
code: number | null, 
/**
 * After how many milliseconds the next try is made.
 */
retry_ms: number, } | { "what": "refused", 
/**
 * The close code of the stream.
 */
code: number, } | { "what": "woke" } | { "what": "network_changed" };

export type ConnectionRecord = { 
/**
 * When.
 */
at: number, 
/**
 * What happened.
 */
event: LinkEvent, };

export type Suppression = "master_switch" | "channel" | "silent" | "already_read" | "withdrawn" | "quiet_hours" | "user_quiet" | "do_not_disturb" | "snoozed";

export type ToastFailure = "no_daemon" | "refused" | "no_answer" | "unconfirmed";

export type ToastOutcome = { "outcome": "shown" } | { "outcome": "replaced" } | { "outcome": "coalesced" } | { "outcome": "suppressed", 
/**
 * Why.
 */
by: Suppression, } | { "outcome": "failed", 
/**
 * Why.
 */
why: ToastFailure, };

export type ToastRecord = { 
/**
 * When.
 */
at: number, 
/**
 * Of which notification; none for a summary.
 */
notification: NotificationId | null, 
/**
 * Its title, where it is still here.
 */
title: string | null, 
/**
 * Its provider, likewise.
 */
provider: ProviderId | null, 
/**
 * What became of it; none while that is open.
 */
outcome: ToastOutcome | null, };

export type Diagnostics = { 
/**
 * How the link to the centre went, at most 200.
 */
connections: Array<ConnectionRecord>, 
/**
 * What was decided about toasts, at most 200.
 */
decisions: Array<ToastRecord>, 
/**
 * Where the log lies.
 */
log_file: string | null, };

export type AccountRow = { 
/**
 * Names it, in this window only.
 */
key: string, 
/**
 * For people (`demo.amocrm.ru`).
 */
label: string, 
/**
 * Which way it runs.
 */
way: Way, 
/**
 * Its own unread value; the tray shows the sum.
 */
unread: number, 
/**
 * Its own link to its centre.
 */
connection: Connection, };

export type UpdateStep = { "step": "found" } | { "step": "by_system" } | { "step": "downloading", 
/**
 * Per cent, 0…100; none where the size is unknown.
 */
percent: number | null, } | { "step": "failed" };

export type Update = { 
/**
 * Its number.
 */
version: string, 
/**
 * What is new, plain text.
 */
notes: string, 
/**
 * How far it is.
 */
step: UpdateStep, };

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
 * Every account in use, the one shown included, in the order they were added.
 */
accounts: Array<AccountRow>, 
/**
 * The [`AccountRow::key`] of the one shown.
 */
current: string | null, 
/**
 * Every provider known of, for the filter.
 */
providers: Array<Provider>, 
/**
 * Why nothing rings now.
 */
quiet: Quiet | null, 
/**
 * The choices of this device.
 */
settings: DeviceSettings, 
/**
 * The choices an administrator has made.
 */
managed: Array<SettingName>, 
/**
 * The centre an administrator names, for whoever has no account yet; the only one where
 * [`SettingName::Centre`] is managed.
 */
managed_centre: string | null, 
/**
 * A newer version.
 */
update: Update | null, 
/**
 * Dealbell's version.
 */
version: string, };

export type Snoozed = { 
/**
 * Which.
 */
id: NotificationId, 
/**
 * Until when.
 */
until: number, };

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
 * Those of the rows that were put off on this device.
 */
snoozed: Array<Snoozed>, 
/**
 * The version of [`super::WindowEvent::ListChanged`] it is true at.
 */
version: number, };

export type Page = { "page": "list", 
/**
 * The item to bring into view.
 */
at: NotificationId | null, } | { "page": "today" } | { "page": "channels" } | { "page": "settings" } | { "page": "diagnostics" } | { "page": "sign_in" } | { "page": "join", 
/**
 * For [`SignIn::Invitation`]. Anybody can have made it.
 */
link: string, };

export type ListQuery = { 
/**
 * Only unread ones.
 */
unread: boolean, 
/**
 * Only of this provider.
 */
provider: ProviderId | null, 
/**
 * Only those that lead to this card.
 */
link: string | null, 
/**
 * Only those that have all these words, or words that begin so, in title, text, context or
 * author, in either case; ё and е are one letter.
 */
search: string, };

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
token: string, } | { "way": "invitation", 
/**
 * As it was followed or pasted, in either form ([`crate::join::JoinLink`]); secret.
 */
link: string, };

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
 * Who invites us, where we are.
 */
invited_by?: string, 
/**
 * When the token ends by itself; none where it is renewed or does not say.
 */
expires_at: number | null, };

export type WindowErrorCode = "offline" | "token_refused" | "address_wrong" | "not_a_centre" | "account_unknown" | "token_expired" | "token_elsewhere" | "code_expired" | "integration_wrong" | "no_rights" | "not_paid" | "blocked" | "proxy_asks" | "crm_refused" | "conflict" | "gone" | "no_link" | "open_failed" | "storage" | "secret_stays" | "check_again" | "invitation_used" | "invitation_expired" | "invitation_unknown" | "already_in" | "shortcut_taken" | "shortcut_wrong" | "proxy_wrong" | "ca_wrong" | "autostart_failed" | "managed" | "not_permitted" | "newer_data" | "unavailable" | "update_failed" | "unknown";

export type WindowRequest = { "type": "hello" } | { "type": "list", 
/**
 * Which notifications.
 */
query: ListQuery, 
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
upto: Cursor, } | { "type": "undo_mark_all", 
/**
 * From [`WindowAnswer::MarkedAll`].
 */
undo: number, } | { "type": "snooze", 
/**
 * Which.
 */
id: NotificationId, 
/**
 * Until when; now or earlier takes a snooze back.
 */
until: number, } | { "type": "today" } | { "type": "complete_task", 
/**
 * Its [`crate::rest::OpenTask::subject`].
 */
subject: string, 
/**
 * What came of it; may be empty.
 */
result: string, } | { "type": "reopen_task", 
/**
 * The task: `task:123`.
 */
subject: string, } | { "type": "open_task", 
/**
 * Its subject.
 */
subject: string, } | { "type": "quiet", 
/**
 * For how long.
 */
choice: QuietChoice, } | { "type": "change", 
/**
 * Which, and how.
 */
setting: Setting, } | { "type": "diagnostics" } | { "type": "report" } | { "type": "send_test", 
/**
 * Which.
 */
channel: Channel, } | { "type": "ask_permission" } | { "type": "dismiss", 
/**
 * Which.
 */
trouble: Trouble, } | { "type": "check_for_update" } | { "type": "install_update" } | { "type": "use_account", 
/**
 * Its [`AccountRow::key`].
 */
key: string, } | { "type": "channels" } | { "type": "save_channels", 
/**
 * The revision the changes were made on.
 */
revision: number, 
/**
 * What is wanted now.
 */
settings: SaveChannels, } | { "type": "devices" } | { "type": "provider_icon", 
/**
 * Whose.
 */
provider: ProviderId, 
/**
 * Which, as [`crate::Provider::icon`] names it: another one is another picture.
 */
icon: string, } | { "type": "revoke_device", 
/**
 * Which.
 */
id: DeviceId, } | { "type": "calendar" } | { "type": "renew_calendar" } | { "type": "open_calendar" } | { "type": "sign_in_link" } | { "type": "open_inbox" } | { "type": "push_devices" } | { "type": "switch_push", 
/**
 * Which.
 */
id: PushSubscriptionId, 
/**
 * Its own switch.
 */
on: boolean, } | { "type": "remove_push", 
/**
 * Which.
 */
id: PushSubscriptionId, } | { "type": "test_push", 
/**
 * Which.
 */
id: PushSubscriptionId, } | { "type": "reconnect" } | { "type": "appearance", 
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
channels: ChannelSettings, } | { "type": "provider_icon", 
/**
 * `data:image/png;base64,…`
 */
data: string, } | { "type": "devices", 
/**
 * This one first, then the last used.
 */
devices: Array<DeviceRow>, } | { "type": "calendar", 
/**
 * Where it is.
 */
link: CalendarLink, } | { "type": "sign_in_link", 
/**
 * The link.
 */
link: SignInLink, } | { "type": "push_devices", 
/**
 * As the centre has them.
 */
push: PushDevices, } | { "type": "marked_all", 
/**
 * How many were unread.
 */
count: number, 
/**
 * For [`WindowRequest::UndoMarkAll`].
 */
undo: number, } | { "type": "tasks", 
/**
 * Soonest first.
 */
tasks: Tasks, } | { "type": "diagnostics", 
/**
 * What it shows.
 */
diagnostics: Diagnostics, } | { "type": "report", 
/**
 * Plain text, without personal data.
 */
text: string, } | { "type": "checked", 
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
page: Page, 
/**
 * What lets the window come to the front where the system asks for that; its process uses
 * it, the page has no need to.
 */
activation?: string, } | { "type": "leave" };
