## Letters: notifications by email, the daily digest, and the page that switches them off

# Where a notification belongs, as a button.
letter-open = Открыть
letter-open-context = Открыть: { $context }

# What an inbox shows: what it is, and where it belongs.
letter-subject = { $title } · { $context }

# The digest. $names are those it comes from.
letter-digest-subject-one = Осталось непрочитанным: { $title }
letter-digest-subject-names = { $count ->
    [one] { $count } непрочитанное: { $names }
   *[other] { $count } непрочитанных: { $names }
}
letter-digest-subject-others = { $names } и другие
letter-digest-subject-first = { $title } и ещё { $count }
letter-digest-title = { $count ->
    [one] { $count } непрочитанное уведомление
    [few] { $count } непрочитанных уведомления
   *[many] { $count } непрочитанных уведомлений
}
letter-digest-what = Пришли за сутки и ждут вас в Dealbell.
letter-digest-what-one = Пришло за сутки и ждёт вас в Dealbell.
letter-digest-newest = { $count ->
    [one] Ниже { $count } самое новое.
    [few] Ниже { $count } самых новых.
   *[many] Ниже { $count } самых новых.
}
letter-digest-more = { $count ->
    [one] И ещё { $count } уведомление
    [few] И ещё { $count } уведомления
   *[many] И ещё { $count } уведомлений
}
letter-digest-all = Показать все { $count }

# A try.
letter-test-label = Проверка
letter-test-title = Письма от Dealbell доходят
letter-test-text =
    Это пробное письмо: его попросили отправить, чтобы проверить почту. Делать с ним ничего не нужно.
    Уведомления будут выглядеть так же.

# Below the card.
letter-why = Письма «{ $provider }» включены у вас в каналах Dealbell.
letter-why-digest = Сводка приходит раз в день, если что-то осталось непрочитанным.
letter-off = Отключить письма «{ $provider }»
letter-off-all = Отключить все письма
letter-inbox = Все уведомления

# The page behind the link that switches letters off. It is seen before and after.
off-ask-title = Отключить письма «{ $provider }»?
off-ask-text = Писем отсюда больше не будет. В списке Dealbell и на экране всё останется как есть.
off-ask-button = Отключить
off-ask-all-title = Отключить все письма Dealbell?
off-ask-all-text = Не будет ни ежедневной сводки, ни писем об отдельных событиях. В списке Dealbell и на экране всё останется как есть.
off-done-title = Письма «{ $provider }» отключены
off-done-text = Передумаете – включите почту в Dealbell, на странице «Каналы».
off-done-all-title = Письма отключены
off-done-all-text = Передумаете – включите почту в Dealbell, на странице «Каналы».
off-stale-title = Эта ссылка не подходит
off-stale-text = Она неполная или слишком старая. Отключить письма можно в Dealbell, на странице «Каналы».
off-failed-title = Сейчас не получилось
off-failed-text = Письма пока включены. Нажмите ссылку в письме ещё раз через несколько минут.

# The page behind «Все уведомления»: they are in the app.
inbox-title = Уведомления ждут в Dealbell
inbox-text = Нажмите, и откроется окно со списком. Если не открылось, щёлкните колокольчик у часов: Dealbell на этом компьютере должен быть запущен.
inbox-open = Открыть Dealbell
