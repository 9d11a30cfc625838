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
read-all = Прочитать все
day-today = Сегодня
day-yesterday = Вчера
time-now = сейчас
time-minutes = { $minutes } мин
item-unread = не прочитано
item-open = Открыть карточку
item-mark-read = Отметить прочитанным
item-mark-unread = Вернуть в непрочитанные
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
empty-title = Всё разобрано
empty-text = Позвоним, когда появится новое
empty-unread-title = Непрочитанного нет
empty-unread-text = Всё, что приходило раньше, осталось в общем списке
empty-unread-act = Показать все
empty-first-title = Пока нечего показать
empty-first-text = Список появится, как только будет связь
list-failed-title = Список не открылся

## Connection

connection-online = На связи
connection-connecting = Подключаемся…
connection-offline = Нет связи.
connection-signed-out = Нужно войти
connection-retry = Попробуем снова через { $seconds } с
connection-now = Сейчас

## What did not work, by code

error-offline = Сейчас нет связи. Попробуйте, когда она появится
error-token-refused = Токен не подошёл. Проверьте, что он вставлен целиком
error-address-wrong = По этому адресу ничего нет. Проверьте его
error-not-a-centre = По этому адресу отвечает кто-то другой. Проверьте его
error-conflict = Каналы тем временем изменили на другом устройстве
error-gone = Этого уведомления больше нет: его убрали из центра
error-no-link = У этого уведомления нет безопасной ссылки, поэтому открыть нечего
error-open-failed = Не удалось запустить браузер. Проверьте, какой браузер выбран в системе
error-storage = Диск не принимает данные. Проверьте, есть ли на нём место
error-unknown = Не получилось. Попробуйте ещё раз

## Troubles

trouble-crm-token-refused = { $crm } больше не пускает по этому токену. Создайте новый и вставьте его здесь
trouble-crm-unreachable = { $crm } не отвечает. Новое появится, когда связь вернётся, — ничего не потеряется
trouble-crm-blocked = { $crm } закрыла доступ с вашего адреса: слишком много запросов. Напишите в её поддержку, остальное Dealbell сделает сам
trouble-no-keyring = Не нашли, где надёжно хранить токен: связка ключей не отвечает. Сохранить его в файле, который читаете только вы?
trouble-token-in-file = Токен хранится в файле, который читаете только вы
trouble-no-toasts = Система не показывает всплывающие уведомления. Новое увидите в этом списке
trouble-no-tray = В системе нет места для значка рядом с часами. Откройте Dealbell ещё раз, чтобы вернуться к этому окну
trouble-settings-damaged = Файл настроек был повреждён. Вернули последние исправные — проверьте, всё ли так
trouble-store-failed = Не удаётся записать уведомления на диск. Проверьте, есть ли на нём место, и запустите Dealbell заново
troubles-more = Ещё { $count }
troubles-less = Свернуть
keep-in-file = Сохранить в файле
keep-nowhere = Спрашивать каждый раз
paste-token = Вставить новый токен

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
sign-out = Выйти
quit = Завершить Dealbell
sign-out-text = Уведомления и токен исчезнут с этого компьютера. В аккаунте ничего не изменится.
sign-out-sure = Да, выйти

## Sign in

signin-title = Где ваши сделки?
signin-lead = Dealbell сообщит о задачах, чатах и заявках, как только они появятся.
signin-again-title = Войдите снова
signin-demo = Посмотреть на примере
signin-demo-about = Учебный отдел продаж, без регистрации
signin-solo = Мой аккаунт
signin-solo-about = amoCRM или Kommo по вашему токену
signin-solo-address = Адрес аккаунта
signin-solo-token = Долгосрочный токен
signin-solo-help = В amoCRM: amoМаркет → ⋮ → Создать интеграцию → Ключи и доступы → Долгосрочный токен
signin-solo-token-refused = { $crm } не пускает по этому токену. Создайте новый и вставьте его целиком
signin-solo-address-wrong = Такого аккаунта не нашли. Адрес выглядит так: romashka.amocrm.ru или romashka.kommo.com
signin-solo-not-a-centre = По этому адресу отвечает не CRM. Скопируйте адрес из браузера, где открыт ваш аккаунт
signin-team = Центр команды
signin-team-about = Один на весь отдел, адрес даст администратор
signin-team-address = Адрес центра
signin-team-token = Токен устройства
signin-team-help = Токен выдаёт администратор центра, на каждое устройство свой
signin-team-token-refused = Центр не знает этого токена. Попросите у администратора новый
signin-team-address-wrong = По этому адресу никто не отвечает. Сверьте его с тем, что дал администратор
signin-team-not-a-centre = По этому адресу отвечает не центр Dealbell. Сверьте его с тем, что дал администратор
signin-submit = Войти
signin-busy = Проверяем…
signed-out-no-token = Токен не был сохранён. Вставьте его ещё раз
signed-out-token-invalid = { $crm } больше не пускает по этому токену. Создайте новый и вставьте его здесь
signed-out-token-invalid-team = Центр больше не пускает по этому токену. Попросите у администратора новый и вставьте его здесь
signed-out-device-revoked = Этот компьютер отключили от центра. Попросите у администратора новый токен и вставьте его здесь
signed-out-account-off = Ваш доступ к центру выключен. Спросите администратора, а потом войдите снова
signed-out-too-many-devices = Подключено слишком много устройств. Отключите лишнее и войдите снова
signed-out-upgrade-required = Эта версия Dealbell слишком старая для центра. Обновите её и войдите снова
signed-out-protocol = По этому адресу отвечает не центр Dealbell или он другой версии. Проверьте адрес
