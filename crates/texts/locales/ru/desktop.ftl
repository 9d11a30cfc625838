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
