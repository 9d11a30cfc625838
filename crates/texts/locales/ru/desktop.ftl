## Tray and toasts

notifications-count = { $count ->
    [one] { $count } уведомление
    [few] { $count } уведомления
   *[many] { $count } уведомлений
}
tooltip-online = { $count ->
    [0] Всё разобрано
    [one] { $count } непрочитанное
   *[other] { $count } непрочитанных
}
tooltip-connecting = Подключаемся…
tooltip-offline = Нет связи. Пробуем снова
tooltip-offline-seconds = Нет связи. Попробуем снова через { $seconds } с
tooltip-offline-minutes = Нет связи. Попробуем снова через { $minutes } мин
tooltip-signed-out = Нужно войти
tooltip-quiet-until = Тихо до { $until }
tooltip-quiet-until-off = Тихо, пока не включите звонок
moment-tomorrow = завтра, { $time }
moment-weekday = { $day ->
    [mon] понедельника, { $time }
    [tue] вторника, { $time }
    [wed] среды, { $time }
    [thu] четверга, { $time }
    [fri] пятницы, { $time }
    [sat] субботы, { $time }
   *[sun] воскресенья, { $time }
}
menu-open = Открыть Dealbell
menu-read-all = Отметить всё прочитанным
menu-quiet-hour = Не беспокоить 1 час
menu-quiet-tomorrow = Не беспокоить до завтра
menu-quiet-until-off = Не беспокоить, пока не включу
menu-quiet-off = Снова звонить
menu-reconnect = Подключиться сейчас
menu-settings = Каналы и настройки
menu-quit = Выйти из Dealbell
toast-open = Открыть
summary-away = Пока вас не было: { $count ->
    [one] { $count } уведомление
    [few] { $count } уведомления
   *[many] { $count } уведомлений
}
summary-unconfirmed = Возможно, вы не увидели: { $count ->
    [one] { $count } уведомление
    [few] { $count } уведомления
   *[many] { $count } уведомлений
}
summary-from = { $count } от { $name }
summary-more = Ещё { $count ->
    [one] { $count } уведомление
    [few] { $count } уведомления
   *[many] { $count } уведомлений
}
summary-quiet = Пока было тихо: { $count ->
    [one] { $count } уведомление
    [few] { $count } уведомления
   *[many] { $count } уведомлений
}
# Where a name cannot be put into the genitive.
summary-from-plain = { $name }: { $count }
toast-done = Готово
toast-snooze = Через 15 минут
toast-mark-read = Прочитано
toast-undo = Вернуть
toast-more = { $title } · ещё { $count }
toast-more-deal = { $title } · ещё { $count } по этой сделке
toast-more-card = { $title } · ещё { $count }, { $context }
toast-hidden = { $count ->
    [1] Новое уведомление
    [one] { $count } новое уведомление
    [few] { $count } новых уведомления
   *[many] { $count } новых уведомлений
}
toast-kind-task-new = Новая задача
toast-kind-task-due = Скоро срок задачи
toast-kind-task-overdue = Просроченная задача
toast-kind-task-completed = Задача выполнена
toast-kind-chat-message = Сообщение
toast-kind-call = Звонок
toast-kind-request = Заявка
toast-kind-deal-assigned = Сделка
toast-kind-system = Система
toast-kind-message = Уведомление

# After a deed from a toast. $reason is the CRM's own.
toast-deed-done = Выполнено: { $task }
toast-deed-done-hidden = Задача выполнена
toast-deed-failed = Не получилось, задача осталась как была
toast-deed-offline = Сейчас нет связи. Попробуйте ещё раз чуть позже
toast-deed-gone = Этой задачи больше нет
toast-deed-no-rights = У вас нет прав на эту задачу
toast-deed-refused = CRM не приняла изменение
toast-deed-refused-why = CRM не приняла изменение: { $reason }
