//! Writes every sort of letter as a page into a folder, to be looked at:
//! `cargo run -p dealbell-letters --example letters -- FOLDER`.

use dealbell_letters::render;
use dealbell_protocol::letter::{Letter, LetterContent};
use dealbell_protocol::window::Language;
use dealbell_protocol::{Kind, Millis, Notification, Priority, ProviderId};
use std::{env, error::Error, fs, path::PathBuf};

/// 2026-11-21 11:55 UTC, 14:55 in Moscow.
const NOW: Millis = 1_795_262_100_000;
const MINUTE: Millis = 60_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("give a folder")?);
    fs::create_dir_all(&folder)?;
    for language in [Language::Ru, Language::En] {
        let named = match language {
            Language::Ru => "ru",
            Language::En => "en",
        };
        let everything = notifications(language);
        let mut letters = vec![("test".to_owned(), LetterContent::Test)];
        for (notification, provider) in &everything {
            let content = LetterContent::One {
                notification: Box::new(notification.clone()),
                provider: provider.clone(),
            };
            letters.push((notification.kind.name().replace('_', "-"), content));
        }
        let all = everything.iter().map(|(notification, _)| notification);
        for total in [1_u64, 5, 12] {
            let shown = usize::try_from(total.min(5))?;
            let newest = all.clone().take(shown).cloned().collect();
            let content = LetterContent::Digest { newest, total };
            letters.push((format!("digest-{total}"), content));
        }
        letters.push(("hostile".to_owned(), hostile()));
        for (name, content) in letters {
            let rendered = render(&letter(language, content));
            println!("{named} {name}: {}", rendered.subject);
            fs::write(folder.join(format!("{name}-{named}.html")), rendered.html)?;
            fs::write(folder.join(format!("{name}-{named}.txt")), rendered.text)?;
        }
    }
    Ok(())
}

fn letter(language: Language, content: LetterContent) -> Letter {
    Letter {
        id: "01JD0000000000000000000000".to_owned(),
        thread: None,
        to: "marina@firm.example".to_owned(),
        name: "Марина Орлова".to_owned(),
        language,
        zone: "Europe/Moscow".to_owned(),
        at: NOW,
        content,
        unsubscribe: Some("https://bell.firm.example/v1/unsubscribe/x".to_owned()),
        inbox: Some("https://bell.firm.example/inbox".to_owned()),
    }
}

/// What nobody should be able to do harm with.
fn hostile() -> LetterContent {
    let long = "Абвгдежзийклмнопрстуфхцчшщъыьэюя".repeat(4);
    let text = "</div></td></table><script>alert(1)</script>\n\n{{x}} %s &amp; https://a.example/"
        .to_owned()
        + &"y".repeat(300);
    let mut notification = notification(Kind::Message, &long, &text, Some(&long[..150]), 3);
    notification.link = Some("javascript:alert(1)".to_owned());
    LetterContent::One {
        notification: Box::new(notification),
        provider: "<b>Склад</b> \"1С\"".to_owned(),
    }
}

fn notification(
    kind: Kind,
    title: &str,
    text: &str,
    context: Option<&str>,
    minutes: Millis,
) -> Notification {
    let provider = match kind {
        Kind::TaskNew | Kind::TaskDue | Kind::TaskOverdue | Kind::TaskCompleted => "tasks",
        Kind::ChatMessage => "chats",
        Kind::Call => "calls",
        Kind::Request => "requests",
        Kind::DealAssigned => "deals",
        Kind::System => "system",
        Kind::Message => "sklad-1s",
    };
    let at = NOW - minutes * MINUTE;
    Notification {
        id: "01JD0000000000000000000000".parse().expect("a ULID"),
        provider: ProviderId::new(provider),
        kind,
        priority: Priority::Normal,
        subject: None,
        title: title.to_owned(),
        text: text.to_owned(),
        context: context.map(str::to_owned),
        author: None,
        link: Some("https://firm.amocrm.example/leads/detail/1".to_owned()),
        at,
        created_at: at,
        created_seq: 1,
        read_at: None,
        silent: false,
    }
}

/// One of each kind, and what an integration is called.
fn notifications(language: Language) -> Vec<(Notification, String)> {
    let of = |kind, words: [&str; 2], context: Option<&str>, minutes| {
        let [title, text] = words;
        (
            notification(kind, title, text, context, minutes),
            String::new(),
        )
    };
    match language {
        Language::Ru => {
            let mut all = vec![
                of(
                    Kind::TaskDue,
                    [
                        "Через 5 минут: перезвонить Ирине Котовой",
                        "Срок: сегодня в 15:00",
                    ],
                    Some("Кухня «Верона» · 184\u{a0}000\u{a0}₽"),
                    0,
                ),
                of(
                    Kind::ChatMessage,
                    [
                        "Павел Громов пишет в Telegram: 3 сообщения",
                        "Добрый день! Подскажите, когда будет замер?\nМы переезжаем в пятницу.",
                    ],
                    Some("Шкаф в прихожую"),
                    23,
                ),
                of(
                    Kind::Request,
                    [
                        "Новая заявка с сайта: Расчёт кухни",
                        "Светлана, +7 912 345-67-89\nhttps://verona.example/kitchens",
                    ],
                    Some("Форма на сайте"),
                    217,
                ),
                of(
                    Kind::TaskNew,
                    [
                        "Новая задача от Марины: встреча с дизайнером, завтра в 16:00",
                        "Взять образцы фасадов и смету. Адрес: Большая Полянка, 12.",
                    ],
                    Some("Гардеробная для Лебедевых"),
                    400,
                ),
                of(
                    Kind::TaskOverdue,
                    ["Просрочено: отправить договор", "Срок был сегодня в 12:00"],
                    Some("ООО «Ромашка»"),
                    1_000,
                ),
                of(
                    Kind::TaskCompleted,
                    [
                        "Олег выполнил вашу задачу «Выставить счёт»",
                        "Итог: Счёт № 118 отправлен",
                    ],
                    Some("Кухня «Верона»"),
                    1_100,
                ),
                of(
                    Kind::Call,
                    [
                        "Пропущенный звонок: Ирина Котова",
                        "+7 903 123-45-67 · сегодня в 14:20",
                    ],
                    Some("Кухня «Верона»"),
                    35,
                ),
                of(
                    Kind::DealAssigned,
                    ["Дмитрий передал вам сделку «Кухня „Верона“»", ""],
                    Some("Кухня «Верона» · 184\u{a0}000\u{a0}₽"),
                    12,
                ),
                of(
                    Kind::System,
                    [
                        "Доступ к amoCRM закончится завтра в 9:00",
                        "Ключ для firm.amocrm.ru перестанет действовать, и уведомления остановятся.\n\
                         Создайте новый в настройках интеграции и подключите аккаунт заново.",
                    ],
                    None,
                    5,
                ),
                of(
                    Kind::Message,
                    [
                        "Заказ № 2041 собран и ждёт отгрузки",
                        "3 места, 42 кг. Водитель будет завтра с 10 до 12.",
                    ],
                    Some("Заказ № 2041"),
                    2,
                ),
            ];
            name(&mut all, ["Ирина Котова", "Павел Громов"], "Склад 1С");
            all
        }
        Language::En => {
            let mut all = vec![
                of(
                    Kind::TaskDue,
                    ["In 5 minutes: call Irina Kotova back", "Due today 15:00"],
                    Some("Kitchen “Verona” · $18,400"),
                    0,
                ),
                of(
                    Kind::ChatMessage,
                    [
                        "Pavel Gromov on Telegram: 3 messages",
                        "Good afternoon! When will you come to measure?\nWe are moving on Friday.",
                    ],
                    Some("Hall wardrobe"),
                    23,
                ),
                of(
                    Kind::Request,
                    [
                        "New request from the site: kitchen estimate",
                        "Svetlana, +7 912 345-67-89\nhttps://verona.example/kitchens",
                    ],
                    Some("Form on the site"),
                    217,
                ),
                of(
                    Kind::TaskNew,
                    [
                        "New task from Marina: meet the designer, tomorrow 16:00",
                        "Take the samples and the estimate. 12 Polyanka Street.",
                    ],
                    Some("Walk-in closet"),
                    400,
                ),
                of(
                    Kind::TaskOverdue,
                    ["Overdue: send the contract", "Was due today 12:00"],
                    Some("Daisy Ltd"),
                    1_000,
                ),
                of(
                    Kind::TaskCompleted,
                    [
                        "Oleg completed your task \"Send the invoice\"",
                        "Result: invoice 118 is out",
                    ],
                    Some("Kitchen “Verona”"),
                    1_100,
                ),
                of(
                    Kind::Call,
                    [
                        "Missed call: Irina Kotova",
                        "+7 903 123-45-67 · today 14:20",
                    ],
                    Some("Kitchen “Verona”"),
                    35,
                ),
                of(
                    Kind::DealAssigned,
                    ["Dmitry handed you the deal \"Kitchen 'Verona'\"", ""],
                    Some("Kitchen “Verona” · $18,400"),
                    12,
                ),
                of(
                    Kind::System,
                    [
                        "Access to the CRM ends tomorrow 9:00",
                        "The token for firm.kommo.com will stop working, and notifications with it.\n\
                         Create a new one in the integration's settings and connect the account again.",
                    ],
                    None,
                    5,
                ),
                of(
                    Kind::Message,
                    [
                        "Order 2041 is packed and waits for the driver",
                        "3 boxes, 42 kg. He comes tomorrow between 10 and 12.",
                    ],
                    Some("Order 2041"),
                    2,
                ),
            ];
            name(&mut all, ["Irina Kotova", "Pavel Gromov"], "Warehouse");
            all
        }
    }
}

fn name(all: &mut [(Notification, String)], authors: [&str; 2], integration: &str) {
    for ((notification, _), author) in all.iter_mut().zip(authors) {
        notification.author = Some(author.to_owned());
    }
    if let Some((_, provider)) = all.last_mut() {
        integration.clone_into(provider);
    }
}
