## Tray and toasts

notifications-count = { $count ->
    [one] { $count } notification
   *[other] { $count } notifications
}
tooltip-online = { $count ->
    [0] All clear
   *[other] { $count } unread
}
tooltip-connecting = Connecting…
tooltip-offline = Offline. Trying again
tooltip-offline-seconds = Offline. Trying again in { $seconds } s
tooltip-offline-minutes = Offline. Trying again in { $minutes } min
tooltip-signed-out = Please sign in
tooltip-quiet-until = Quiet until { $until }
tooltip-quiet-until-off = Quiet until you turn the bell on
moment-tomorrow = tomorrow, { $time }
moment-weekday = { $day ->
    [mon] Monday, { $time }
    [tue] Tuesday, { $time }
    [wed] Wednesday, { $time }
    [thu] Thursday, { $time }
    [fri] Friday, { $time }
    [sat] Saturday, { $time }
   *[sun] Sunday, { $time }
}
menu-open = Open Dealbell
menu-read-all = Mark all read
menu-quiet-hour = Do not disturb for 1 hour
menu-quiet-tomorrow = Do not disturb until tomorrow
menu-quiet-until-off = Do not disturb until I turn it off
menu-quiet-off = Ring again
menu-reconnect = Connect now
menu-settings = Channels and settings
menu-quit = Quit Dealbell
toast-open = Open
summary-away = While you were away: { $count ->
    [one] { $count } notification
   *[other] { $count } notifications
}
summary-unconfirmed = You may have missed { $count ->
    [one] { $count } notification
   *[other] { $count } notifications
}
summary-from = { $count } from { $name }
summary-more = { $count ->
    [one] { $count } more notification
   *[other] { $count } more notifications
}
