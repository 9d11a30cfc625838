# The page that a centre serves to a browser: signing in, updates, what a push shows.

## Signing in

door-title = Your notifications in this browser
door-lead = The same list as in the app, and the same channels. To sign in you need a link; it works once.
door-again-title = Sign in again
door-way-desktop = Dealbell is on your computer
door-way-desktop-text = Open its settings, find "Browser and phone" and press "Open in the browser".
door-way-phone = You are on a phone
door-way-phone-text = In the same place on the computer press "QR code for a phone" and point the camera at it.
door-way-none = You don't have the app
door-way-none-text = Ask the administrator of { $host } for a link or an invitation and open it here.
door-asked-title = Sign in on this browser?
door-linked = This link opens your notifications here.
door-invited = You are invited. The team's notifications will open in this browser.
door-inside = { $account } is signed in here already. Signing in by the link ends that.
door-once = { $kind ->
    [invitation] The invitation
   *[link] The link
  } works once. If you did not ask for it, or others use this computer too, don't sign in.
door-enter = Sign in on this browser
door-how = How to sign in
door-used-title = { $kind ->
    [invitation] This invitation was used already
   *[link] This link was used already
  }
door-used-text = It works once. If that was not you, revoke the device in Dealbell's settings or tell the administrator of { $host }.
door-expired-title = { $kind ->
    [invitation] The invitation is too old
   *[link] The link is too old
  }
door-expired-text = { $kind ->
    [invitation] It works for a day. Ask the administrator of { $host } for a new one.
   *[link] It works for ten minutes. Make a new one in Dealbell's settings on the computer.
  }
door-unknown-title = { $kind ->
    [invitation] There is no such invitation
   *[link] There is no such link
  }
door-unknown-text = It may have been copied in part, or lead to another centre. Open it again or ask for a new one.
door-too-many-title = Too many tries
door-too-many-text = Wait a minute and try again. The link is still good.
door-offline-title = The centre does not answer
door-offline-text = Check the network and try again. The link is still good.
door-refused-title = Signing in did not work
door-refused-text = { $host } answered in a way we did not expect. Try again or tell the administrator.
door-out-no-token = You are signed out. You need a new link to sign in again.
door-out-token-invalid = You are no longer signed in on this browser. Your notifications were removed from it; marks and settings are safe in the centre.
door-out-device-revoked = This browser was disconnected from your account. Your notifications were removed from it.
door-out-account-off = Your access to the centre is switched off. Ask the administrator.
door-out-too-many-devices = Too many devices are connected. Disconnect one and sign in again.
door-out-upgrade-required = This page is out of date. Reload it and sign in again.
door-out-protocol = The centre answers in a way we did not expect. Reload the page and sign in again.

## The page

web-sign-out-text = Your notifications disappear from this browser, and no new ones come here. Nothing changes in the centre.
web-tab-settings = Browser
web-update = A newer version of this page is ready
web-update-use = Update

## What a push shows

push-neutral-title = News in Dealbell
push-neutral-text = Open the list to see it
