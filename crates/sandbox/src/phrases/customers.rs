//! What customers of a furniture house write and ask for, and what they are answered.

use crate::books::{Metadata, NewRequest, SECOND_PIPELINE};

/// A conversation: how it opens, what follows if nobody answers, and the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialogue {
    pub(crate) opening: &'static str,
    pub(crate) more: Option<&'static str>,
    pub(crate) answer: &'static str,
}

const fn dialogue(
    opening: &'static str,
    more: Option<&'static str>,
    answer: &'static str,
) -> Dialogue {
    Dialogue {
        opening,
        more,
        answer,
    }
}

/// Chats in a messenger.
pub(crate) const CHATS: [Dialogue; 10] = [
    dialogue(
        "Добрый день! На какое число можно записаться на замер?",
        Some("Нам удобнее после шести вечера"),
        "Добрый день! Есть завтра в 18:30, записываю вас?",
    ),
    dialogue(
        "Здравствуйте! Получили эскиз. Можно фасады посветлее, ближе к слоновой кости?",
        Some("И ручки, пожалуйста, без золота"),
        "Здравствуйте! Передаю дизайнеру, вечером пришлём новый вариант",
    ),
    dialogue(
        "Во сколько завтра приедут сборщики?",
        Some("Надо отпроситься с работы, поэтому важно знать точно"),
        "Бригада будет с 9 до 10, за полчаса вам позвонят",
    ),
    dialogue(
        "Скажите, а рассрочка на полгода возможна?",
        Some("Первый взнос готовы внести сегодня"),
        "Да, на шесть месяцев без переплаты. Отправляю условия",
    ),
    dialogue(
        "Привезли столешницу, на торце скол. Что делать?",
        Some("Фото прислать сюда?"),
        "Да, пришлите фото, пожалуйста. Заменим за наш счёт",
    ),
    dialogue(
        "Можно перенести доставку с четверга на субботу?",
        None,
        "Перенесли на субботу, с 10 до 14",
    ),
    dialogue(
        "Счёт оплатили. Когда запускаете заказ в работу?",
        None,
        "Спасибо, оплату видим. Запускаем завтра, срок – 25 рабочих дней",
    ),
    dialogue(
        "А посудомойка на 45 см в этот угол встанет?",
        Some("Если да, то берём её вместо ящиков"),
        "Проверили по проекту: встанет, сдвигаем мойку на 15 см",
    ),
    dialogue(
        "Вы работаете в выходные? Хотим посмотреть образцы камня",
        Some("Будем вдвоём, около полудня"),
        "Да, салон открыт с 10 до 20. Ждём вас в субботу",
    ),
    dialogue(
        "Договор прочитали, вопрос по пункту о сроках монтажа",
        Some("Там 10 дней, а мы говорили о семи"),
        "Вы правы, исправили на семь дней и отправили заново",
    ),
];

/// Short messages.
pub(crate) const TEXTS: [Dialogue; 4] = [
    dialogue(
        "Мы на месте, ждём замерщика",
        None,
        "Замерщик будет через 15 минут",
    ),
    dialogue(
        "Перезвоните, пожалуйста, по доставке",
        None,
        "Наберём вас в течение получаса",
    ),
    dialogue(
        "Стоим у салона, как пройти?",
        None,
        "Вход со двора, второй этаж",
    ),
    dialogue(
        "Код домофона для сборки 45К1203",
        None,
        "Спасибо, передали бригаде",
    ),
];

/// How many different requests there are.
pub(crate) const REQUESTS: usize = 8;

/// The n-th request, round and round: the four categories take turns.
pub(crate) fn request(n: usize) -> NewRequest {
    let form = |source: &str, name: &str, page: &str, client: &str, phone: &str| {
        NewRequest::new(
            source,
            Metadata::Forms {
                name: name.to_owned(),
                page: format!("https://mebelsever.example/{page}"),
                client: client.to_owned(),
                phone: phone.to_owned(),
            },
        )
    };
    let chat = |service: &str, source: &str, client: &str, text: &str| {
        NewRequest::new(
            source,
            Metadata::Chats {
                client: client.to_owned(),
                service: service.to_owned(),
                text: text.to_owned(),
            },
        )
    };
    let mail = |email: &str, name: &str, subject: &str, summary: &str| {
        NewRequest::new(
            "zakaz@mebelsever.example",
            Metadata::Mail {
                email: email.to_owned(),
                name: name.to_owned(),
                subject: subject.to_owned(),
                summary: summary.to_owned(),
            },
        )
    };
    let call = |phone: &str, duration: u64| {
        NewRequest::new(
            "Городской номер",
            Metadata::Sip {
                phone: phone.to_owned(),
                duration,
                service_code: "sandbox_telephony".to_owned(),
            },
        )
    };
    let (request, lead_name) = match n % REQUESTS {
        0 => (
            form(
                "Сайт",
                "Расчёт кухни",
                "kuhni",
                "Виктория Лапина",
                "+79215554410",
            ),
            "Кухня с сайта",
        ),
        1 => (
            chat(
                "telegram",
                "Телеграм «Север»",
                "Алина",
                "Здравствуйте! Делаете шкафы под скошенный потолок?",
            ),
            "Шкаф под мансарду",
        ),
        2 => (
            mail(
                "saveliev@poliglot.example",
                "Юрий Савельев",
                "Мебель для переговорной",
                "Добрый день! Нужен стол на 14 человек и кресла к нему, бюджет около 600 тысяч.",
            )
            .in_pipeline(SECOND_PIPELINE),
            "Переговорная, 14 мест",
        ),
        3 => (call("+79115557823", 0), "Звонок с городского номера"),
        4 => (
            form(
                "Сайт",
                "Вызов замерщика",
                "zamer",
                "Константин Яшин",
                "+79115551206",
            ),
            "Замер: прихожая",
        ),
        5 => (
            chat(
                "whatsapp",
                "WhatsApp салона",
                "Светлана Гусева",
                "Сколько стоит кухня 3,2 м, как на вашей витрине?",
            ),
            "Кухня, как на витрине",
        ),
        6 => (
            mail(
                "studio@belyi-les.example",
                "Студия «Белый лес»",
                "Проект загородного дома",
                "Коллеги, высылаем план второго этажа: две детские и гардеробная. Ждём смету.",
            )
            .in_pipeline(SECOND_PIPELINE),
            "Загородный дом, второй этаж",
        ),
        _ => (call("+79215553390", 74), "Повторный заказ по телефону"),
    };
    NewRequest {
        lead_name: lead_name.to_owned(),
        ..request
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_is_written_fits_a_notice_and_is_said_once() {
        let mut said = HashSet::new();
        for Dialogue {
            opening,
            more,
            answer,
        } in CHATS.into_iter().chain(TEXTS)
        {
            for text in [Some(opening), more, Some(answer)].into_iter().flatten() {
                assert!(text.chars().count() <= 80, "too long: {text}");
                assert!(said.insert(text), "said twice: {text}");
            }
        }
    }

    #[test]
    fn the_first_four_requests_are_of_four_categories() {
        let categories: HashSet<_> = (0..4)
            .map(|n| request(n).metadata.category().name())
            .collect();
        assert_eq!(categories.len(), 4);
        assert_eq!(request(1), request(1 + REQUESTS));
        assert_ne!(request(1), request(5));
    }
}
