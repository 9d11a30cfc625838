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
read-all = Mark all read
day-today = Today
day-yesterday = Yesterday
time-now = now
time-minutes = { $minutes } min
item-unread = unread
item-open = Open the card
item-mark-read = Mark as read
item-mark-unread = Mark as unread
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
empty-title = All clear
empty-text = We'll ring when something comes
empty-unread-title = Nothing unread
empty-unread-text = What came earlier is still in the full list
empty-unread-act = Show all
empty-first-title = Nothing to show yet
empty-first-text = The list appears as soon as there is a connection
list-failed-title = The list did not open

## Connection

connection-online = Connected
connection-connecting = Connecting…
connection-offline = Offline.
connection-signed-out = Sign in needed
connection-retry = Trying again in { $seconds } s
connection-now = Now

## What did not work, by code

error-offline = There is no connection right now. Try again when it is back
error-token-refused = The token does not fit. Check that all of it was pasted
error-address-wrong = There is nothing at this address. Check it
error-not-a-centre = Somebody else answers at this address. Check it
error-conflict = The channels were changed on another device meanwhile
error-gone = This notification is gone: it was taken out of the centre
error-no-link = This notification has no safe link, so there is nothing to open
error-open-failed = The browser did not start. Check which browser your system uses
error-storage = The disk takes no data. Check that there is room on it
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
troubles-more = { $count } more
troubles-less = Show less
keep-in-file = Keep in a file
keep-nowhere = Ask every time
paste-token = Paste a new token

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
sign-out = Sign out
quit = Quit Dealbell
sign-out-text = Notifications and token leave this computer. Nothing changes in the account.
sign-out-sure = Yes, sign out

## Sign in

signin-title = Where are your deals?
signin-lead = Dealbell tells you of tasks, chats and requests the moment they come.
signin-again-title = Sign in again
signin-demo = Try the demo
signin-demo-about = A practice sales floor, no account needed
signin-solo = My account
signin-solo-about = amoCRM or Kommo, with your own token
signin-solo-address = Account address
signin-solo-token = Long-lived token
signin-solo-help = In Kommo: Settings → Integrations → Create integration → Keys and scopes → Long-lived token
signin-solo-token-refused = { $crm } does not accept this token. Create a new one and paste all of it
signin-solo-address-wrong = No such account was found. An address looks like romashka.amocrm.ru or romashka.kommo.com
signin-solo-not-a-centre = It is not a CRM that answers at this address. Copy it from the browser where your account is open
signin-team = My team's centre
signin-team-about = One for the department; your administrator knows its address
signin-team-address = Address of the centre
signin-team-token = Device token
signin-team-help = The centre's administrator gives out a token for each device
signin-team-token-refused = The centre does not know this token. Ask your administrator for a new one
signin-team-address-wrong = Nobody answers at this address. Compare it with what your administrator gave you
signin-team-not-a-centre = It is not a Dealbell centre that answers at this address. Compare it with what your administrator gave you
signin-submit = Sign in
signin-busy = Checking…
signed-out-no-token = The token was not kept. Paste it once more
signed-out-token-invalid = { $crm } no longer accepts this token. Create a new one and paste it here
signed-out-token-invalid-team = The centre no longer accepts this token. Ask your administrator for a new one and paste it here
signed-out-device-revoked = This computer was disconnected from the centre. Ask your administrator for a new token and paste it here
signed-out-account-off = Your access to the centre is switched off. Ask your administrator, then sign in again
signed-out-too-many-devices = Too many devices are connected. Disconnect one and sign in again
signed-out-upgrade-required = This version of Dealbell is too old for the centre. Update it and sign in again
signed-out-protocol = It is not a Dealbell centre that answers at this address, or it is of another version. Check the address
