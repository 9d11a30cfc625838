## Letters: notifications by email, the daily digest, and the page that switches them off

# Where a notification belongs, as a button.
letter-open = Open
letter-open-context = Open: { $context }

# What an inbox shows: what it is, and where it belongs.
letter-subject = { $title } · { $context }

# The digest. $names are those it comes from.
letter-digest-subject-one = Still unread: { $title }
letter-digest-subject-names = { $count ->
   *[other] { $count } unread: { $names }
}
letter-digest-subject-others = { $names } and others
letter-digest-subject-first = { $title } and { $count } more
letter-digest-title = { $count ->
    [one] { $count } unread notification
   *[other] { $count } unread notifications
}
letter-digest-what = They came in the last day and wait in Dealbell.
letter-digest-what-one = It came in the last day and waits in Dealbell.
letter-digest-newest = { $count ->
    [one] The newest:
   *[other] The newest { $count }:
}
letter-digest-more = { $count ->
    [one] And { $count } more notification
   *[other] And { $count } more notifications
}
letter-digest-all = Show all { $count }

# A try.
letter-test-label = Test
letter-test-title = Letters from Dealbell arrive
letter-test-text =
    This is a test letter: somebody asked for it to try the mail server. There is nothing to do.
    Notifications will look like this.

# Below the card.
letter-why = Email is on for “{ $provider }” in your Dealbell channels.
letter-why-digest = The digest comes once a day, when something is still unread.
letter-off = Turn off email for “{ $provider }”
letter-off-all = Turn off all email
letter-inbox = All notifications

# The page behind the link that switches letters off. It is seen before and after.
off-ask-title = Turn off email for “{ $provider }”?
off-ask-text = No more letters from here. Nothing changes in the list of Dealbell or on your screen.
off-ask-button = Turn off
off-ask-all-title = Turn off all email from Dealbell?
off-ask-all-text = Neither the daily digest nor letters about single events. Nothing changes in the list of Dealbell or on your screen.
off-done-title = Email for “{ $provider }” is off
off-done-text = If you change your mind, turn email on in Dealbell, on the Channels page.
off-done-all-title = Email is off
off-done-all-text = If you change your mind, turn email on in Dealbell, on the Channels page.
off-stale-title = This link does not fit
off-stale-text = It is incomplete or too old. You can turn email off in Dealbell, on the Channels page.
off-failed-title = It did not work just now
off-failed-text = Email is still on. Follow the link in the letter again in a few minutes.

# The page behind “All notifications”: they are in the app.
inbox-title = Your notifications are in Dealbell
inbox-text = Press the button and the window with the list opens. If it does not, click the bell beside the clock: Dealbell must be running on this computer.
inbox-open = Open Dealbell
