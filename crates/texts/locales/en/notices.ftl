## What notices say: titles and texts of notifications

# Tasks. $gender is he, she or unknown.
notice-task-new = New task: { $task }, { $when }
notice-task-new-from = New task from { $name }: { $task }, { $when }
notice-task-due = In { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}: { $task }
notice-task-today = Today: { $task }
notice-task-overdue = Overdue: { $task }
notice-task-completed = { $gender ->
   *[unknown] { $name } completed your task "{ $task }"
}
notice-task-completed-nameless = Your task "{ $task }" is done
notice-task-deadline = Due { $when }
notice-task-deadline-was = Was due { $when }
notice-task-result = Result: { $result }
notice-overdue-summary = { $count ->
    [one] { $count } overdue task
   *[other] { $count } overdue tasks
}
notice-overdue-more = and { $count } more

# What a task without text is called, by its type.
notice-task-untitled-call = contact the client
notice-task-untitled-meeting = meeting
notice-task-untitled = a task without text

# Messages. $on is one of the phrases below, $name who wrote.
notice-chat-from-on = { $count ->
    [1] { $name } { $on }
    [one] { $name } { $on }: { $count } message
   *[other] { $name } { $on }: { $count } messages
}
notice-chat-from = { $count ->
    [1] Message from { $name }
    [one] { $count } message from { $name }
   *[other] { $count } messages from { $name }
}
notice-chat-on = { $count ->
    [1] New message { $on }
    [one] { $count } new message { $on }
   *[other] { $count } new messages { $on }
}
notice-chat = { $count ->
    [1] New message
    [one] { $count } new message
   *[other] { $count } new messages
}
notice-on-telegram = on Telegram
notice-on-whatsapp = on WhatsApp
notice-on-instagram = on Instagram
notice-on-facebook = on Facebook
notice-on-viber = on Viber
notice-on-avito = on Avito
notice-on-skype = on Skype
notice-on-wechat = on WeChat
notice-on-vk = on VK
notice-on-sms = by SMS
notice-on-mail = by email

# Calls. $name is the client, or the number.
notice-call-missed = Missed call
notice-call-missed-from = Missed call: { $name }
notice-call = Call
notice-call-from = Call: { $name }
notice-call-talked = { $minutes ->
    [one] Talked for { $minutes } minute
   *[other] Talked for { $minutes } minutes
}
notice-call-talked-briefly = Talked for less than a minute

# Requests: what waits in Incoming leads.
notice-request = New request
notice-request-from = New request: { $name }
notice-request-form = New request from the site
notice-request-form-named = New request from the site: { $name }
notice-request-call = New request: a call
notice-request-call-from = New request: call from { $name }
notice-request-call-missed = Nobody answered the call
notice-request-mail = New request by email
notice-request-mail-about = New request by email: { $name }
notice-request-chat = New request from a chat
notice-request-chat-on = New request: a message { $on }
notice-request-chat-from-on = New request: { $name } { $on }

# Deals. $gender is he, she or unknown.
notice-deal-given = { $gender ->
   *[unknown] { $name } handed you the deal "{ $deal }"
}
notice-deal-given-nameless = You have been given the deal "{ $deal }"
notice-deal-made = { $gender ->
   *[unknown] { $name } made a deal for you: "{ $deal }"
}
notice-deal-made-nameless = A new deal for you: "{ $deal }"
notice-deal-number = #{ $id }

# When: a day, and the time where it has one.
notice-day-today = today
notice-day-tomorrow = tomorrow
notice-day-yesterday = yesterday
notice-day-date = { $month ->
    [1] { $day } January
    [2] { $day } February
    [3] { $day } March
    [4] { $day } April
    [5] { $day } May
    [6] { $day } June
    [7] { $day } July
    [8] { $day } August
    [9] { $day } September
    [10] { $day } October
    [11] { $day } November
   *[12] { $day } December
}
notice-day-year = { $date } { $year }
notice-day-time = { $day } { $time }

# System
notice-system-expiring = Access to the CRM ends { $when }
notice-system-expiring-what =
    The token for { $host } will stop working, and notifications with it.
    Create a new one in the integration's settings in the CRM and connect the account again.
notice-system-expired = The CRM token has expired
notice-system-expired-what =
    The token for { $host } was valid until { $when }. Notifications have stopped.
    Create a new token in the integration's settings in the CRM and connect the account again.
notice-system-revoked = The CRM no longer accepts the token
notice-system-revoked-what =
    The token for { $host } was revoked or replaced. Notifications have stopped.
    Take a valid token from the integration's settings in the CRM and connect the account again.
notice-system-grant-lost = The integration has lost access to the CRM
notice-system-grant-lost-what =
    { $host } no longer lets the integration in: it was switched off, or its access could not be renewed. Notifications have stopped.
    Connect the account again with a new authorization code.
notice-system-blocked = The CRM has blocked our requests
notice-system-blocked-what =
    { $host } does not answer for now: too many requests from this address or this integration.
    Dealbell keeps trying. If the block stays, check your other integrations and write to the CRM's support.
notice-system-limited = Too many requests to the CRM
notice-system-limited-what =
    { $host } has refused requests for more than a minute, so notifications may be late.
    Check which other integrations use the account and reduce their load.
notice-system-hook-off = The CRM switched the webhook off
notice-system-hook-off-what =
    { $host } stopped telling us about events at once. Dealbell has switched the webhook on again and polls the CRM meanwhile.
    Check that the notification centre's address can be reached from the internet.
notice-system-silent = No answer from the CRM for over five minutes
notice-system-silent-what =
    { $host } cannot be read, so what is new will arrive late. Dealbell keeps trying.
    Check the network and the proxy, and open the CRM in a browser.
notice-system-slow = Notifications from the CRM are running late
notice-system-slow-what =
    Dealbell is more than a minute behind { $host }: too much changes there, or the CRM does not answer every request.
    This usually passes by itself.
