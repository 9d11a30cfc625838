// A manager's ordinary day, in both languages.

/** @typedef {import("../src/generated/protocol").Notification} Notification */
/** @typedef {import("../src/generated/protocol").ChannelSettings} ChannelSettings */
/** @typedef {import("../src/generated/protocol").Language} Language */

/** What the clock on the wall says in every scene. */
export const NOW = Date.parse("2026-11-21T14:58:20+03:00");

/** @typedef {Partial<Notification> & { kind: Notification["kind"], title: string, time: string, read?: boolean }} Row */

/** @type {Record<Language, Row[]>} */
const DAYS = {
  ru: [
    { kind: "task_due", subject: "task:11", title: "Через 5 минут: перезвонить Ирине Котовой", text: "Уточнить адрес доставки и согласовать счёт", context: "Кухня «Верона» · 184 000 ₽", time: "2026-11-21T14:55" },
    { kind: "chat_message", title: "Павел Громов пишет в Telegram", text: "Добрый день! Подскажите, когда будет замер? Мы переезжаем в пятницу, хотелось бы успеть до этого", context: "Шкаф в прихожую", time: "2026-11-21T14:32" },
    { kind: "task_overdue", subject: "task:12", title: "Просрочено: отправить договор", text: "Срок был в 12:00", context: "ООО «Ромашка»", time: "2026-11-21T12:00" },
    { kind: "request", title: "Новая заявка с формы «Расчёт кухни»", text: "Светлана, +7 912 345-67-89", context: null, time: "2026-11-21T11:18" },
    { kind: "task_completed", subject: "task:13", title: "Олег выполнил вашу задачу", text: "Выставить счёт — «Счёт № 118 отправлен»", context: "Кухня «Верона»", time: "2026-11-20T18:04", read: true },
    { kind: "task_new", subject: "task:14", title: "Новая задача от Марины", text: "Встреча с дизайнером, завтра в 16:00", context: "Гардеробная на Лесной", time: "2026-11-20T17:40", read: true },
    { kind: "call", title: "Пропущенный звонок: Ирина Котова", text: "+7 903 111-22-33", context: "Кухня «Верона»", time: "2026-11-20T15:12", read: true },
    { kind: "deal_assigned", title: "Теперь ваша сделка: «Офис на Тверской»", text: "Передал Олег Сафронов", context: "Офис на Тверской · 1 250 000 ₽", time: "2026-11-19T12:30", read: true },
    { kind: "message", title: "Склад 1С: фасады «Дуб вотан» пришли", text: "12 листов, ячейка 4-Б", context: null, link: null, time: "2026-11-19T09:05", read: true },
    { kind: "system", title: "Токен перестанет действовать через 7 дней", text: "Создайте новый заранее, чтобы звонки не прервались", context: null, time: "2026-11-12T09:00", read: true },
    { kind: "task_new", subject: "task:14", title: "Новая задача от Марины", text: "Собрать отзывы клиентов за год", context: "ООО «Ромашка»", time: "2025-12-29T10:15", read: true },
  ],
  en: [
    { kind: "task_due", subject: "task:11", title: "In 5 minutes: call Irina Kotova back", text: "Check the delivery address and agree on the invoice", context: "Kitchen Verona · $2,300", time: "2026-11-21T14:55" },
    { kind: "chat_message", title: "Pavel Gromov on Telegram", text: "Good afternoon! When will you come to measure? We are moving on Friday and would like to have it done before", context: "Hallway wardrobe", time: "2026-11-21T14:32" },
    { kind: "task_overdue", subject: "task:12", title: "Overdue: send the contract", text: "It was due at 12:00", context: "Daisy Ltd", time: "2026-11-21T12:00" },
    { kind: "request", title: "New request from the form “Kitchen estimate”", text: "Svetlana, +7 912 345-67-89", context: null, time: "2026-11-21T11:18" },
    { kind: "task_completed", subject: "task:13", title: "Oleg completed your task", text: "Send the invoice – “Invoice No. 118 is out”", context: "Kitchen Verona", time: "2026-11-20T18:04", read: true },
    { kind: "task_new", subject: "task:14", title: "New task from Marina", text: "Meet the designer, tomorrow 16:00", context: "Dressing room on Lesnaya", time: "2026-11-20T17:40", read: true },
    { kind: "call", title: "Missed call: Irina Kotova", text: "+7 903 111-22-33", context: "Kitchen Verona", time: "2026-11-20T15:12", read: true },
    { kind: "deal_assigned", title: "The deal “Office on Tverskaya” is yours now", text: "Handed over by Oleg Safronov", context: "Office on Tverskaya · $15,600", time: "2026-11-19T12:30", read: true },
    { kind: "message", title: "Warehouse: the oak fronts have arrived", text: "12 sheets, cell 4-B", context: null, link: null, time: "2026-11-19T09:05", read: true },
    { kind: "system", title: "The token expires in 7 days", text: "Create a new one in time and nothing stops ringing", context: null, time: "2026-11-12T09:00", read: true },
    { kind: "task_new", subject: "task:14", title: "New task from Marina", text: "Collect customer reviews of the year", context: "Daisy Ltd", time: "2025-12-29T10:15", read: true },
  ],
};

/** One of each kind, as the connector words them. @type {Record<Language, Row[]>} */
export const KINDS = {
  ru: [
    { kind: "chat_message", title: "Павел Громов пишет в Telegram", text: "Ещё вопрос: подъём на этаж входит?\nИ какие гарантии на фасады\nДобрый день! Подскажите, когда будет замер", context: "Шкаф в прихожую · 3 сообщения", time: "2026-11-21T14:57" },
    { kind: "chat_message", title: "SMS от Ирины Котовой", text: "Спасибо, жду", context: "Кухня «Верона»", time: "2026-11-21T14:50" },
    { kind: "call", title: "Пропущенный звонок: Ирина Котова", text: "+7 903 111-22-33", context: "Кухня «Верона»", time: "2026-11-21T14:41" },
    { kind: "request", title: "Новая заявка с формы «Расчёт кухни»", text: "Светлана, +7 912 345-67-89", context: "Продажи", time: "2026-11-21T14:30" },
    { kind: "request", title: "Новая заявка: письмо от Олега", text: "Коммерческое предложение по гардеробным: смотрим, считаем, ждём вашего звонка в понедельник", context: "Опт", time: "2026-11-21T14:12", read: true },
    { kind: "deal_assigned", title: "Теперь ваша сделка: «Офис на Тверской»", text: "Передал Олег Сафронов", context: "Офис на Тверской · 1 250 000 ₽", time: "2026-11-21T13:30" },
    { kind: "system", title: "Токен перестанет действовать через 7 дней", text: "Создайте новый заранее, чтобы звонки не прервались", context: null, link: null, time: "2026-11-21T13:00" },
    { kind: "task_completed", subject: "task:9", title: "Олег выполнил вашу задачу", text: "Выставить счёт — «Счёт № 118 отправлен»", context: "Кухня «Верона»", time: "2026-11-21T12:04" },
    { kind: "message", title: "Склад 1С: фасады «Дуб вотан» пришли", text: "12 листов, ячейка 4-Б", context: null, link: null, time: "2026-11-21T09:05" },
  ],
  en: [
    { kind: "chat_message", title: "Pavel Gromov on Telegram", text: "One more thing: is delivery to the floor included?\nAnd what about the warranty on fronts\nGood afternoon! When will you come to measure", context: "Hallway wardrobe · 3 messages", time: "2026-11-21T14:57" },
    { kind: "chat_message", title: "SMS from Irina Kotova", text: "Thanks, waiting", context: "Kitchen Verona", time: "2026-11-21T14:50" },
    { kind: "call", title: "Missed call: Irina Kotova", text: "+7 903 111-22-33", context: "Kitchen Verona", time: "2026-11-21T14:41" },
    { kind: "request", title: "New request from the form “Kitchen estimate”", text: "Svetlana, +7 912 345-67-89", context: "Sales", time: "2026-11-21T14:30" },
    { kind: "request", title: "New request: a letter from Oleg", text: "An offer for dressing rooms: we are comparing and expect your call on Monday", context: "Wholesale", time: "2026-11-21T14:12", read: true },
    { kind: "deal_assigned", title: "The deal “Office on Tverskaya” is yours now", text: "Handed over by Oleg Safronov", context: "Office on Tverskaya · $15,600", time: "2026-11-21T13:30" },
    { kind: "system", title: "The token expires in 7 days", text: "Create a new one in time and nothing stops ringing", context: null, link: null, time: "2026-11-21T13:00" },
    { kind: "task_completed", subject: "task:9", title: "Oleg completed your task", text: "Send the invoice – “Invoice No. 118 is out”", context: "Kitchen Verona", time: "2026-11-21T12:04" },
    { kind: "message", title: "Warehouse: the oak fronts have arrived", text: "12 sheets, cell 4-B", context: null, link: null, time: "2026-11-21T09:05" },
  ],
};

/** A text longer than any row shows. @type {Record<Language, string>} */
export const LONG = {
  ru: "Добрый день! Пишу по поводу кухни.\n\nМы посмотрели проект вдвоём с мужем и нам всё нравится, но есть три вопроса:\n1. Можно ли поднять верхние шкафы до потолка? Высота 2,72 м.\n2. Входит ли в счёт подъём на пятый этаж без лифта?\n3. Если замер будет в пятницу, успеете ли вы до праздников?\n\nПлан квартиры тут: https://example.com/plan.pdf\nСпасибо!",
  en: "Good afternoon! I am writing about the kitchen.\n\nWe looked at the project together and like all of it, but there are three questions:\n1. Can the upper cupboards go up to the ceiling? It is 2.72 m high.\n2. Does the invoice include carrying everything to the fifth floor without a lift?\n3. If you come to measure on Friday, will you make it before the holidays?\n\nThe plan of the flat: https://example.com/plan.pdf\nThank you!",
};

/** Text as nobody should send it. */
export const HOSTILE = [
  { kind: "chat_message", title: "<b>Павел</b> <img src=x onerror=alert(1)> & «друзья»", text: "<script>alert(1)</script> & <a href='javascript:alert(1)'>нажми</a>", context: "<i>сделка</i>", time: "2026-11-21T14:57" },
  { kind: "chat_message", title: "مرحبا، متى سيتم القياس؟", text: "سننتقل يوم الجمعة ونود الانتهاء قبل ذلك", context: "خزانة", time: "2026-11-21T14:50" },
  { kind: "message", title: "Сверхдлинноесловобезединогопробелакотороенигденепереноситсяинезаканчивается", text: "https://example.com/очень/длинный/адрес/без/пробелов/" + "x".repeat(300), context: "Договор-поставки-и-монтажа-гардеробных-систем-для-ООО-«Ромашка-Инвест-Девелопмент»", time: "2026-11-21T14:40" },
  { kind: "request", title: "👩‍👩‍👧 🎉🎉🎉 Заявка 🛋️", text: "🙂".repeat(120), context: null, time: "2026-11-21T14:30" },
  { kind: "system", title: "", text: "", context: null, time: "2026-11-21T14:20" },
];

/** Who says what. @type {Record<Notification["kind"], string>} */
const PROVIDER_OF = {
  task_new: "tasks",
  task_due: "tasks",
  task_overdue: "tasks",
  task_completed: "tasks",
  chat_message: "chats",
  call: "calls",
  request: "requests",
  deal_assigned: "deals",
  system: "system",
  message: "warehouse",
};

/** What the warehouse looks like. */
export const PICTURE =
  "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAzNiAzNiI+PHJlY3Qgd2lkdGg9IjM2IiBoZWlnaHQ9IjM2IiByeD0iOSIgZmlsbD0iI2U4NzYyYyIvPjxwYXRoIGQ9Ik05IDE1bDktNSA5IDV2MTFIOXoiIGZpbGw9IiNmZmYiLz48cGF0aCBkPSJNMTQgMjZ2LTdoOHY3IiBmaWxsPSIjZTg3NjJjIi8+PC9zdmc+";

/** Every provider known of. @type {Record<Language, import("../src/generated/protocol").Provider[]>} */
export const PROVIDERS = {
  ru: [...["tasks", "chats", "calls", "requests", "deals", "system"].map((id) => ({ id, name: "" })), { id: "warehouse", name: "Склад 1С", icon: "5c1f" }],
  en: [...["tasks", "chats", "calls", "requests", "deals", "system"].map((id) => ({ id, name: "" })), { id: "warehouse", name: "Warehouse", icon: "5c1f" }],
};

/** @type {Record<Language, { title: string, context: string | null, time: string, all_day?: boolean, author?: string }[]>} */
const TASKS = {
  ru: [
    { title: "Отправить договор", context: "ООО «Ромашка»", time: "2026-11-20T12:00", author: "Марина Лебедева" },
    { title: "Выслать расчёт гардеробной", context: "Гардеробная на Лесной", time: "2026-11-21T12:30" },
    { title: "Перезвонить Ирине Котовой", context: "Кухня «Верона» · 184 000 ₽", time: "2026-11-21T15:00" },
    { title: "Встреча с дизайнером", context: "Шкаф в прихожую", time: "2026-11-21T16:30", author: "Олег Сафронов" },
    { title: "Согласовать цвет фасадов и счёт за доставку", context: "Офис на Тверской · 1 250 000 ₽", time: "2026-11-21T18:00" },
    { title: "Подготовить предложение на весну", context: null, time: "2026-11-21T23:59", all_day: true },
  ],
  en: [
    { title: "Send the contract", context: "Daisy Ltd", time: "2026-11-20T12:00", author: "Marina Lebedeva" },
    { title: "Send the dressing room estimate", context: "Dressing room on Lesnaya", time: "2026-11-21T12:30" },
    { title: "Call Irina Kotova back", context: "Kitchen Verona · $2,300", time: "2026-11-21T15:00" },
    { title: "Meet the designer", context: "Hallway wardrobe", time: "2026-11-21T16:30", author: "Oleg Safronov" },
    { title: "Agree on the colour of the fronts and the delivery invoice", context: "Office on Tverskaya · $15,600", time: "2026-11-21T18:00" },
    { title: "Prepare the spring offer", context: null, time: "2026-11-21T23:59", all_day: true },
  ],
};

/** What is overdue or due today. @param {Language} language @returns {import("../src/generated/protocol").OpenTask[]} */
export function openTasks(language) {
  return TASKS[language].map(({ title, context, time, all_day, author }, i) => ({
    subject: `task:${31 + i}`,
    title,
    context,
    link: context === null ? null : `https://demo.amocrm.ru/leads/detail/${31 + i}`,
    due_at: Date.parse(`${time}:00+03:00`),
    all_day: all_day ?? false,
    author: author ?? null,
  }));
}

/** @param {number} n @returns {string} */
function ulid(n) {
  return `01KAH${n.toString(36).toUpperCase().replace(/[ILOU]/g, "Z").padStart(9, "0")}${String(n).padStart(12, "0")}`;
}

/** @param {Row[]} rows @returns {Notification[]} */
export function notifications(rows) {
  return rows.map(({ time, read, ...row }, i) => {
    const at = Date.parse(`${time}:00+03:00`);
    const seq = 1000 + rows.length - i;
    return {
      id: ulid(seq),
      provider: PROVIDER_OF[row.kind],
      priority: "normal",
      author: null,
      subject: null,
      text: "",
      context: null,
      link: "https://demo.amocrm.ru/leads/detail/1",
      at,
      created_at: at,
      created_seq: seq,
      read_at: read ? at + 60_000 : null,
      silent: false,
      ...row,
    };
  });
}

/** @param {Language} language */
export const day = (language) => notifications(DAYS[language]);

/** The same day with two notifications about its first task. @param {Language} language */
export function dayOfOneTask(language) {
  const rows = day(language);
  return rows.map((row, i) => (i === 2 ? { ...row, kind: /** @type {const} */ ("task_new"), subject: rows[0]?.subject ?? null } : row));
}

/** So many that nobody could hold them all. @param {number} count @param {Language} [language] @returns {Notification[]} */
export function flood(count, language = "ru") {
  const rows = DAYS[language];
  return Array.from({ length: count }, (_, i) => {
    const row = /** @type {Row} */ (rows[i % rows.length]);
    const at = NOW - 120_000 - i * 600_000;
    const [made] = notifications([{ ...row, time: "2026-11-21T00:00" }]);
    return { .../** @type {Notification} */ (made), id: ulid(count - i), title: `${count - i}. ${row.title}`, at, created_at: at, created_seq: count - i, read_at: i % 3 ? at : null };
  });
}

/** An account as a check finds it. @param {Language} language @returns {import("../src/generated/protocol").Found} */
export function found(language) {
  const russian = language === "ru";
  return {
    account: russian ? "Кухни «Ромашка»" : "Daisy Kitchens",
    host: russian ? "romashka.amocrm.ru" : "daisy.kommo.com",
    user: russian ? "Анна Белова" : "Anna Bell",
    email: russian ? "belova@romashka.ru" : "anna@daisy.com",
    time_zone: russian ? "Asia/Yekaterinburg" : "Europe/Lisbon",
    rights: "administrator",
    expires_at: Date.parse("2027-11-21T12:00:00+03:00"),
  };
}

/** @param {Language} language @returns {ChannelSettings} */
export function channels(language) {
  const names = language === "ru" ? ["Телефония Mango", "Склад 1С"] : ["Mango telephony", "Warehouse"];
  /** @type {[string, string, string][]} */
  const rows = [
    ["tasks", "", "demb"],
    ["chats", "", "dm"],
    ["calls", "", "dm"],
    ["requests", "", "dem"],
    ["deals", "", "d"],
    ["system", "", "de"],
    ["mango", names[0] ?? "", "d"],
    ["warehouse", names[1] ?? "", "e"],
  ];
  return {
    revision: 7,
    receive: true,
    deliverable: ["interface", "desktop"],
    quiet: { on: false, zone: "Europe/Moscow", spans: [] },
    email: { mode: "at_once", at: 540, zone: "Europe/Moscow" },
    push: { hold_back: false },
  kinds: [],
    providers: rows.map(([id, name, on]) => ({
      id,
      name,
      ...(id === "warehouse" ? { icon: "5c1f" } : {}),
      channels: { desktop: on.includes("d"), email: on.includes("e"), mobile: on.includes("m"), browser: on.includes("b") },
    })),
  };
}

/** Those of a centre that sends letters: about tasks, new and due ones alone (RULES T9). @param {Language} language @param {Partial<ChannelSettings>} [change] @returns {ChannelSettings} */
export function withLetters(language, change = {}) {
  const off = { desktop: true, email: false, mobile: true, browser: true };
  return {
    ...channels(language),
    deliverable: ["interface", "desktop", "email"],
    kinds: [
      { provider: "tasks", kind: "task_overdue", channels: off },
      { provider: "tasks", kind: "task_completed", channels: off },
    ],
    ...change,
  };
}

/** A team account's devices, this one first, as the resident lists them. @param {Language} language @returns {import("../src/generated/protocol").DeviceRow[]} */
export function devices(language) {
  const [mine, home, old, phone] = language === "ru" ? ["Рабочий компьютер Анны Беловой", "Домашний ноутбук", "Ресепшен в старом офисе на Лесной, второй этаж", ""] : ["Anna Bell's work computer", "Laptop at home", "Reception of the old office on Lesnaya, second floor", ""];
  const day = 86_400_000;
  return [
    { id: "01KAHD1", name: mine ?? "", platform: "linux", created_at: NOW - 90 * day, last_used_at: NOW - 1_000, connected: true, this: true },
    { id: "01KAHD2", name: home ?? "", platform: "macos", created_at: NOW - 40 * day, last_used_at: NOW - 20_000, connected: true, this: false },
    { id: "01KAHD3", name: "ANNA-PC", platform: "windows", created_at: NOW - 30 * day, last_used_at: NOW - 25 * 60_000, connected: false, this: false },
    { id: "01KAHD4", name: "Chromium", platform: "web", created_at: NOW - 30 * day, last_used_at: NOW - 0.9 * day, connected: false, this: false },
    { id: "01KAHD5", name: old ?? "", platform: "windows", created_at: NOW - 700 * day, last_used_at: NOW - 330 * day, connected: false, this: false },
    { id: "01KAHD6", name: phone ?? "", platform: "", created_at: NOW - 600_000, last_used_at: null, connected: false, this: false },
  ];
}
