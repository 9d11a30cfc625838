## What notices say: titles and texts of notifications

# Tasks. $gender is he, she or unknown.
notice-task-new = Новая задача: { $task }, { $when }
notice-task-new-from = Новая задача от { $name }: { $task }, { $when }
notice-task-due = Через { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[many] { $minutes } минут
}: { $task }
notice-task-today = Сегодня: { $task }
notice-task-overdue = Просрочено: { $task }
notice-task-completed = { $gender ->
    [he] { $name } выполнил вашу задачу «{ $task }»
    [she] { $name } выполнила вашу задачу «{ $task }»
   *[unknown] { $name }: ваша задача «{ $task }» выполнена
}
notice-task-completed-nameless = Ваша задача «{ $task }» выполнена
notice-task-deadline = Срок: { $when }
notice-task-deadline-was = Срок был { $when }
notice-task-result = Итог: { $result }
notice-overdue-summary = { $count ->
    [one] { $count } просроченная задача
    [few] { $count } просроченные задачи
   *[many] { $count } просроченных задач
}
notice-overdue-more = и ещё { $count }

# What a task without text is called, by its type.
notice-task-untitled-call = связаться с клиентом
notice-task-untitled-meeting = встреча
notice-task-untitled = задача без текста

# Messages. $on is one of the phrases below, $name who wrote.
notice-chat-from-on = { $count ->
    [1] { $name } пишет { $on }
    [one] { $name } пишет { $on }: { $count } сообщение
    [few] { $name } пишет { $on }: { $count } сообщения
   *[many] { $name } пишет { $on }: { $count } сообщений
}
notice-chat-from = { $count ->
    [1] { $name } пишет
    [one] { $name } пишет: { $count } сообщение
    [few] { $name } пишет: { $count } сообщения
   *[many] { $name } пишет: { $count } сообщений
}
notice-chat-on = { $count ->
    [1] Новое сообщение { $on }
    [one] { $count } новое сообщение { $on }
    [few] { $count } новых сообщения { $on }
   *[many] { $count } новых сообщений { $on }
}
notice-chat = { $count ->
    [1] Новое сообщение
    [one] { $count } новое сообщение
    [few] { $count } новых сообщения
   *[many] { $count } новых сообщений
}
notice-on-telegram = в Telegram
notice-on-whatsapp = в WhatsApp
notice-on-instagram = в Instagram
notice-on-facebook = в Facebook
notice-on-viber = в Viber
notice-on-avito = на Авито
notice-on-skype = в Skype
notice-on-wechat = в WeChat
notice-on-vk = во ВКонтакте
notice-on-sms = по SMS
notice-on-mail = по почте

# Calls. $name is the client, or the number.
notice-call-missed = Пропущенный звонок
notice-call-missed-from = Пропущенный звонок: { $name }
notice-call = Звонок
notice-call-from = Звонок: { $name }
notice-call-talked = { $minutes ->
    [one] Разговор: { $minutes } минута
    [few] Разговор: { $minutes } минуты
   *[many] Разговор: { $minutes } минут
}
notice-call-talked-briefly = Разговор: меньше минуты

# Requests: what waits in Incoming leads.
notice-request = Новая заявка
notice-request-from = Новая заявка: { $name }
notice-request-form = Новая заявка с сайта
notice-request-form-named = Новая заявка с сайта: { $name }
notice-request-call = Новая заявка: звонок
notice-request-call-from = Новая заявка: звонок с { $name }
notice-request-call-missed = На звонок не ответили
notice-request-mail = Новая заявка по почте
notice-request-mail-about = Новая заявка по почте: { $name }
notice-request-chat = Новая заявка из чата
notice-request-chat-on = Новая заявка: сообщение { $on }
notice-request-chat-from-on = Новая заявка: { $name } пишет { $on }

# Deals. $gender is he, she or unknown.
notice-deal-given = { $gender ->
    [he] { $name } передал вам сделку «{ $deal }»
    [she] { $name } передала вам сделку «{ $deal }»
   *[unknown] { $name }: теперь ваша сделка «{ $deal }»
}
notice-deal-given-nameless = Вам передали сделку «{ $deal }»
notice-deal-made = { $gender ->
    [he] { $name } завёл для вас сделку «{ $deal }»
    [she] { $name } завела для вас сделку «{ $deal }»
   *[unknown] { $name }: новая сделка для вас «{ $deal }»
}
notice-deal-made-nameless = Новая сделка для вас: «{ $deal }»
notice-deal-number = № { $id }

# When: a day, and the time where it has one.
notice-day-today = сегодня
notice-day-tomorrow = завтра
notice-day-yesterday = вчера
notice-day-date = { $month ->
    [1] { $day } января
    [2] { $day } февраля
    [3] { $day } марта
    [4] { $day } апреля
    [5] { $day } мая
    [6] { $day } июня
    [7] { $day } июля
    [8] { $day } августа
    [9] { $day } сентября
    [10] { $day } октября
    [11] { $day } ноября
   *[12] { $day } декабря
}
notice-day-year = { $date } { $year } года
notice-day-time = { $day } в { $time }

# System
notice-system-expiring = Доступ к CRM закончится { $when }
notice-system-expiring-what =
    Токен аккаунта { $host } перестанет действовать, и уведомления остановятся.
    Выпустите новый в настройках интеграции в CRM и подключите аккаунт заново.
notice-system-expired = Срок токена CRM истёк
notice-system-expired-what =
    Токен аккаунта { $host } действовал до этого времени: { $when }. Уведомления остановлены.
    Выпустите новый токен в настройках интеграции в CRM и подключите аккаунт заново.
notice-system-revoked = CRM больше не принимает токен
notice-system-revoked-what =
    Токен аккаунта { $host } отозван или заменён. Уведомления остановлены.
    Возьмите действующий токен в настройках интеграции в CRM и подключите аккаунт заново.
notice-system-grant-lost = Интеграция потеряла доступ к CRM
notice-system-grant-lost-what =
    Аккаунт { $host } больше не даёт интеграции доступа: её отключили или доступ не удалось продлить. Уведомления остановлены.
    Подключите аккаунт заново с новым кодом авторизации.
notice-system-blocked = CRM заблокировала запросы
notice-system-blocked-what =
    Аккаунт { $host } временно не отвечает: слишком много запросов с этого адреса или от этой интеграции.
    Dealbell повторяет попытки сам. Если блокировка не снимается, проверьте другие интеграции и напишите в поддержку CRM.
notice-system-limited = Превышен лимит запросов к CRM
notice-system-limited-what =
    Аккаунт { $host } больше минуты отклоняет запросы, уведомления могут опаздывать.
    Проверьте, какие ещё интеграции обращаются к аккаунту, и снизьте их нагрузку.
notice-system-hook-off = CRM отключила вебхук
notice-system-hook-off-what =
    Аккаунт { $host } перестал сообщать о событиях сразу. Dealbell включил вебхук снова и пока опрашивает CRM.
    Проверьте, что адрес центра уведомлений доступен из интернета.
notice-system-silent = Больше пяти минут нет связи с CRM
notice-system-silent-what =
    Аккаунт { $host } не удаётся прочитать: новые события придут с опозданием. Dealbell продолжает попытки.
    Проверьте сеть и прокси и откройте CRM в браузере.
notice-system-slow = Уведомления из CRM опаздывают
notice-system-slow-what =
    Dealbell отстаёт от аккаунта { $host } больше чем на минуту: в нём слишком много изменений или CRM отвечает не на все запросы.
    Обычно это проходит само.
