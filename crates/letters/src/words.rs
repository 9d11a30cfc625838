//! What a letter says, as one value that both its parts are made of.

use crate::{tone::Tone, when::when};
use dealbell_protocol::letter::{Letter, LetterContent};
use dealbell_protocol::text::{block, line, link};
use dealbell_protocol::window::Language;
use dealbell_protocol::{Notification, ProviderId};
use dealbell_texts::{Value, text};

/// Longest title, and text, characters (RULES C12).
const TITLE: usize = 200;
const TEXT: usize = 4_000;
/// Longest text of one of several, characters.
const EXCERPT: usize = 180;
/// Longest label of a link, and subject, characters.
const LABEL: usize = 100;
const SUBJECT: usize = 150;

/// A letter in words, before markup. All of it is plain text; every link is http(s).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) language: Language,
    pub(crate) subject: String,
    /// What an inbox shows beside the subject.
    pub(crate) preview: String,
    /// Above the items; a letter of one item has none.
    pub(crate) head: Option<Head>,
    pub(crate) items: Vec<Item>,
    /// Below the items.
    pub(crate) more: Option<More>,
    /// Why it comes; may be empty.
    pub(crate) why: String,
    /// Small links at the end.
    pub(crate) footer: Vec<Link>,
}

/// The heading of a letter of several items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// A notification in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) tone: Tone,
    /// What it is, in a word or two.
    pub(crate) label: String,
    /// Who says it, and when.
    pub(crate) meta: String,
    pub(crate) title: String,
    /// May be empty; line breaks count.
    pub(crate) text: String,
    /// Where it belongs.
    pub(crate) link: Option<Link>,
    /// Where it belongs, where there is nothing to open.
    pub(crate) context: Option<String>,
}

/// What a digest does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct More {
    pub(crate) text: String,
    pub(crate) link: Option<Link>,
}

/// Words to press and where they lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) words: String,
    pub(crate) url: String,
}

/// What a provider is called: by its own name, or in `language` where it is the CRM's own.
pub fn provider_name(provider: &ProviderId, name: &str, language: Language) -> String {
    if !name.is_empty() {
        return line(name, LABEL);
    }
    let id = provider.as_str();
    match ProviderId::BUILT_IN.contains(&id) {
        true => text(language, &format!("provider-{id}"), &[]),
        false => line(id, LABEL),
    }
}

/// The letter in words.
pub(crate) fn page(letter: &Letter) -> Page {
    let saying = Saying { letter };
    match &letter.content {
        LetterContent::One {
            notification,
            provider,
        } => saying.one(notification, provider),
        LetterContent::Digest { newest, total } => saying.digest(newest, *total),
        LetterContent::Test => saying.test(),
    }
}

struct Saying<'a> {
    letter: &'a Letter,
}

impl Saying<'_> {
    fn say(&self, id: &str, args: &[(&str, Value)]) -> String {
        text(self.letter.language, id, args)
    }

    fn one(&self, notification: &Notification, provider: &str) -> Page {
        let language = self.letter.language;
        let called = provider_name(&notification.provider, provider, language);
        let mut item = self.item(notification, TEXT);
        // An integration's own name says more than what sort of thing it is.
        if !provider.is_empty() {
            item.label.clone_from(&called);
        }
        if !alike(&called, &item.label) {
            item.meta = format!("{called} · {}", item.meta);
        }
        let context = context(notification);
        let place = context.and_then(|context| context.split(" · ").next().map(str::to_owned));
        let place = place.filter(|place| !unquoted(&item.title).contains(&unquoted(place)));
        let subject = match place {
            Some(context) => {
                let args = [
                    ("title", item.title.as_str().into()),
                    ("context", context.into()),
                ];
                self.say("letter-subject", &args)
            }
            None => item.title.clone(),
        };
        let named = [("provider", Value::from(called))];
        Page {
            language,
            subject: line(&subject, SUBJECT),
            preview: line(&item.text, LABEL),
            head: None,
            items: vec![item],
            more: None,
            why: self.say("letter-why", &named),
            footer: self.footer(self.say("letter-off", &named)),
        }
    }

    fn digest(&self, newest: &[Notification], total: u64) -> Page {
        let shown = u64::try_from(newest.len()).unwrap_or(total);
        let total = total.max(shown);
        let rest = total - shown;
        let count = [("count", Value::from(total))];
        let mut what = match total {
            1 => self.say("letter-digest-what-one", &[]),
            _ => self.say("letter-digest-what", &[]),
        };
        if rest > 0 && shown > 0 {
            what.push(' ');
            what += &self.say("letter-digest-newest", &[("count", shown.into())]);
        }
        let more = (rest > 0).then(|| More {
            text: self.say("letter-digest-more", &[("count", rest.into())]),
            link: self.inbox(self.say("letter-digest-all", &count)),
        });
        let titles = newest.iter().map(|one| line(&one.title, TITLE));
        Page {
            language: self.letter.language,
            subject: line(&self.digest_subject(newest, total), SUBJECT),
            preview: line(&titles.collect::<Vec<_>>().join(" · "), 2 * LABEL),
            head: Some(Head {
                title: self.say("letter-digest-title", &count),
                text: what,
            }),
            items: newest.iter().map(|one| self.item(one, EXCERPT)).collect(),
            more,
            why: self.say("letter-why-digest", &[]),
            footer: self.footer(self.say("letter-off-all", &[])),
        }
    }

    /// «12 непрочитанных: Ирина Котова, Павел Громов и другие».
    fn digest_subject(&self, newest: &[Notification], total: u64) -> String {
        let Some(first) = newest.first() else {
            return self.say("letter-digest-title", &[("count", total.into())]);
        };
        let title = [("title", Value::from(line(&first.title, LABEL)))];
        if total == 1 {
            return self.say("letter-digest-subject-one", &title);
        }
        let mut names: Vec<String> = Vec::new();
        for author in newest.iter().filter_map(|one| one.author.as_deref()) {
            let author = line(author, LABEL / 2);
            if !author.is_empty() && !names.contains(&author) {
                names.push(author);
            }
        }
        if names.is_empty() {
            let [title] = title;
            let args = [title, ("count", (total - 1).into())];
            return self.say("letter-digest-subject-first", &args);
        }
        let unnamed = newest.iter().any(|one| one.author.is_none());
        let others = names.len() > 2 || unnamed || total > newest.len() as u64;
        names.truncate(2);
        let mut said = names.join(", ");
        if others {
            said = self.say("letter-digest-subject-others", &[("names", said.into())]);
        }
        let args = [("count", total.into()), ("names", said.into())];
        self.say("letter-digest-subject-names", &args)
    }

    fn test(&self) -> Page {
        let title = self.say("letter-test-title", &[]);
        let said = self.say("letter-test-text", &[]);
        Page {
            language: self.letter.language,
            subject: title.clone(),
            preview: line(&said, LABEL),
            head: None,
            items: vec![Item {
                tone: Tone::PLAIN,
                label: self.say("letter-test-label", &[]),
                meta: self.when(self.letter.at),
                title,
                text: said,
                link: None,
                context: None,
            }],
            more: None,
            why: String::new(),
            footer: self.footer(self.say("letter-off-all", &[])),
        }
    }

    fn item(&self, notification: &Notification, longest: usize) -> Item {
        let kind = notification.kind;
        let context = context(notification);
        let brief = longest < TEXT;
        let words = match &context {
            Some(context) if brief => context.clone(),
            Some(context) => self.say(
                "letter-open-context",
                &[("context", context.as_str().into())],
            ),
            None => self.say("letter-open", &[]),
        };
        let url = notification.link.as_deref().and_then(link);
        let link = url.map(|url| Link {
            words,
            url: url.into(),
        });
        let said = match brief {
            true => line(&notification.text, longest),
            false => block(&notification.text, longest),
        };
        let mut label = self.say(&format!("kind-{}", kind.name().replace('_', "-")), &[]);
        let title = line(&notification.title, TITLE);
        // «Просрочено» need not stand above «Просрочено: отправить договор».
        if title.to_lowercase().starts_with(&label.to_lowercase()) {
            label = provider_name(&notification.provider, "", self.letter.language);
        }
        Item {
            tone: Tone::of(kind),
            label,
            meta: self.when(notification.at),
            title,
            text: said,
            context: context.filter(|_| link.is_none()),
            link,
        }
    }

    fn when(&self, at: i64) -> String {
        let letter = self.letter;
        when(at, letter.at, &letter.zone, letter.language)
    }

    fn footer(&self, off: String) -> Vec<Link> {
        let url = self.letter.unsubscribe.as_deref().and_then(link);
        let off = url.map(|url| Link {
            words: off,
            url: url.into(),
        });
        let inbox = self.inbox(self.say("letter-inbox", &[]));
        inbox.into_iter().chain(off).collect()
    }

    fn inbox(&self, words: String) -> Option<Link> {
        let url = self.letter.inbox.as_deref().and_then(link)?;
        Some(Link {
            words,
            url: url.into(),
        })
    }
}

/// Where it belongs; none where there is nothing to read.
fn context(notification: &Notification) -> Option<String> {
    let context = line(notification.context.as_deref()?, LABEL);
    (!context.is_empty()).then_some(context)
}

/// Without quotes: within quotes they are other ones.
fn unquoted(text: &str) -> String {
    let quotes = ['«', '»', '„', '“', '”', '‘', '’', '"', '\''];
    text.replace(quotes, "")
}

/// Whether one of two names says nothing new beside the other: «Заявка», «Заявки».
fn alike(one: &str, other: &str) -> bool {
    let stem = |name: &str| name.to_lowercase().chars().take(4).collect::<String>();
    stem(one) == stem(other)
}
