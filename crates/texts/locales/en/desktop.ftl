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
summary-quiet = While it was quiet: { $count ->
    [one] { $count } notification
   *[other] { $count } notifications
}
# Where a name cannot be put into the genitive.
summary-from-plain = { $name }: { $count }
toast-done = Done
toast-snooze = In 15 minutes
toast-mark-read = Mark read
toast-undo = Undo
toast-more = { $title } · { $count } more
toast-more-deal = { $title } · { $count } more on this deal
toast-more-card = { $title } · { $count } more, { $context }
toast-hidden = { $count ->
    [1] New notification
    [one] { $count } new notification
   *[other] { $count } new notifications
}
toast-kind-task-new = New task
toast-kind-task-due = Task due soon
toast-kind-task-overdue = Overdue task
toast-kind-task-completed = Task completed
toast-kind-chat-message = Message
toast-kind-call = Call
toast-kind-request = Request
toast-kind-deal-assigned = Deal
toast-kind-system = System
toast-kind-message = Notification

# After a deed from a toast. $reason is the CRM's own.
toast-deed-done = Done: { $task }
toast-deed-done-hidden = Task completed
toast-deed-failed = That didn't work, the task is as it was
toast-deed-offline = No connection right now. Try again in a moment
toast-deed-gone = This task is gone
toast-deed-no-rights = You may not change this task
toast-deed-refused = The CRM did not take the change
toast-deed-refused-why = The CRM did not take the change: { $reason }
