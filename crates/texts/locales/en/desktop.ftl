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
tooltip-offline = Offline. We'll keep trying
tooltip-signed-out = Please sign in
menu-open = Open Dealbell
menu-read-all = Mark all read
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
