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
tooltip-offline = Нет связи. Попробуем снова сами
tooltip-signed-out = Нужно войти
menu-open = Открыть Dealbell
menu-read-all = Отметить всё прочитанным
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
