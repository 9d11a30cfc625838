//! Messages, calls, requests and deals in words.

use super::{Words, names};
use crate::model::{Entity, EntityType, Metadata, Request};
use crate::rules::calls::{CallEnd, KnownCall};
use crate::rules::chats::KnownChat;
use crate::rules::deals::DealGiven;
use crate::rules::{About, News};
use dealbell_protocol::ingest::Notice;
use dealbell_protocol::text::{block, line};
use dealbell_protocol::window::Language;
use dealbell_protocol::{Priority, ProviderId};
use dealbell_texts::{Value, text};

/// The longest name in a title, characters.
const NAME: usize = 100;
/// The longest text of a client, characters.
const TEXT: usize = 3_500;

/// Messengers, by what their origins contain, and how their texts are called.
const SERVICES: [(&str, &str); 13] = [
    ("telegram", "notice-on-telegram"),
    ("whatsapp", "notice-on-whatsapp"),
    ("waba", "notice-on-whatsapp"),
    ("wapp", "notice-on-whatsapp"),
    ("instagram", "notice-on-instagram"),
    ("facebook", "notice-on-facebook"),
    ("viber", "notice-on-viber"),
    ("avito", "notice-on-avito"),
    ("skype", "notice-on-skype"),
    ("wechat", "notice-on-wechat"),
    ("vk", "notice-on-vk"),
    ("sms", "notice-on-sms"),
    ("mail", "notice-on-mail"),
];

/// The notice that says it.
pub(super) fn notice(news: &News, words: &Words) -> Notice {
    let language = words.language(news.user);
    let say = Saying { language, words };
    let (title, body, at) = match &news.about {
        About::Chat(chat) => {
            let newest = chat.recent.last().map(|received| received.stamp.at);
            (say.chat_title(chat), say.chat_text(chat), newest)
        }
        About::Call(call) => (
            say.call_title(call),
            say.call_text(call),
            Some(call.stamp.at),
        ),
        About::Request(request) => {
            let at = Some(request.created_at).filter(|&at| at > 0);
            (say.request_title(request), say.request_text(request), at)
        }
        About::Deal(deal) => (say.deal_title(deal), String::new(), None),
    };
    // What the CRM dates may not lie ahead of the reader's clock.
    let at = at.unwrap_or(words.now).min(words.now);
    Notice {
        author: say.author(&news.about),
        user: news.user,
        provider: ProviderId::new(news.about.provider()),
        kind: news.about.kind(),
        priority: Priority::Normal,
        subject: Some(news.about.subject()),
        dedup_key: Some(news.key.clone()),
        again: news.again,
        title,
        text: body,
        context: say.context(&news.about),
        link: Some(say.link(&news.about)),
        at: at.saturating_mul(1_000),
        deadline: None,
        silent: news.silent,
    }
}

struct Saying<'a> {
    language: Language,
    words: &'a Words<'a>,
}

impl Saying<'_> {
    fn text(&self, id: &str, args: &[(&str, Value)]) -> String {
        text(self.language, id, args)
    }

    /// The client it comes from, or the colleague.
    fn author(&self, about: &About) -> Option<String> {
        match about {
            About::Chat(chat) => self.writer(chat),
            About::Call(call) => self.client(call.card),
            About::Request(request) => {
                let name = match &request.metadata {
                    Metadata::Mail(mail) => named(&mail.from.name),
                    Metadata::Chats(chat) => named(&chat.client_name),
                    Metadata::Sip(_) | Metadata::Forms(_) | Metadata::Other => None,
                };
                name.or_else(|| self.client(about.card()?))
            }
            About::Deal(deal) => self.words.name(deal.by),
        }
    }

    fn writer(&self, chat: &KnownChat) -> Option<String> {
        named(&chat.author).or_else(|| self.client(chat.card))
    }

    /// «Павел Громов пишет в Telegram», «… : 3 сообщения».
    fn chat_title(&self, chat: &KnownChat) -> String {
        let author = self.writer(chat);
        let mut args = vec![("count", chat.count().into())];
        let place = self.service(&chat.origin);
        let id = match (&author, &place) {
            (Some(_), Some(_)) => "notice-chat-from-on",
            (Some(_), None) => "notice-chat-from",
            (None, Some(_)) => "notice-chat-on",
            (None, None) => "notice-chat",
        };
        args.extend(author.map(|name| ("name", name.into())));
        args.extend(place.map(|place| ("on", place.into())));
        self.text(id, &args)
    }

    /// What the newest message says; where nobody has heard it, that there is one.
    fn chat_text(&self, chat: &KnownChat) -> String {
        let said = block(&chat.text, TEXT);
        let named = !chat.author.is_empty() || self.client(chat.card).is_some();
        if !said.is_empty() || !named {
            return said;
        }
        let one = ("count", 1_u64.into());
        match self.service(&chat.origin) {
            Some(place) => self.text("notice-chat-on", &[one, ("on", place.into())]),
            None => self.text("notice-chat", &[one]),
        }
    }

    /// «Пропущенный звонок: Ирина Котова».
    fn call_title(&self, call: &KnownCall) -> String {
        let who = self.client(call.card).or_else(|| named(&call.phone));
        let (plain, with_name) = match call.end {
            CallEnd::Missed => ("notice-call-missed", "notice-call-missed-from"),
            CallEnd::Answered(_) | CallEnd::Unknown => ("notice-call", "notice-call-from"),
        };
        match who {
            Some(name) => self.text(with_name, &[("name", name.into())]),
            None => self.text(plain, &[]),
        }
    }

    /// The number, when it rang, how long they talked.
    fn call_text(&self, call: &KnownCall) -> String {
        let when = self.words.when(call.stamp.at, self.language);
        let phone = named(&call.phone).filter(|_| self.client(call.card).is_some());
        let first = [phone, Some(when).filter(|when| !when.is_empty())];
        let first = first.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let talked = match call.end {
            CallEnd::Answered(seconds) => Some(self.talked(seconds)),
            CallEnd::Missed | CallEnd::Unknown => None,
        };
        let lines = [Some(first).filter(|first| !first.is_empty()), talked];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    fn talked(&self, seconds: u64) -> String {
        match seconds / 60 {
            0 => self.text("notice-call-talked-briefly", &[]),
            minutes => self.text("notice-call-talked", &[("minutes", minutes.into())]),
        }
    }

    fn request_title(&self, request: &Request) -> String {
        let (plain, with_name, name) = match &request.metadata {
            Metadata::Forms(form) => (
                "notice-request-form",
                "notice-request-form-named",
                &form.form_name,
            ),
            Metadata::Sip(call) => (
                "notice-request-call",
                "notice-request-call-from",
                &call.phone,
            ),
            Metadata::Mail(mail) => (
                "notice-request-mail",
                "notice-request-mail-about",
                &mail.subject,
            ),
            Metadata::Chats(chat) => return self.chat_request(&chat.client_name, &chat.service),
            Metadata::Other => (
                "notice-request",
                "notice-request-from",
                &request.source_name,
            ),
        };
        match named(name) {
            Some(name) => self.text(with_name, &[("name", name.into())]),
            None => self.text(plain, &[]),
        }
    }

    fn chat_request(&self, client: &str, service: &str) -> String {
        match (named(client), self.service(service)) {
            (Some(name), Some(place)) => {
                let args = [("name", name.into()), ("on", place.into())];
                self.text("notice-request-chat-from-on", &args)
            }
            (Some(name), None) => self.text("notice-request-from", &[("name", name.into())]),
            (None, Some(place)) => self.text("notice-request-chat-on", &[("on", place.into())]),
            (None, None) => self.text("notice-request-chat", &[]),
        }
    }

    fn request_text(&self, request: &Request) -> String {
        let said = match &request.metadata {
            Metadata::Forms(form) => form.form_page.clone(),
            Metadata::Sip(call) if call.duration == 0 => {
                self.text("notice-request-call-missed", &[])
            }
            Metadata::Sip(call) => self.talked(call.duration),
            Metadata::Mail(mail) => {
                let from = match (named(&mail.from.name), named(&mail.from.email)) {
                    (Some(name), Some(email)) => format!("{name} <{email}>\n"),
                    (Some(one), None) | (None, Some(one)) => format!("{one}\n"),
                    (None, None) => String::new(),
                };
                from + &mail.content_summary
            }
            Metadata::Chats(chat) => chat.last_message_text.clone(),
            Metadata::Other => String::new(),
        };
        block(&said, TEXT)
    }

    /// «Дмитрий передал вам сделку «Кухня „Верона“»».
    fn deal_title(&self, deal: &DealGiven) -> String {
        let card = Entity {
            kind: EntityType::Leads,
            id: deal.lead,
        };
        let name = self.words.cards.get(&card).and_then(|c| named(&c.name));
        let name = match name {
            Some(name) => nested(&name, self.language),
            None => self.text(
                "notice-deal-number",
                &[("id", deal.lead.to_string().into())],
            ),
        };
        let (id, nameless) = match deal.fresh {
            true => ("notice-deal-made", "notice-deal-made-nameless"),
            false => ("notice-deal-given", "notice-deal-given-nameless"),
        };
        match self.words.first_name(deal.by) {
            None => self.text(nameless, &[("deal", name.into())]),
            Some(by) => {
                let gender = names::gender(&by).name();
                let args = [
                    ("name", by.into()),
                    ("gender", gender.into()),
                    ("deal", name.into()),
                ];
                self.text(id, &args)
            }
        }
    }

    /// «в Telegram»; none for a messenger without a name here.
    fn service(&self, origin: &str) -> Option<String> {
        let origin = origin.to_lowercase();
        let known = SERVICES.iter().find(|(part, _)| origin.contains(part));
        known.map(|(_, id)| self.text(id, &[]))
    }

    /// What the person or company behind a card is called; of a deal, its first contact.
    fn client(&self, card: Entity) -> Option<String> {
        let known = self.words.cards.get(&card)?;
        if card.kind != EntityType::Leads {
            return named(&known.name);
        }
        let contact = Entity {
            kind: EntityType::Contacts,
            id: *known.contacts.first()?,
        };
        named(&self.words.cards.get(&contact)?.name)
    }

    /// The card's label; of a request without one, where it came from.
    fn context(&self, about: &About) -> Option<String> {
        let label = about.card().and_then(|card| self.words.context(card));
        let source = match about {
            About::Request(request) => named(&request.source_name),
            About::Chat(_) | About::Call(_) | About::Deal(_) => None,
        };
        label.or(source)
    }

    /// The card's page; of a request, the pipeline with its column of Incoming leads.
    fn link(&self, about: &About) -> String {
        let path = match about {
            About::Request(request) if request.pipeline_id > 0 => {
                format!("leads/pipeline/{}/", request.pipeline_id)
            }
            About::Request(_) => "leads/".to_owned(),
            About::Chat(_) | About::Call(_) | About::Deal(_) => {
                return self.words.link(about.card());
            }
        };
        self.words.address.join(&path).to_string()
    }
}

/// A name in one line; none where there is nothing to read.
fn named(name: &str) -> Option<String> {
    Some(line(name, NAME)).filter(|name| !name.is_empty())
}

/// Quotes that will stand within quotes.
fn nested(name: &str, language: Language) -> String {
    match language {
        Language::Ru => name.replace('«', "„").replace('»', "“"),
        Language::En => name.replace(['"', '“', '”'], "'"),
    }
}
