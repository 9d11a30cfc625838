## The window

loading = Загружаем…
again = Попробовать ещё раз
back = Назад
cancel = Отменить
save = Сохранить
dismiss = Закрыть
silent-title = Dealbell не отвечает
silent-text = Окно открыто, но программа рядом с часами молчит. Попробуйте ещё раз или запустите Dealbell заново.

## List

list-label = Уведомления
badge-label = { $count ->
    [one] { $count } непрочитанное уведомление
    [few] { $count } непрочитанных уведомления
   *[other] { $count } непрочитанных уведомлений
}
filter-label = Что показывать
filter-all = Все
filter-unread = Непрочитанные
filter-today = Сегодня
news-above = { $count ->
    [one] { $count } новое
   *[other] { $count } новых
}
news-said = { $count ->
    [one] Пришло { $count } уведомление
    [few] Пришло { $count } уведомления
   *[other] Пришло { $count } уведомлений
}
read-all = Прочитать все
day-today = Сегодня
day-yesterday = Вчера
time-now = сейчас
time-minutes = { $minutes } мин
item-unread = не прочитано
item-open = Открыть карточку
item-mark-read = Отметить прочитанным
item-mark-unread = Вернуть в непрочитанные
item-read = Прочитано
item-unread-again = Не прочитано
item-snooze = Отложить
item-awake = Не откладывать
item-same-deal = Всё по этой сделке
acts-label = Что сделать
act-busy = Делаем…
act-failed-open = Не открылось. { $why }.
act-failed-read = Не отметилось. { $why }.
act-failed-unread = Не отметилось. { $why }.
act-failed-snooze = Не отложилось. { $why }.
act-failed-awake = Осталось отложенным. { $why }.
fact-when = Когда
fact-provider = Источник
fact-author = От кого
fact-where = Где
fact-snoozed = Отложено до
snoozed-until = Отложено до { $until }
snooze-minutes = На 15 минут
snooze-hour = На час
snooze-evening = До вечера
snooze-tomorrow = До завтра
until-tomorrow = завтра, { $clock }
item-complete = Выполнить
item-complete-title = Выполнить задачу (клавиша D)
item-completed = Выполнено
item-completed-with = Выполнено: { $result }
result-placeholder = Что вышло? Можно не писать
result-label = Результат задачи «{ $title }»
complete-failed = Не выполнилось. { $why }.
complete-again = Ещё раз
kind-task-new = Новая задача
kind-task-due = Пора выполнять
kind-task-overdue = Просрочено
kind-task-completed = Задача выполнена
kind-chat-message = Сообщение
kind-call = Звонок
kind-request = Заявка
kind-deal-assigned = Сделка
kind-system = Система
kind-message = Интеграция
reading-tasks = { $count ->
    [0] Читаем задачи…
   *[other] Читаем задачи: { $count }…
}
reading-about = Так бывает один раз. Новое появится здесь само, ждать не нужно.
empty-title = Всё разобрано
empty-text = Позвоним, когда появится новое
empty-unread-title = Непрочитанного нет
empty-unread-text = Всё, что приходило раньше, осталось в общем списке
empty-unread-act = Показать все
empty-first-title = Пока нечего показать
empty-first-text = Список появится, как только будет связь
list-failed-title = Список не открылся

## Search and filters

search-title = Поиск и фильтры
search-placeholder = Поиск
search-label = Искать в уведомлениях
search-clear = Очистить поиск
search-found = { $count ->
    [0] Ничего не нашлось
    [one] Нашлось { $count } уведомление
    [few] Нашлось { $count } уведомления
   *[other] Нашлось { $count } уведомлений
}
provider-title = Источник
provider-all = Все источники
chip-off = Убрать: { $what }
nothing-title = Ничего не нашлось
nothing-text = По запросу «{ $search }» ничего нет. Хватит и начала слова
nothing-filters = Под эти условия ничего не подходит
nothing-all = Показать все
nothing-everywhere = Искать везде

## Today

today-title = Задачи на сегодня
today-overdue = Просрочено
today-overdue-one = Просрочено
today-timed = Сегодня
today-all-day = В течение дня
today-whole-day = весь день
today-said = { $count ->
    [one] { $count } задача
    [few] { $count } задачи
   *[other] { $count } задач
}, { $late ->
    [0] просроченных нет
   *[other] просрочено: { $late }
}
today-from = автор: { $name }
today-complete = Выполнить: { $title }
today-empty-title = На сегодня всё
today-empty-text = Просроченных задач тоже нет
today-last = Сейчас не обновить. Здесь то, что было в { $when }
today-failed-title = Задачи не загрузились
day-yesterday-small = вчера

## Taking back

undo = Вернуть
undo-read = Отмечено прочитанным: { $count }
undo-completed = Выполнено: { $title }

## Quiet

quiet-title = Не беспокоить
quiet-until = Тихо до { $until }
quiet-until-off = Тихо, пока не включите
quiet-by-hours = Тихие часы до { $until }
quiet-system = Тихо: так настроена система
quiet-ring = Снова звонить
quiet-off = Снова звонить
quiet-hour-choice = На час
quiet-tomorrow-choice = До завтра
quiet-until-off-choice = Пока не включу

## Keys

keys-title = Клавиши
keys-move = Перейти
keys-item = С уведомлением или задачей
keys-all = Со всеми
key-rows = К соседней строке (или J и K)
key-ends = К первой и последней
key-pages = На страницу дальше и назад
key-tabs = Все, непрочитанные, сегодня
key-regions = В следующую часть окна
key-search = Поиск
key-escape = На шаг назад, потом закрыть
key-detail = Весь текст и всё, что можно сделать
key-card = Открыть карточку
key-complete = Выполнить задачу
key-snooze = Отложить
key-read = Прочитано или нет
key-deal = Всё по этой сделке
key-read-all = Прочитать все
key-undo = Вернуть последнее
key-quiet = Не беспокоить
key-sheet = Эта подсказка

## Connection

connection-online = На связи
connection-connecting = Подключаемся…
connection-offline = Нет связи.
connection-signed-out = Нужно войти
connection-retry = Попробуем снова через { $seconds } с
connection-now = Сейчас

## What did not work, by code

error-offline = Сейчас нет связи. Попробуйте, когда она появится
error-token-refused = Токен не подошёл. Проверьте, что он вставлен целиком
error-address-wrong = По этому адресу ничего нет. Проверьте его
error-not-a-centre = По этому адресу отвечает кто-то другой. Проверьте его
error-account-unknown = Такого аккаунта нет. Проверьте, нет ли опечатки в имени
error-token-expired = Срок токена вышел. Создайте новый
error-token-elsewhere = Этот токен от другого аккаунта или отозван. Создайте новый
error-code-expired = Код уже не действует. Скопируйте новый
error-integration-wrong = Ключи интеграции не подходят друг к другу. Проверьте их
error-no-rights = На это не хватает прав. Попросите администратора аккаунта
error-not-paid = Аккаунт не оплачен, и { $crm } закрыла к нему доступ
error-blocked = { $crm } закрыла доступ с вашего адреса: слишком много запросов. Напишите в её поддержку
error-proxy-asks = Прокси вашей сети сначала просит войти. Впишите логин и пароль в настройках прокси системы или спросите, кто ведает сетью
error-crm-refused = { $crm } не приняла это. Откройте карточку и посмотрите, что изменилось
error-conflict = Каналы тем временем изменили на другом устройстве
error-gone = Этого уведомления больше нет: его убрали из центра
error-no-link = У этого уведомления нет безопасной ссылки, поэтому открыть нечего
error-open-failed = Не удалось запустить браузер. Проверьте, какой браузер выбран в системе
error-storage = Диск не принимает данные. Проверьте, есть ли на нём место
error-secret-stays = Вы вышли, но связка ключей не отдала токен. Разблокируйте её и удалите там запись «dealbell»
error-check-again = Прошло слишком много времени, или проверку начали заново. Проверьте ещё раз
error-invitation-used = По этому приглашению уже вошли. Попросите новое
error-invitation-expired = Приглашение действовало сутки, и они прошли. Попросите новое
error-invitation-unknown = Такого приглашения нет: возможно, его отозвали. Попросите новое
error-already-in = Вы уже вошли в этот центр. Чтобы войти по приглашению, сначала выйдите
error-shortcut-taken = Это сочетание уже занято другой программой. Выберите другое
error-shortcut-wrong = Такое сочетание не подойдёт. Нужна обычная клавиша вместе с Ctrl, Alt или Shift
error-proxy-wrong = Это не адрес прокси. Он выглядит так: http://proxy.romashka.ru:3128
error-ca-wrong = В этом файле нет сертификатов, или прочитать его не удалось. Нужен файл PEM
error-autostart-failed = Система не дала включить запуск при входе. Добавьте Dealbell в автозагрузку сами
error-managed = Это решил администратор, здесь не изменить
error-not-permitted = Система не разрешает показывать уведомления. Разрешите их Dealbell в её настройках
error-newer-data = Данные на этом компьютере записала более новая версия Dealbell. Обновите программу
error-unavailable = Ваш центр пока этого не умеет. Спросите администратора, когда его обновят
error-update-failed = Обновление не загрузилось или подписано не нами. Осталась прежняя версия, попробуйте позже
error-unknown = Не получилось. Попробуйте ещё раз

## Troubles

trouble-crm-token-refused = { $crm } больше не пускает по этому токену. Создайте новый и вставьте его здесь
trouble-crm-unreachable = { $crm } не отвечает. Новое появится, когда связь вернётся, — ничего не потеряется
trouble-crm-blocked = { $crm } закрыла доступ с вашего адреса: слишком много запросов. Напишите в её поддержку, остальное Dealbell сделает сам
trouble-no-keyring = Не нашли, где надёжно хранить токен: связка ключей не отвечает. Сохранить его в файле, который читаете только вы?
trouble-token-in-file = Токен хранится в файле, который читаете только вы
trouble-no-toasts = Система не показывает всплывающие уведомления. Новое увидите в этом списке
trouble-no-tray = В системе нет места для значка рядом с часами. Откройте Dealbell ещё раз, чтобы вернуться к этому окну
trouble-settings-damaged = Файл настроек был повреждён. Вернули последние исправные — проверьте, всё ли так
trouble-store-failed = Не удаётся записать уведомления на диск. Проверьте, есть ли на нём место, и запустите Dealbell заново
trouble-newer-data = Данные на этом компьютере записала более новая версия Dealbell, поэтому мы их не открываем. Обновите программу, и всё вернётся
trouble-not-permitted = Система пока не разрешает показывать уведомления. Разрешите их, иначе новое увидите только в этом списке
trouble-crashed = В прошлый раз Dealbell закрылся сам, хотя его не просили. Отчёт об этом можно скопировать и отправить нам
trouble-managed-wrong = В файле администратора есть то, чего Dealbell не понимает. Остальное из него действует; покажите это администратору
troubles-more = Ещё { $count }
troubles-less = Свернуть
keep-in-file = Сохранить в файле
keep-nowhere = Спрашивать каждый раз
paste-token = Вставить новый токен
ask-permission = Разрешить
to-report = К отчёту

## Channels

channels-title = Каналы и настройки
channels-caption = О чём и куда сообщать
channels-dirty = Есть несохранённые изменения
channels-saved = Сохранено
channels-failed-title = Каналы не открылись
receive = Получать уведомления
receive-on = Выключите, чтобы пополнялся только список
receive-off = Выключено: остаются только список и счётчик
channel-interface = Список
channel-desktop = Экран
channel-email = Почта
channel-mobile = Телефон
channel-browser = Браузер
interface-locked = В список попадает всё
undeliverable-short = Ваш центр пока сюда не доставляет
undeliverable = Ваш центр пока не доставляет сюда: { $channels }. { $count ->
    [one] Включить этот канал можно будет, когда центр научится.
   *[other] Включить эти каналы можно будет, когда центр научится.
}
provider-tasks = Задачи
provider-chats = Чаты
provider-calls = Звонки
provider-requests = Заявки
provider-deals = Сделки
provider-system = Система
conflict-title = Каналы изменили на другом устройстве
conflict-text = Пока вы выбирали здесь, там уже сохранили другое. Показать новое или поверх него оставить ваши изменения?
conflict-newer = Показать новое
conflict-mine = Оставить мои изменения
leave-title = Сохранить изменения?
leave-text = Вы изменили каналы, но не сохранили. Без этого всё останется как было.
leave-discard = Не сохранять
leave-stay = Остаться

## Settings

settings-language = Язык
settings-theme = Оформление
settings-account = Аккаунт
language-system = Как в системе
language-ru = Русский
language-en = English
theme-system = Как в системе
theme-light = Светлое
theme-dark = Тёмное
way-demo = Демонстрация
way-solo = Мой аккаунт
way-team = Центр команды
quit = Завершить Dealbell
sign-out-text = Уведомления и токен исчезнут с этого компьютера. В аккаунте ничего не изменится.
sign-out-sure = Да, выйти
sign-out-busy = Выходим…

## Sign in

signin-title = Где ваши сделки?
signin-lead = Dealbell сообщит о задачах, чатах и заявках, как только они появятся.
signin-again-title = Войдите снова
signin-demo = Попробовать демо
signin-demo-about = Учебный отдел продаж, без регистрации
signin-demo-busy = Готовим учебный отдел…
signin-solo = Мой аккаунт
signin-solo-about = amoCRM или Kommo: по токену или через OAuth
signin-team = Центр моей команды
signin-team-about = Один на весь отдел, адрес даст администратор
signin-submit = Проверить
signin-busy = Проверяем…
signin-empty = Заполните это поле

signin-solo-address = Адрес аккаунта
signin-solo-address-example = romashka.amocrm.ru
signin-solo-address-help = Имя аккаунта, адрес целиком или ссылка на любую его страницу
signin-solo-address-is = Подключимся к { $host }
signin-by = Как войти
signin-by-token = Токен
signin-by-token-about = Проще всего: создаёте один раз, действует до выбранного срока.
signin-by-oauth = OAuth
signin-by-oauth-about = Доступ продлевается сам, но ввести нужно больше.
signin-solo-token = Долгосрочный токен
signin-oauth-integration = ID интеграции
signin-oauth-secret = Секретный ключ
signin-oauth-redirect = Адрес перенаправления
signin-oauth-code = Код авторизации
signin-oauth-code-help = Действует 20 минут, поэтому вставьте его последним. Подойдёт и весь адрес, на который вернулся браузер
signin-oauth-code-found = Нашли код в этом адресе
signin-team-address = Адрес центра
signin-team-address-example = https://bell.romashka.ru
signin-team-address-help = Его знает администратор центра. Ссылку-приглашение можно вставить сюда же
signin-team-token = Токен устройства
signin-team-help = Токен выдаёт администратор центра, на каждое устройство свой
signin-team-invitation = Это приглашение, больше ничего не нужно
signin-team-no-token = С приглашением токен не нужен

## Where a field's content is found, by the names the CRM uses

where = Где это найти?
where-address-1 = Откройте { $crm } в браузере и скопируйте адрес из строки вверху: подойдёт любая страница.
where-address-2 = { $crm ->
    [Kommo] Домен нужен целиком, вместе с kommo.com.
   *[other] Можно и короче: для amocrm.ru хватит имени до первой точки.
}
where-create = { $crm ->
    [Kommo] Settings → Integrations → Create integration → Private. Это может только администратор аккаунта.
   *[other] amoМаркет → ⋯ → «Создать интеграцию» → «Внешняя интеграция». Это может только администратор аккаунта.
}
where-keys = { $crm ->
    [Kommo] Откройте созданную интеграцию, вкладка Keys and scopes.
   *[other] Откройте созданную интеграцию, вкладка «Ключи и доступы».
}
where-token-3 = { $crm ->
    [Kommo] Нажмите Generate long-lived token, выберите срок и сразу скопируйте: второй раз токен не покажут.
   *[other] Сгенерируйте долгосрочный токен, выберите срок и сразу скопируйте: второй раз его не покажут.
}
where-integration-3 = { $crm ->
    [Kommo] Скопируйте Integration ID.
   *[other] Скопируйте «ID интеграции».
}
where-secret-3 = { $crm ->
    [Kommo] Скопируйте Secret key.
   *[other] Скопируйте «Секретный ключ».
}
where-code-3 = { $crm ->
    [Kommo] Скопируйте Authorization code. Он меняется каждые 20 минут и подходит один раз.
   *[other] Скопируйте «Код авторизации». Он меняется каждые 20 минут и подходит один раз.
}
where-redirect-2 = { $crm ->
    [Kommo] Впишите в Redirect URL любой свой адрес на https: открывать его Dealbell не будет.
   *[other] Впишите в поле «Ссылка для перенаправления» любой свой адрес на https: открывать его Dealbell не будет.
}
where-redirect-3 = Этот же адрес, буква в букву, вставьте сюда.
scheme-market = { $crm ->
    [Kommo] Integrations
   *[other] amoМаркет
}
scheme-create = { $crm ->
    [Kommo] Create integration
   *[other] Создать интеграцию
}
scheme-external = { $crm ->
    [Kommo] Private
   *[other] Внешняя интеграция
}
scheme-redirect = { $crm ->
    [Kommo] Redirect URL
   *[other] Ссылка для перенаправления
}
scheme-keys = { $crm ->
    [Kommo] Keys and scopes
   *[other] Ключи и доступы
}
scheme-secret = { $crm ->
    [Kommo] Secret key
   *[other] Секретный ключ
}
scheme-integration = { $crm ->
    [Kommo] Integration ID
   *[other] ID интеграции
}
scheme-code = { $crm ->
    [Kommo] Authorization code
   *[other] Код авторизации
}
scheme-token = { $crm ->
    [Kommo] Long-lived token
   *[other] Долгосрочный токен
}

## What was found

signin-found-title = Это ваш аккаунт?
signin-found-team = Это ваш центр?
signin-found-user = Вы
signin-found-own = Под вашим токеном
signin-found-unnamed = Имени не видно
signin-found-zone = Время
signin-found-now = Сейчас там { $clock }
signin-found-rights = Права
signin-rights-administrator = Администратор
signin-rights-administrator-about = Видно всё, что нужно
signin-rights-manager = Менеджер
signin-rights-manager-about = Имён коллег не увидим, остальное работает
signin-found-token = Токен
signin-found-until = До { $date }
signin-found-until-about = Напомним заранее
signin-twice-title = Чтобы не звонило дважды
signin-twice = { $crm ->
    [Kommo] Отключите уведомления браузера в самой Kommo: ваше фото слева вверху → Profile → Notification settings, столбец Browser.
   *[other] Отключите уведомления браузера в самой amoCRM: ваше фото слева вверху → «Профиль» → уведомления, столбец «Браузер».
}
signin-enter = Подключить
signin-entering = Подключаем…

## Why signing in did not work, by code

signin-solo-address-wrong = Это не адрес аккаунта. Он выглядит так: romashka.amocrm.ru или romashka.kommo.com
signin-solo-account-unknown = Аккаунта { $host } нет. { $crm ->
    [Kommo] Проверьте, нет ли опечатки в имени
   *[other] Проверьте, нет ли опечатки в имени, а если это Kommo, допишите .kommo.com
}
signin-solo-not-a-centre = Вместо { $crm } отвечает чужая страница: прокси или вход в сеть. Откройте { $host } в браузере, войдите, куда просят, и попробуйте снова
signin-solo-token-refused = { $crm } не пускает по этому токену. Создайте новый и вставьте его целиком
signin-solo-token-expired = Срок этого токена вышел. Создайте новый и вставьте его сюда
signin-solo-token-elsewhere = Этот токен от другого аккаунта или отозван. Создайте новый в { $host } и вставьте его сюда
signin-solo-code-expired = Этот код уже не действует: он живёт 20 минут и подходит один раз. Скопируйте новый с той же вкладки
signin-solo-integration-wrong = ID, ключ и адрес перенаправления — не от одной интеграции. Скопируйте все три с её страницы ещё раз
signin-solo-no-rights = { $crm } не показывает этому пользователю задачи. Попросите администратора аккаунта открыть к ним доступ
signin-solo-not-paid = Аккаунт { $host } не оплачен, и { $crm } закрыла к нему доступ. Оплатите его и попробуйте снова
signin-solo-blocked = { $crm } закрыла доступ с вашего адреса: слишком много запросов. Напишите в её поддержку или попробуйте из другой сети
signin-oauth-token-refused = { $crm } не пускает с этими ключами. Проверьте доступы интеграции и скопируйте новый код
signin-oauth-token-expired = Доступ уже истёк. Скопируйте новый код и попробуйте снова
signin-oauth-token-elsewhere = Эта интеграция живёт в другом аккаунте. Сверьте адрес или скопируйте код из { $host }
signin-team-token-refused = Центр не знает этого токена. Попросите у администратора новый
signin-team-no-rights = Центр не пускает с этим токеном. Попросите у администратора новый
signin-team-address-wrong = По этому адресу никто не отвечает. Сверьте его с тем, что дал администратор
signin-team-not-a-centre = По этому адресу отвечает не центр Dealbell. Сверьте его с тем, что дал администратор

## Why one was signed out

signed-out-no-token = Токен не был сохранён. Вставьте его ещё раз
signed-out-token-invalid = { $crm } больше не пускает по этому токену. Создайте новый и вставьте его здесь
signed-out-token-invalid-team = Центр больше не пускает по этому токену. Попросите у администратора новый и вставьте его здесь
signed-out-device-revoked = Этот компьютер отключили от центра. Попросите у администратора новый токен и вставьте его здесь
signed-out-account-off = Ваш доступ к центру выключен. Спросите администратора, а потом войдите снова
signed-out-too-many-devices = Подключено слишком много устройств. Отключите лишнее и войдите снова
signed-out-upgrade-required = Эта версия Dealbell слишком старая для центра. Обновите её и войдите снова
signed-out-protocol = По этому адресу отвечает не центр Dealbell или он другой версии. Проверьте адрес

## Settings: channels, this device, diagnostics

settings-title = Настройки
tab-channels = Каналы
tab-settings = Компьютер
tab-diagnostics = Диагностика
apply = Применить
reload = Обновить
setting-managed = Это решил администратор
settings-ringing = Как звонить
settings-appearance = Вид
settings-accounts = Аккаунты
settings-machine = Запуск и окно
settings-network = Сеть
setting-content = Что видно в уведомлении
content-all = Всё
content-sender = Только от кого
content-nothing = Ничего
content-all-about = Заголовок и текст целиком
content-sender-about = Имя и повод, без текста
content-nothing-about = Только то, что есть новое
setting-hide-while-sharing = Скрывать на показе экрана
setting-hide-while-sharing-about = Там, где система говорит о показе
setting-stay-when-due = Держать на экране, когда пора выполнять
setting-respect-system-quiet = Молчать вместе с системой
setting-sounds = Звук
setting-sound-of = Звук по источникам
sound-default = Как в системе
sound-message = Сообщение
sound-bell = Колокольчик
sound-complete = Готово
sound-silent = Без звука
setting-start-at-login = Запускать при входе
setting-start-at-login-about = Без окна, только значок рядом с часами
setting-shortcut = Открыть окно клавишами
setting-shortcut-about = Из любой программы
setting-shortcut-listening = Нажмите сочетание. Backspace убирает его, Esc оставляет прежнее
setting-shortcut-none = Не задано
setting-keep-days = Хранить прочитанное
setting-keep-days-about = На этом компьютере, в центре останется всё
keep-days = { $days ->
    [0] Всегда
    [365] Год
    [one] { $days } день
    [few] { $days } дня
   *[other] { $days } дней
}
setting-linger = Закрытое окно наготове
setting-linger-about = Второй раз открывается сразу, но занимает память
linger = { $minutes ->
    [0] Не держать
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
setting-proxy = Прокси
proxy-system = Как в системе
proxy-direct = Без прокси
proxy-through = Свой
setting-proxy-url = Адрес прокси
setting-ca-file = Сертификаты компании
setting-ca-file-about = Файл PEM. Нужен, если сеть подменяет сертификаты сайтов
account-add = Добавить аккаунт
sign-out = Выйти
sign-out-of = Выйти из { $account }
switcher-label = Аккаунт
switcher-account = { $account }{ $unread ->
    [0] { "" }
   *[other] { " " }· { $unread }
}
update-check = Проверить обновления
update-none = У вас последняя версия
update-managed = Обновления ставит администратор
update-found = Вышла версия { $version }
update-by-system = Версия { $version } придёт вместе с обновлениями системы
update-downloading = Загружаем версию { $version }
update-install = Установить и перезапустить
update-notes = Что нового
about-licences = Открытые библиотеки
about-own-licence = Dealbell собран из этих библиотек. Спасибо их авторам.

## Devices

devices-title = Устройства
devices-alone = Других устройств нет
devices-stale = Сейчас не обновить. Здесь то, что было, пока была связь
device-this = Этот компьютер
device-unnamed = Без имени
device-connected = На связи
device-never = Ещё не подключалось
device-last-now = Только что
device-last-minutes = { $minutes } мин назад
device-last-today = Сегодня в { $clock }
device-last-yesterday = Вчера в { $clock }
device-revoke = Отключить
device-revoke-of = Отключить: { $name }
device-revoke-text = «{ $name }» перестанет звонить, а уведомления с него исчезнут. Чтобы подключить его снова, понадобится новый токен.
device-revoke-sure = Да, отключить
device-revoking = Отключаем…
device-revoked = «{ $name }» отключено
platform-linux = Linux
platform-windows = Windows
platform-macos = macOS
platform-web = Браузер

## Browsers, phones and the calendar

copy-act = Скопировать
copy-done = Скопировано
copy-failed = Не скопировалось. Попробуйте ещё раз
reach-alone-title = Браузер, телефон и календарь
reach-alone-demo = Они живут в центре отдела, а демонстрация целиком на этом компьютере: снаружи до неё не дотянуться.
reach-alone-solo = Они живут в центре отдела. Сейчас Dealbell читает CRM сам, прямо на этом компьютере, и снаружи до него не дотянуться.
reach-alone-act-about = Если в отделе есть центр, попросите у администратора приглашение и войдите по нему.
reach-alone-act = Войти в центр
undeliverable-alone = Сюда доставляет только центр отдела: { $channels }.
wayin-title = Браузер и телефон
wayin-about = Тот же список и те же уведомления — в браузере и на телефоне.
wayin-about-web = Тот же список и те же уведомления — на телефоне и в других браузерах.
wayin-open = Открыть в браузере
wayin-opening = Открываем…
wayin-opened = Открыли в браузере, вы там уже вошли
wayin-show = QR для телефона
wayin-showing = Готовим код…
wayin-code = Код для камеры: ссылка для входа в список
wayin-scan = Наведите камеру телефона на код.
wayin-near = Центр виден только на этом компьютере: с телефона код не откроется, а ссылка откроется в любом браузере здесь.
wayin-left = Действует ещё { $left }, сработает один раз.
wayin-over = Код устарел
wayin-over-about = Он действует десять минут. Возьмите новый.
wayin-new = Новый код
wayin-copy = Скопировать ссылку
wayin-hide = Скрыть
wayin-warning = Кто откроет эту ссылку, войдёт под вашим именем. Никому её не пересылайте и не показывайте на общем экране.
wayin-unavailable = У центра нет публичного адреса или он слишком старый, поэтому открыть его в браузере нельзя. Администратор задаёт его в настройке public-url
wayin-elsewhere = Центр называет не тот адрес, по которому к нему подключён этот компьютер. Открывать чужой адрес не стали: покажите это администратору
push-title = Куда приходят уведомления
push-none = Пока никуда. Откройте список в браузере или на телефоне и разрешите там уведомления.
push-none-web = Пока никуда. Разрешите уведомления здесь или откройте список на телефоне.
push-no-key = Уведомлений в браузер и на телефон этот центр не шлёт, но список там открывается.
push-stale = Сейчас не обновить. Здесь то, что было, пока была связь
push-this = Этот браузер
push-unnamed-browser = Браузер без имени
push-unnamed-mobile = Телефон без имени
push-channel-browser = Браузер
push-channel-mobile = Телефон
push-by = через { $service }
push-off-row = Выключено
push-last = Последнее: { $when }
push-last-never = Ещё ничего не приходило
push-last-now = только что
push-last-minutes = { $minutes } мин назад
push-last-today = сегодня в { $clock }
push-last-yesterday = вчера в { $clock }
push-trouble-unreachable = { $service } не отвечает, последнее уведомление не дошло. Со следующим попробуем снова
push-trouble-busy = { $service } просит подождать, последнее уведомление не дошло. Со следующим попробуем снова
push-trouble-refused = { $service } не принимает уведомления для этого устройства. Уберите его и подключите заново
push-switch-of = Уведомления: { $name }
push-test = Проверить
push-test-of = Проверить: { $name }
push-testing = Отправляем…
push-tested = Отправили. Если за минуту ничего не появится, проверьте, разрешены ли там уведомления
push-remove = Убрать
push-remove-of = Убрать: { $name }
push-remove-text = «{ $name }» перестанет получать уведомления. Войти в список там по-прежнему можно, и уведомления там же включаются снова.
push-remove-sure = Да, убрать
push-removing = Убираем…
push-removed = «{ $name }»: больше не уведомляем
push-failed-list = Список устройств не загрузился
push-nobody = { $channel ->
    [mobile] Телефон отмечен, но ни один не подключён.
   *[browser] Браузер отмечен, но ни один не подключён.
}
push-all-off = { $channel ->
    [mobile] Телефон отмечен, но все подключённые выключены.
   *[browser] Браузер отмечен, но все подключённые выключены.
}
push-to-card = Подключить
push-to-switch = К выключателям
push-nowhere = { $channel ->
    [mobile] Телефон подключён, но в таблице выше для него ничего не отмечено.
   *[browser] Браузер подключён, но в таблице выше для него ничего не отмечено.
}
push-hold-back = Не звонить дважды
push-hold-back-about = Браузер и телефон молчат о том, что уже принял Dealbell на компьютере. Он принимает и без вас: отойдёте от включённого компьютера — телефон не зазвонит
push-here = Уведомления в этом браузере
push-here-on = Включены. Приходят, даже когда вкладка закрыта
push-here-off = Выключены. Браузер спросит разрешения
push-here-asking = Ждём ответа браузера…
push-here-denied = Браузер их запретил. Разрешите уведомления в настройках этого сайта: значок слева от адреса
push-here-unsupported = Этот браузер не умеет получать уведомления
push-here-needs-install = Сначала добавьте список на экран «Домой»: «Поделиться», затем «На экран „Домой“». Потом включите уведомления там
push-here-no-key = Этот центр не шлёт уведомления в браузеры
push-here-failed = Не получилось: сервис уведомлений браузера или центр не ответил. Попробуйте ещё раз
push-here-looking = Смотрим, включены ли…
calendar-title = Календарь
calendar-about = Ваши открытые задачи со сроком — в любом календаре, который умеет подписываться по адресу: Google, Apple, Outlook, Thunderbird.
calendar-address = Адрес вашего календаря
calendar-hidden = секрет скрыт
calendar-secret = У кого есть адрес, тот видит ваши задачи.
calendar-refresh = Календарь перечитывает адрес сам, обычно раз в несколько часов. Пока CRM не отвечает, в нём остаётся прежнее.
calendar-open = Открыть в календаре
calendar-opening = Открываем…
calendar-opened = Передали адрес программе календаря
calendar-open-failed = Не нашлось программы, которая подписывается на календари. Скопируйте адрес и вставьте его в свой календарь
calendar-renew = Сменить адрес
calendar-renew-text = Прежний адрес перестанет действовать, и календари по нему замолчат. На новый придётся подписаться заново, на каждом устройстве.
calendar-renew-sure = Да, сменить
calendar-renewing = Меняем…
calendar-renewed = Адрес новый. Подпишитесь на него заново
calendar-renew-failed = Адрес остался прежним. { $why }
calendar-no-address = У центра нет публичного адреса, по которому календарь мог бы его найти. Администратор задаёт его в настройке public-url; после этого адрес появится здесь.
device-this-browser = Этот браузер
device-revoke-web-text = «{ $name }» выйдет из списка, и уведомления туда приходить перестанут. Чтобы войти снова, понадобится новый код или ссылка.

## Quiet hours

quiet-hours = Тихие часы
quiet-hours-about = Экран, телефон и браузер молчат, потом приходит одна сводка. Одинаковы на всех устройствах
quiet-span = Промежуток { $number }
quiet-from = С
quiet-to = До
quiet-next-day = следующего дня
quiet-remove = Убрать промежуток
quiet-add = Добавить промежуток
quiet-no-days = Выберите хотя бы один день
quiet-zone = Часовой пояс: { $zone }
quiet-zone-other = Часовой пояс: { $zone }.
quiet-zone-here = Сменить на { $zone }

## Letters

letters-title = Письма
letters-at-once = В момент события
letters-at-once-about = Каждое уведомление — отдельным письмом
letters-daily = Раз в день
letters-daily-about = Одним письмом то, что ещё не прочитано: до пяти самых новых. Если всё прочитано, письма не будет
letters-hour = Время письма
letters-zone-centre = как у центра
letters-nowhere = Чтобы письма приходили, отметьте почту хотя бы у одного источника
letters-off = Уведомления выключены, поэтому писем нет
letters-test = Отправить пробное письмо
letters-testing = Отправляем…
letters-tested = Отправили, проверьте почту
limit-kind = «{ $kind }»
limit-new-and-due = { $channel ->
    [email] Письма о задачах
    [desktop] На экране задачи
    [mobile] На телефоне задачи
   *[browser] В браузере задачи
} — только новые и те, что пора выполнять
limit = { $provider }: { $channel ->
    [email] письмом
    [desktop] на экран
    [mobile] на телефон
   *[browser] в браузер
} не приходит { $kinds }

## Diagnostics

channel-test-title = Проверить канал
channel-test-about = Отправим проверочное уведомление тем же путём, которым приходят настоящие
test-sent-interface = отправили, оно появится в списке
test-sent-desktop = отправили, оно появится на экране
test-sent-email = отправили, проверьте почту
test-sent-mobile = отправили, посмотрите на телефон
test-sent-browser = отправили, посмотрите в браузер
decisions-title = Почему звонило или молчало
decisions-none = Уведомлений ещё не было
decision-open = Решаем
decision-shown = Показали
decision-replaced = Показали на месте прежнего
decision-coalesced = Вошло в общую сводку
decision-gone = Уведомления больше нет
decision-summary = Сводка
suppressed-master-switch = Не показали: уведомления выключены
suppressed-channel = Не показали: для этого источника выключен экран
suppressed-silent = Не показали: вы поставили эту задачу сами
suppressed-already-read = Не показали: уже прочитано
suppressed-withdrawn = Не показали: его успели убрать
suppressed-quiet-hours = Не показали: были тихие часы
suppressed-user-quiet = Не показали: вы просили не беспокоить
suppressed-do-not-disturb = Не показали: в системе включено «Не беспокоить»
suppressed-snoozed = Отложили: вы просили напомнить позже
toast-failed-no-daemon = Не показали: в системе некому показывать уведомления
toast-failed-refused = Не показали: система отказала
toast-failed-no-answer = Система не ответила, показано ли
toast-failed-unconfirmed = Неизвестно: Dealbell закрылся раньше, чем узнал
log-whole = Показать все: { $count }
reason-mend = Изменить
links-title = Связь с центром
links-none = Пока ничего не было
link-started = Dealbell запущен
link-online = На связи
link-lost = { $code ->
    [0] Связь пропала, новая попытка через { $seconds } с
   *[other] Связь пропала (код { $named }), новая попытка через { $seconds } с
}
link-refused = Центр не пустил (код { $named })
link-woke = Компьютер проснулся
link-network-changed = Сменилась сеть
diagnostics-failed = Диагностика не открылась
report-title = Отчёт для поддержки
report-about = Версия, настройки и журнал. Имена, тексты, адреса и токены из него убраны: посмотрите сами
report-write = Составить отчёт
report-copy = Скопировать
report-copied = Скопировано
setting-log-level = Журнал
log-warn = Только сбои
log-info = Обычный
log-debug = Подробный
log-debug-about = В подробном журнале могут встретиться имена клиентов

## Приглашение, по которому перешли

join-ask-title = Открыть приглашение?
join-ask-text = Ссылка ведёт в центр. Пока вы не откроете приглашение, Dealbell к нему не обращается.
join-ask-advice = Такую ссылку может открыть любая страница. Если вы не знаете этого центра, не открывайте.
join-look = Открыть приглашение
join-title = Войти в этот центр?
join-invited = Вас пригласили по ссылке. Уведомления команды будут приходить сюда.
join-invited-by = Вас приглашает { $by }. Уведомления команды будут приходить сюда.
join-centre = Центр
join-once = Приглашение действует один раз. Если вы его не ждали или не знаете этого центра, не входите.
join-looking = Смотрим приглашение от { $host }…
join-enter = Войти
join-entering = Входим…
join-not-now = Не сейчас
join-to-list = К уведомлениям
join-other-way = Войти иначе
join-failed-title = Приглашение не открылось
join-invitation-used-title = По этому приглашению уже вошли
join-invitation-used-text = Оно действует один раз. Попросите у администратора { $host } новое.
join-invitation-expired-title = Приглашение больше не действует
join-invitation-expired-text = Оно действует сутки. Попросите у администратора { $host } новое.
join-invitation-unknown-title = Такого приглашения нет
join-invitation-unknown-text = Возможно, его отозвали или ссылка скопировалась не целиком. Попросите у администратора { $host } новое.
join-already-in-title = Вы уже вошли
join-already-in-text = Dealbell подключён к { $host }. Чтобы войти по приглашению под другим именем, сначала выйдите.
join-offline-title = { $host } не отвечает
join-offline-text = Приглашение цело. Проверьте сеть и попробуйте ещё раз.
join-managed-title = Это не ваш центр
join-managed-text = Администратор задал, к какому центру подключается этот компьютер, и это не { $host }. Приглашение осталось целым.
