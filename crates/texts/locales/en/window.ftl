## The window

loading = Loading…
again = Try again
back = Back
cancel = Cancel
save = Save
dismiss = Dismiss
silent-title = Dealbell does not answer
silent-text = The window is open, but the program beside the clock is silent. Try again, or start Dealbell anew.

## List

list-label = Notifications
badge-label = { $count ->
    [one] { $count } unread notification
   *[other] { $count } unread notifications
}
filter-label = What to show
filter-all = All
filter-unread = Unread
filter-today = Today
news-above = { $count } new
news-said = { $count ->
    [one] { $count } notification came
   *[other] { $count } notifications came
}
read-all = Mark all read
day-today = Today
day-yesterday = Yesterday
time-now = now
time-minutes = { $minutes } min
item-unread = unread
item-open = Open the card
item-mark-read = Mark as read
item-mark-unread = Mark as unread
item-read = Read
item-unread-again = Unread
item-snooze = Snooze
item-awake = Don't snooze
item-same-deal = All about this deal
acts-label = What to do
act-busy = Working…
act-failed-open = It did not open. { $why }.
act-failed-read = It was not marked. { $why }.
act-failed-unread = It was not marked. { $why }.
act-failed-snooze = It was not snoozed. { $why }.
act-failed-awake = It stays snoozed. { $why }.
fact-when = When
fact-provider = Source
fact-author = From
fact-where = Where
fact-snoozed = Snoozed until
snoozed-until = Snoozed until { $until }
snooze-minutes = For 15 minutes
snooze-hour = For an hour
snooze-evening = Until the evening
snooze-tomorrow = Until tomorrow
until-tomorrow = tomorrow, { $clock }
item-complete = Complete
item-complete-title = Complete the task (key D)
item-completed = Completed
item-completed-with = Completed: { $result }
result-placeholder = What came of it? Optional
result-label = Result of “{ $title }”
complete-failed = It was not completed. { $why }.
complete-again = Try again
kind-task-new = New task
kind-task-due = Task due
kind-task-overdue = Overdue
kind-task-completed = Task completed
kind-chat-message = Message
kind-call = Call
kind-request = Request
kind-deal-assigned = Deal
kind-system = System
kind-message = Integration
reading-tasks = { $count ->
    [0] Reading tasks…
   *[other] Reading tasks: { $count }…
}
reading-about = This happens once. What is new appears here by itself; no need to wait.
empty-title = All clear
empty-text = We'll ring when something comes
empty-unread-title = Nothing unread
empty-unread-text = What came earlier is still in the full list
empty-unread-act = Show all
empty-first-title = Nothing to show yet
empty-first-text = The list appears as soon as there is a connection
list-failed-title = The list did not open

## Search and filters

search-title = Search and filters
search-placeholder = Search
search-label = Search the notifications
search-clear = Clear the search
search-found = { $count ->
    [0] Nothing found
    [one] { $count } notification found
   *[other] { $count } notifications found
}
provider-title = Source
provider-all = All sources
chip-off = Remove: { $what }
nothing-title = Nothing found
nothing-text = There is nothing for “{ $search }”. The beginning of a word is enough
nothing-filters = Nothing fits all of this
nothing-all = Show all
nothing-everywhere = Search everywhere

## Today

today-title = Today's tasks
today-overdue = Overdue
today-overdue-one = Overdue
today-timed = Today
today-all-day = During the day
today-whole-day = all day
today-said = { $count ->
    [one] { $count } task
   *[other] { $count } tasks
}, { $late ->
    [0] none overdue
   *[other] { $late } overdue
}
today-from = from { $name }
today-complete = Complete: { $title }
today-empty-title = That's all for today
today-empty-text = Nothing is overdue either
today-last = No fresh tasks right now. This is how it was at { $when }
today-failed-title = The tasks did not load
day-yesterday-small = yesterday

## Taking back

undo = Undo
undo-read = Marked as read: { $count }
undo-completed = Completed: { $title }

## Quiet

quiet-title = Do not disturb
quiet-until = Quiet until { $until }
quiet-until-off = Quiet until you switch it off
quiet-by-hours = Quiet hours until { $until }
quiet-system = Quiet: your system says so
quiet-ring = Ring again
quiet-off = Ring again
quiet-hour-choice = For an hour
quiet-tomorrow-choice = Until tomorrow
quiet-until-off-choice = Until I switch it off

## Keys

keys-title = Keys
keys-move = Get around
keys-item = With a notification or a task
keys-all = With all of them
key-rows = To the next row (or J and K)
key-ends = To the first and the last
key-pages = A page on and back
key-tabs = All, unread, today
key-regions = To the next part of the window
key-search = Search
key-escape = A step back, then close
key-detail = The whole text and all you can do
key-card = Open the card
key-complete = Complete the task
key-snooze = Snooze
key-read = Read or unread
key-deal = All about this deal
key-read-all = Mark all read
key-undo = Take the last thing back
key-quiet = Do not disturb
key-sheet = This sheet

## Connection

connection-online = Connected
connection-connecting = Connecting…
connection-offline = Offline.
connection-signed-out = Sign in needed
connection-retry = Trying again in { $seconds } s
connection-now = Now

## What did not work, by code

error-offline = There is no connection right now. Try again when it is back
error-token-refused = The token does not fit. Check that all of it was pasted
error-address-wrong = There is nothing at this address. Check it
error-not-a-centre = Somebody else answers at this address. Check it
error-account-unknown = There is no such account. Check the name for a typo
error-token-expired = The token has expired. Create a new one
error-token-elsewhere = This token belongs to another account or was revoked. Create a new one
error-code-expired = The code no longer works. Copy a new one
error-integration-wrong = The integration's keys do not fit together. Check them
error-no-rights = You may not do this. Ask the account's administrator
error-not-paid = The account is not paid for, so { $crm } has closed it
error-blocked = { $crm } has closed the door to your address: too many requests. Write to its support
error-proxy-asks = Your network's proxy wants you to sign in first. Put name and password into the system's proxy settings, or ask whoever runs the network
error-crm-refused = { $crm } did not accept this. Open the card and see what has changed
error-conflict = The channels were changed on another device meanwhile
error-gone = This notification is gone: it was taken out of the centre
error-no-link = This notification has no safe link, so there is nothing to open
error-open-failed = The browser did not start. Check which browser your system uses
error-storage = The disk takes no data. Check that there is room on it
error-secret-stays = You are signed out, but the keyring did not give up the token. Unlock it and delete the entry “dealbell” there
error-check-again = Too much time has passed, or it was checked once more. Check again
error-invitation-used = Somebody has signed in by this invitation already. Ask for another
error-invitation-expired = The invitation was good for a day, which has passed. Ask for another
error-invitation-unknown = There is no such invitation: perhaps it was taken back. Ask for another
error-already-in = You are signed in to this centre already. Sign out first to use the invitation
error-shortcut-taken = Another program has this shortcut already. Choose a different one
error-shortcut-wrong = This will not do as a shortcut. Take an ordinary key together with Ctrl, Alt or Shift
error-proxy-wrong = This is no proxy's address. One looks like http://proxy.daisy.com:3128
error-ca-wrong = There are no certificates in this file, or it could not be read. A PEM file is needed
error-autostart-failed = Your system did not allow starting at login. Add Dealbell to the startup programs yourself
error-managed = Your administrator has decided this; it cannot be changed here
error-not-permitted = Your system does not allow notifications. Allow them for Dealbell in its settings
error-newer-data = The data on this computer was written by a newer Dealbell. Update the program
error-unavailable = Your centre cannot do this yet. Ask its administrator when it will be updated
error-update-failed = The update did not download, or was not signed by us. The version you have stays; try again later
error-unknown = That did not work. Try again

## Troubles

trouble-crm-token-refused = { $crm } no longer accepts this token. Create a new one and paste it here
trouble-crm-unreachable = { $crm } does not answer. What is new appears once it is back; nothing gets lost
trouble-crm-blocked = { $crm } has closed the door to your address: too many requests. Write to its support; Dealbell does the rest
trouble-no-keyring = There is no safe place for the token: the keyring does not answer. Keep it in a file that only you can read?
trouble-token-in-file = The token is kept in a file that only you can read
trouble-no-toasts = Your system shows no pop-up notifications. You will find what is new in this list
trouble-no-tray = Your system has no place for an icon beside the clock. Start Dealbell again to come back to this window
trouble-settings-damaged = The settings file was damaged. The last good ones are back; check that they suit you
trouble-store-failed = Notifications cannot be written to the disk. Check that there is room on it and start Dealbell anew
trouble-newer-data = The data on this computer was written by a newer Dealbell, so it stays closed. Update the program and everything is back
trouble-not-permitted = Your system does not allow notifications yet. Allow them, or you will find what is new in this list alone
trouble-crashed = Dealbell ended unexpectedly the last time. You can copy a report about it and send it to us
trouble-managed-wrong = The administrator's file has something that Dealbell does not understand. The rest of it applies; show this to your administrator
troubles-more = { $count } more
troubles-less = Show less
keep-in-file = Keep in a file
keep-nowhere = Ask every time
paste-token = Paste a new token
ask-permission = Allow
to-report = To the report

## Channels

channels-title = Channels and settings
channels-caption = What to report and where
channels-dirty = There are unsaved changes
channels-saved = Saved
channels-failed-title = The channels did not open
receive = Receive notifications
receive-on = Switch off to fill the list alone
receive-off = Off: only the list and the counter go on
channel-interface = List
channel-desktop = Screen
channel-email = Email
channel-mobile = Phone
channel-browser = Browser
interface-locked = Everything goes to the list
undeliverable-short = Your centre cannot deliver here yet
undeliverable = Your centre cannot deliver here yet: { $channels }. { $count ->
    [one] You can switch this channel on once it can.
   *[other] You can switch these channels on once it can.
}
provider-tasks = Tasks
provider-chats = Chats
provider-calls = Calls
provider-requests = Requests
provider-deals = Deals
provider-system = System
conflict-title = The channels were changed on another device
conflict-text = While you were choosing here, something else was saved there. Show that, or keep your changes on top of it?
conflict-newer = Show the newer
conflict-mine = Keep my changes
leave-title = Save the changes?
leave-text = You changed channels but did not save. Otherwise everything stays as it was.
leave-discard = Don't save
leave-stay = Stay here

## Settings

settings-language = Language
settings-theme = Appearance
settings-account = Account
language-system = As the system
language-ru = Русский
language-en = English
theme-system = As the system
theme-light = Light
theme-dark = Dark
way-demo = Demo
way-solo = My account
way-team = My team's centre
quit = Quit Dealbell
sign-out-text = Notifications and token leave this computer. Nothing changes in the account.
sign-out-sure = Yes, sign out
sign-out-busy = Signing out…

## Sign in

signin-title = Where are your deals?
signin-lead = Dealbell tells you of tasks, chats and requests the moment they come.
signin-again-title = Sign in again
signin-demo = Try the demo
signin-demo-about = A practice sales floor, no account needed
signin-demo-busy = Setting up the practice floor…
signin-solo = My account
signin-solo-about = amoCRM or Kommo, by token or OAuth
signin-team = My team's centre
signin-team-about = One for the department; your administrator knows its address
signin-submit = Check
signin-busy = Checking…
signin-empty = Fill this in

signin-solo-address = Account address
signin-solo-address-example = romashka.kommo.com
signin-solo-address-help = The account's name, its address, or a link to any of its pages
signin-solo-address-is = We'll connect to { $host }
signin-by = How to sign in
signin-by-token = Token
signin-by-token-about = The simplest: you create it once, and it lasts until the day you choose.
signin-by-oauth = OAuth
signin-by-oauth-about = Access renews itself, but there is more to fill in.
signin-solo-token = Long-lived token
signin-oauth-integration = Integration ID
signin-oauth-secret = Secret key
signin-oauth-redirect = Redirect address
signin-oauth-code = Authorization code
signin-oauth-code-help = Good for 20 minutes, so paste it last. The whole address your browser came back to will do, too
signin-oauth-code-found = The code is in this address
signin-team-address = Address of the centre
signin-team-address-example = https://bell.romashka.com
signin-team-address-help = The centre's administrator knows it. A link of invitation can be pasted here, too
signin-team-token = Device token
signin-team-help = The centre's administrator gives out a token for each device
signin-team-invitation = This is an invitation, nothing else is needed
signin-team-no-token = With an invitation no token is needed

## Where a field's content is found, by the names the CRM uses

where = Where do I find this?
where-address-1 = Open { $crm } in your browser and copy the address from the bar at the top: any page will do.
where-address-2 = { $crm ->
    [Kommo] The whole domain is needed, with kommo.com.
   *[other] Shorter works too: for amocrm.ru the name before the first dot is enough.
}
where-create = { $crm ->
    [Kommo] Settings → Integrations → Create integration → Private. Only an administrator of the account can do this.
   *[other] amoMarket → ⋯ → Create integration → External integration. Only an administrator of the account can do this.
}
where-keys = { $crm ->
    [Kommo] Open the integration you created and its tab Keys and scopes.
   *[other] Open the integration you created and its tab Keys and scopes.
}
where-token-3 = { $crm ->
    [Kommo] Press Generate long-lived token, choose how long it lasts and copy it at once: it is not shown again.
   *[other] Generate a long-lived token, choose how long it lasts and copy it at once: it is not shown again.
}
where-integration-3 = { $crm ->
    [Kommo] Copy the Integration ID.
   *[other] Copy the integration ID.
}
where-secret-3 = { $crm ->
    [Kommo] Copy the Secret key.
   *[other] Copy the secret key.
}
where-code-3 = { $crm ->
    [Kommo] Copy the Authorization code. It changes every 20 minutes and works once.
   *[other] Copy the authorization code. It changes every 20 minutes and works once.
}
where-redirect-2 = { $crm ->
    [Kommo] Put any https address of yours into Redirect URL: Dealbell will not open it.
   *[other] Put any https address of yours into the redirect link: Dealbell will not open it.
}
where-redirect-3 = Paste the same address here, letter for letter.
scheme-market = { $crm ->
    [Kommo] Integrations
   *[other] amoMarket
}
scheme-create = { $crm ->
    [Kommo] Create integration
   *[other] Create integration
}
scheme-external = { $crm ->
    [Kommo] Private
   *[other] External integration
}
scheme-redirect = { $crm ->
    [Kommo] Redirect URL
   *[other] Redirect link
}
scheme-keys = { $crm ->
    [Kommo] Keys and scopes
   *[other] Keys and scopes
}
scheme-secret = { $crm ->
    [Kommo] Secret key
   *[other] Secret key
}
scheme-integration = { $crm ->
    [Kommo] Integration ID
   *[other] Integration ID
}
scheme-code = { $crm ->
    [Kommo] Authorization code
   *[other] Authorization code
}
scheme-token = { $crm ->
    [Kommo] Long-lived token
   *[other] Long-lived token
}

## What was found

signin-found-title = Is this your account?
signin-found-team = Is this your centre?
signin-found-user = You
signin-found-own = The owner of your token
signin-found-unnamed = The name is not shown
signin-found-zone = Time
signin-found-now = It is { $clock } there now
signin-found-rights = Rights
signin-rights-administrator = Administrator
signin-rights-administrator-about = We see everything we need
signin-rights-manager = Manager
signin-rights-manager-about = We won't see colleagues' names; the rest works
signin-found-token = Token
signin-found-until = Until { $date }
signin-found-until-about = We'll remind you in time
signin-twice-title = So that nothing rings twice
signin-twice = { $crm ->
    [Kommo] Switch off browser notifications in Kommo itself: your picture at the top left → Profile → Notification settings, the Browser column.
   *[other] Switch off browser notifications in amoCRM itself: your picture at the top left → Profile → notifications, the Browser column.
}
signin-enter = Connect
signin-entering = Connecting…

## Why signing in did not work, by code

signin-solo-address-wrong = This is no account's address. One looks like romashka.amocrm.ru or romashka.kommo.com
signin-solo-account-unknown = There is no account { $host }. { $crm ->
    [Kommo] Check the name for a typo
   *[other] Check the name for a typo, or add .kommo.com if it is a Kommo account
}
signin-solo-not-a-centre = Another page answers instead of { $crm }: a proxy's or a network's sign-in. Open { $host } in your browser, sign in where it asks, and try again
signin-solo-token-refused = { $crm } does not accept this token. Create a new one and paste all of it
signin-solo-token-expired = This token has expired. Create a new one and paste it here
signin-solo-token-elsewhere = This token belongs to another account or was revoked. Create a new one in { $host } and paste it here
signin-solo-code-expired = This code no longer works: it lives 20 minutes and works once. Copy a new one from the same tab
signin-solo-integration-wrong = ID, key and redirect address are not of one integration. Copy all three from its page once more
signin-solo-no-rights = { $crm } does not show tasks to this user. Ask the account's administrator to allow it
signin-solo-not-paid = The account { $host } is not paid for, so { $crm } has closed it. Pay for it and try again
signin-solo-blocked = { $crm } has closed the door to your address: too many requests. Write to its support, or try from another network
signin-oauth-token-refused = { $crm } does not accept these keys. Check the integration's scopes and copy a new code
signin-oauth-token-expired = The access has expired already. Copy a new code and try again
signin-oauth-token-elsewhere = This integration lives in another account. Compare the address, or copy the code from { $host }
signin-team-token-refused = The centre does not know this token. Ask your administrator for a new one
signin-team-no-rights = The centre does not let this token in. Ask your administrator for a new one
signin-team-address-wrong = Nobody answers at this address. Compare it with what your administrator gave you
signin-team-not-a-centre = It is not a Dealbell centre that answers at this address. Compare it with what your administrator gave you

## Why one was signed out

signed-out-no-token = The token was not kept. Paste it once more
signed-out-token-invalid = { $crm } no longer accepts this token. Create a new one and paste it here
signed-out-token-invalid-team = The centre no longer accepts this token. Ask your administrator for a new one and paste it here
signed-out-device-revoked = This computer was disconnected from the centre. Ask your administrator for a new token and paste it here
signed-out-account-off = Your access to the centre is switched off. Ask your administrator, then sign in again
signed-out-too-many-devices = Too many devices are connected. Disconnect one and sign in again
signed-out-upgrade-required = This version of Dealbell is too old for the centre. Update it and sign in again
signed-out-protocol = It is not a Dealbell centre that answers at this address, or it is of another version. Check the address

## Settings: channels, this device, diagnostics

settings-title = Settings
tab-channels = Channels
tab-settings = Computer
tab-diagnostics = Diagnostics
apply = Apply
reload = Refresh
setting-managed = Your administrator decides this
settings-ringing = How it rings
settings-appearance = Look
settings-accounts = Accounts
settings-machine = Start and window
settings-network = Network
setting-content = What a notification shows
content-all = Everything
content-sender = Only who
content-nothing = Nothing
content-all-about = Title and the whole text
content-sender-about = The name and the occasion, no text
content-nothing-about = Only that there is something new
setting-hide-while-sharing = Hide while sharing the screen
setting-hide-while-sharing-about = Where the system tells us
setting-stay-when-due = Keep due tasks on the screen
setting-respect-system-quiet = Be quiet when the system is
setting-sounds = Sound
setting-sound-of = Sound by source
sound-default = As the system
sound-message = Message
sound-bell = Bell
sound-complete = Done
sound-silent = No sound
setting-start-at-login = Start at login
setting-start-at-login-about = Without a window, just the icon by the clock
setting-shortcut = Keys that open the window
setting-shortcut-about = From any program
setting-shortcut-listening = Press the keys. Backspace clears, Esc keeps what was
setting-shortcut-none = Not set
setting-keep-days = Keep what was read
setting-keep-days-about = On this computer; the centre keeps everything
keep-days = { $days ->
    [0] For ever
    [365] A year
    [one] { $days } day
   *[other] { $days } days
}
setting-linger = Keep a closed window ready
setting-linger-about = It opens at once again, but takes memory
linger = { $minutes ->
    [0] No
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
setting-proxy = Proxy
proxy-system = As the system
proxy-direct = None
proxy-through = My own
setting-proxy-url = Address of the proxy
setting-ca-file = Company certificates
setting-ca-file-about = A PEM file. Needed where the network replaces certificates of sites
account-add = Add an account
sign-out = Sign out
sign-out-of = Sign out of { $account }
switcher-label = Account
switcher-account = { $account }{ $unread ->
    [0] { "" }
   *[other] { " " }· { $unread }
}
update-check = Check for updates
update-none = This is the latest version
update-managed = Your administrator installs updates
update-found = Version { $version } is out
update-by-system = Version { $version } will come with your system's updates
update-downloading = Downloading version { $version }
update-install = Install and restart
update-notes = What is new
about-licences = Open libraries
about-own-licence = Dealbell is built from these libraries. Thanks to their authors.

## Devices

devices-title = Devices
devices-alone = There are no other devices
devices-stale = No fresh list right now. This is how it was while there was a connection
device-this = This computer
device-unnamed = Unnamed
device-connected = Connected
device-never = Never connected yet
device-last-now = Just now
device-last-minutes = { $minutes } min ago
device-last-today = Today at { $clock }
device-last-yesterday = Yesterday at { $clock }
device-revoke = Sign out
device-revoke-of = Sign out: { $name }
device-revoke-text = “{ $name }” stops ringing and its notifications leave it. To connect it again takes a new token.
device-revoke-sure = Yes, sign it out
device-revoking = Signing out…
device-revoked = “{ $name }” is signed out
platform-linux = Linux
platform-windows = Windows
platform-macos = macOS
platform-web = Browser

## Browsers, phones and the calendar

copy-act = Copy
copy-done = Copied
copy-failed = That did not copy. Try again
reach-alone-title = Browser, phone and calendar
reach-alone-demo = They live in a department's centre, and the demo is all on this computer: nothing outside can reach it.
reach-alone-solo = They live in a department's centre. Dealbell reads the CRM by itself now, right on this computer, and nothing outside can reach it.
reach-alone-act-about = If your department has a centre, ask its administrator for an invitation and sign in by it.
reach-alone-act = Sign in to a centre
undeliverable-alone = Only a department's centre delivers here: { $channels }.
wayin-title = Browser and phone
wayin-about = The same list and the same notifications, in a browser and on your phone.
wayin-about-web = The same list and the same notifications, on your phone and in other browsers.
wayin-open = Open in the browser
wayin-opening = Opening…
wayin-opened = Opened in the browser, and you are signed in there
wayin-show = QR code for a phone
wayin-showing = Making a code…
wayin-code = Code for a camera: the link that signs in to the list
wayin-scan = Point your phone's camera at the code.
wayin-near = The centre can be seen on this computer alone: no phone opens the code, but any browser here opens the link.
wayin-left = Works for { $left } more, once.
wayin-over = This code is over
wayin-over-about = A code works for ten minutes. Get a new one.
wayin-new = New code
wayin-copy = Copy the link
wayin-hide = Hide
wayin-warning = Whoever opens this link is signed in as you. Send it to nobody, and keep it off shared screens.
wayin-unavailable = The centre has no public address or is too old, so a browser cannot open it. Its administrator sets it as public-url
wayin-elsewhere = The centre names another address than the one this computer is connected to. We did not open a stranger's address: show this to your administrator
push-title = Where notifications go
push-none = Nowhere yet. Open the list in a browser or on your phone and allow notifications there.
push-none-web = Nowhere yet. Allow notifications here, or open the list on your phone.
push-no-key = This centre sends no notifications to browsers and phones, but the list opens there.
push-stale = Cannot refresh now. This is how it was while there was a connection
push-this = This browser
push-unnamed-browser = Browser without a name
push-unnamed-mobile = Phone without a name
push-channel-browser = Browser
push-channel-mobile = Phone
push-by = by { $service }
push-off-row = Off
push-last = Last: { $when }
push-last-never = Nothing sent yet
push-last-now = just now
push-last-minutes = { $minutes } min ago
push-last-today = today at { $clock }
push-last-yesterday = yesterday at { $clock }
push-trouble-unreachable = { $service } does not answer, and the last notification did not arrive. We'll try again with the next one
push-trouble-busy = { $service } asks us to wait, and the last notification did not arrive. We'll try again with the next one
push-trouble-refused = { $service } takes no notifications for this device. Remove it and connect it anew
push-switch-of = Notifications: { $name }
push-test = Test
push-test-of = Test: { $name }
push-testing = Sending…
push-tested = Sent. If nothing shows within a minute, see whether notifications are allowed there
push-remove = Remove
push-remove-of = Remove: { $name }
push-remove-text = “{ $name }” will get no more notifications. The list still opens there, and notifications can be switched on there again.
push-remove-sure = Yes, remove
push-removing = Removing…
push-removed = “{ $name }”: no more notifications
push-failed-list = The devices did not load
push-nobody = { $channel ->
    [mobile] Phone is ticked, but none is connected.
   *[browser] Browser is ticked, but none is connected.
}
push-all-off = { $channel ->
    [mobile] Phone is ticked, but all that are connected are off.
   *[browser] Browser is ticked, but all that are connected are off.
}
push-to-card = Connect one
push-to-switch = To the switches
push-nowhere = { $channel ->
    [mobile] A phone is connected, but nothing is ticked for it in the table above.
   *[browser] A browser is connected, but nothing is ticked for it in the table above.
}
push-hold-back = Do not ring twice
push-hold-back-about = Browser and phone keep quiet about what Dealbell on a computer has taken already. It takes it without you, too: step away from a computer that stays on, and the phone will not ring
push-here = Notifications in this browser
push-here-on = On. They come even while the tab is closed
push-here-off = Off. The browser will ask for permission
push-here-asking = Waiting for the browser…
push-here-denied = The browser forbids them. Allow notifications in the settings of this site: the sign left of the address
push-here-unsupported = This browser cannot get notifications
push-here-needs-install = Add the list to the Home Screen first: Share, then Add to Home Screen. Then switch notifications on there
push-here-no-key = This centre sends no notifications to browsers
push-here-failed = That did not work: the browser's push service or the centre did not answer. Try again
push-here-looking = Seeing whether they are on…
calendar-title = Calendar
calendar-about = Your open tasks with a deadline, in any calendar that can subscribe to an address: Google, Apple, Outlook, Thunderbird.
calendar-address = Address of your calendar
calendar-hidden = secret hidden
calendar-secret = Whoever has the address sees your tasks.
calendar-refresh = The calendar reads the address by itself, usually every few hours. While the CRM does not answer, it keeps what it had.
calendar-open = Open in a calendar
calendar-opening = Opening…
calendar-opened = The address went to your calendar program
calendar-open-failed = No program here subscribes to calendars. Copy the address and paste it into your calendar
calendar-renew = Change the address
calendar-renew-text = The old address ends, and calendars that use it fall silent. The new one has to be subscribed to again, on every device.
calendar-renew-sure = Yes, change it
calendar-renewing = Changing…
calendar-renewed = The address is new. Subscribe to it again
calendar-renew-failed = The address stays as it was. { $why }
calendar-no-address = The centre has no public address where a calendar could find it. Its administrator sets one as public-url; then the address appears here.
device-this-browser = This browser
device-revoke-web-text = “{ $name }” is signed out of the list, and notifications stop there. To sign in again, it needs a new code or link.

## Quiet hours

quiet-hours = Quiet hours
quiet-hours-about = Screen, phone and browser are silent, then one summary comes. The same on all your devices
quiet-span = Span { $number }
quiet-from = From
quiet-to = To
quiet-next-day = the next day
quiet-remove = Remove this span
quiet-add = Add a span
quiet-no-days = Choose at least one day
quiet-zone = Time zone: { $zone }
quiet-zone-other = Time zone: { $zone }.
quiet-zone-here = Change to { $zone }

## Letters

letters-title = Letters
letters-at-once = At the moment of the event
letters-at-once-about = A letter for every notification
letters-daily = Once a day
letters-daily-about = One letter with what is still unread: up to five of the newest. If all is read, none is sent
letters-hour = Time of the letter
letters-zone-centre = the centre's
letters-nowhere = To get letters, tick Email for at least one source
letters-off = Notifications are off, so no letters are sent
letters-test = Send a test letter
letters-testing = Sending…
letters-tested = Sent, check your mail
limit-kind = “{ $kind }”
limit-new-and-due = { $channel ->
    [email] Letters about tasks
    [desktop] Tasks on the screen
    [mobile] Tasks on the phone
   *[browser] Tasks in the browser
}: only new and due ones
limit = { $provider }: { $kinds } { $channel ->
    [email] is not sent as a letter
    [desktop] does not go to the screen
    [mobile] does not go to the phone
   *[browser] does not go to the browser
}

## Diagnostics

channel-test-title = Test a channel
channel-test-about = We send a test the same way the real ones come
test-sent-interface = sent, it will appear in the list
test-sent-desktop = sent, it will appear on the screen
test-sent-email = sent, check your mail
test-sent-mobile = sent, look at your phone
test-sent-browser = sent, look at your browser
decisions-title = Why it rang or kept quiet
decisions-none = No notifications yet
decision-open = Deciding
decision-shown = Shown
decision-replaced = Shown in place of the one before
decision-coalesced = Part of a summary
decision-gone = The notification is gone
decision-summary = Summary
suppressed-master-switch = Not shown: notifications are off
suppressed-channel = Not shown: the screen is off for this source
suppressed-silent = Not shown: you set this task yourself
suppressed-already-read = Not shown: it was read already
suppressed-withdrawn = Not shown: it was taken back first
suppressed-quiet-hours = Not shown: quiet hours
suppressed-user-quiet = Not shown: you asked not to be disturbed
suppressed-do-not-disturb = Not shown: the system's do-not-disturb is on
suppressed-snoozed = Put off: you asked to be reminded later
toast-failed-no-daemon = Not shown: nothing on this system shows notifications
toast-failed-refused = Not shown: the system refused
toast-failed-no-answer = The system did not say whether it was shown
toast-failed-unconfirmed = Unknown: Dealbell ended before it learned
log-whole = Show all { $count }
reason-mend = Change
links-title = Link to the centre
links-none = Nothing yet
link-started = Dealbell started
link-online = Connected
link-lost = { $code ->
    [0] The link was lost, next try in { $seconds } s
   *[other] The link was lost (code { $named }), next try in { $seconds } s
}
link-refused = The centre did not let us in (code { $named })
link-woke = The computer woke
link-network-changed = The network changed
diagnostics-failed = Diagnostics did not open
report-title = Report for support
report-about = Version, settings and log. Names, texts, addresses and tokens are taken out: see for yourself
report-write = Write a report
report-copy = Copy
report-copied = Copied
setting-log-level = Log
log-warn = Failures only
log-info = Usual
log-debug = Detailed
log-debug-about = A detailed log may name customers

## An invitation that was followed

join-ask-title = Open this invitation?
join-ask-text = The link leads to a centre. Dealbell tells it nothing until you open the invitation.
join-ask-advice = Any web page can open such a link. If you do not know this centre, leave it alone.
join-look = Open the invitation
join-title = Sign in to this centre?
join-invited = You were invited by a link. Notifications of your team will ring here.
join-invited-by = { $by } invites you. Notifications of your team will ring here.
join-centre = Centre
join-once = An invitation is good once. If you do not expect it or do not know this centre, do not sign in.
join-looking = Looking at the invitation of { $host }…
join-enter = Sign in
join-entering = Signing in…
join-not-now = Not now
join-to-list = To the notifications
join-other-way = Sign in another way
join-failed-title = The invitation could not be opened
join-invitation-used-title = This invitation is used up
join-invitation-used-text = Somebody has signed in by it, and it is good once. Ask the administrator of { $host } for another.
join-invitation-expired-title = This invitation is too old
join-invitation-expired-text = It was good for a day. Ask the administrator of { $host } for another.
join-invitation-unknown-title = There is no such invitation
join-invitation-unknown-text = Perhaps it was taken back, or the link was not copied whole. Ask the administrator of { $host } for another.
join-already-in-title = You are signed in already
join-already-in-text = Dealbell is connected to { $host }. To sign in by an invitation as somebody else, sign out first.
join-offline-title = { $host } does not answer
join-offline-text = The invitation is still good. Check the network and try again.
join-managed-title = This centre is not yours
join-managed-text = Your administrator has set which centre this computer connects to, and it is not { $host }. The invitation is still good.
