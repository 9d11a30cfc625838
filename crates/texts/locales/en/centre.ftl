## The page that consent in the CRM leads back to

connected-title = The account is connected
connected-text = Notifications of “{ $account }” ({ $host }) now reach Dealbell. You can close this page.
connected-tip = Switch the CRM’s own browser notifications off, so that nothing rings twice.
denied-title = Access was not granted
denied-text = Somebody declined in the CRM, so there is nothing to connect. If that was a slip, start connecting again.
stale-title = This link no longer works
stale-text = It is good once and for 20 minutes. Start connecting again: whoever runs Dealbell gives you a new link.
incomplete-title = Something is missing in the link
incomplete-text = The CRM sent you back with an incomplete address. Start connecting again.
foreign-title = This link does not come from the CRM
foreign-text = It names a foreign address, so nothing was connected. If somebody sent it to you, do not open it again.
other-title = This is another account
other-text = { $asked } was to be connected, but access was granted in { $got }. Start again and choose the right account on the consent page.
code-title = The code no longer works
code-text = The CRM gives 20 minutes for it and takes it once. Start connecting again.
integration-title = The integration’s data do not match
integration-text = Integration ID, secret key and redirect address must belong to one integration. Compare them in the CRM and start again.
refused-title = The CRM did not let us in
refused-text = Access was granted, but { $host } does not accept it. Start connecting again, preferably as an administrator of the account.
silent-crm-title = The CRM does not answer
silent-crm-text = { $host } cannot be reached now. Start connecting again in a few minutes.
unsaved-title = It could not be saved
unsaved-text = Access was granted, but Dealbell could not store it. The server’s log says why; then start connecting again.

## A device was added

device-new-title = New sign-in: { $device }
device-new-title-unnamed = New sign-in on another device
device-new-by = { $by } invited it.
device-new-text = Was it not you? Then sign this device out in the settings, under “Devices”.

## A test of a channel, sent by the user himself

test-title = Test: this is what a notification looks like
test-popup-text = If you see this, pop-up notifications work.
test-popup-text-off = If you see this, notifications can be shown. But receiving them is switched off, so real ones will not appear.
test-popup-text-quiet = If you see this, notifications can be shown. But these are your quiet hours, so real ones will not appear.
test-list-text = You sent it yourself. If it is in the list and the counter has grown, everything works.

## Pushes to browsers and phones

push-test-text = If you see this, notifications reach this device.
push-summary = { $count ->
    [one] { $count } new notification
   *[other] { $count } new notifications
}

## The calendar of tasks

calendar-name = Tasks from the CRM
calendar-author = From { $author }

## The page of an invitation

invited-title = { $who }, you are invited to Dealbell
invited-text = This is an invitation to the notification centre { $host } for { $email }. Tasks, messages and calls from your CRM will ring right on your desktop.
invited-text-by = { $by } invites you to the notification centre { $host }. Tasks, messages and calls from your CRM will ring right on your desktop. The invitation is for { $email }.
invited-open = Open in Dealbell
invited-browser = In this browser
invited-once = The link signs you in once, on one computer or in one browser, within a day of the invitation.
invited-missing = Nothing happens? Then Dealbell is not installed yet: install it and press again.
invited-get = Get Dealbell
invited-ask = Whoever invited you knows where to get it.
invited-used-title = Somebody has signed in by this link
invited-used-text = An invitation is good once. If it was not you, tell your administrator, who can shut that device out. For a second computer ask for another link.
invited-expired-title = The invitation is too old
invited-expired-text = It was good for a day. Ask the administrator of { $host } for another.
invited-unknown-title = There is no such invitation
invited-unknown-text = Perhaps the link was not copied whole, or the invitation was taken back. Ask the administrator of { $host } for another.
invited-often-title = Too many tries
invited-often-text = Too many links that do not exist were opened from here. Check the link and open it again in a minute.
invited-later-title = Not right now
invited-later-text = The invitation could not be read. It is still good: open the link again in a minute.
