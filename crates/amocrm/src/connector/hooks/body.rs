//! A webhook's body: a form in PHP's brackets (`task[add][0][id]=7`), several events in one.

use super::{HookError, LARGEST};
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Deeper than this nothing goes.
const DEEPEST: usize = 10;

/// What a body tells. Nothing of it can be trusted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    /// `id`, `subdomain`.
    pub(super) account: BTreeMap<String, String>,
    /// In no order of meaning.
    pub(super) events: Vec<Told>,
}

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// `task`, `leads`, `message`.
    pub(super) what: String,
    /// `add`, `update`, `responsible`.
    pub(super) how: String,
    /// Fields by name, nested ones with dots (`author.name`).
    pub(super) fields: BTreeMap<String, String>,
}

impl Told {
    /// A field; empty where it is missing.
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// Reads a body.
///
/// # Errors
/// [`HookError::TooLarge`], or [`HookError::Malformed`] where a name's brackets do not close, bytes
/// are no text, or nothing is told.
pub(super) fn read(bytes: &[u8]) -> Result<Body, HookError> {
    if bytes.len() > LARGEST {
        return Err(HookError::TooLarge);
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(HookError::Malformed);
    }
    let mut account = BTreeMap::new();
    let mut events: BTreeMap<[String; 3], BTreeMap<String, String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        let path = path(&name).ok_or(HookError::Malformed)?;
        match path.as_slice() {
            ["account", field] => drop(account.insert((*field).to_owned(), value.into_owned())),
            [what, how, nth, field @ ..] if !field.is_empty() => {
                let event = [what, how, nth].map(|part| (*part).to_owned());
                let fields = events.entry(event).or_default();
                fields.insert(field.join("."), value.into_owned());
            }
            // Something new that is no event.
            _ => {}
        }
    }
    if events.is_empty() {
        return Err(HookError::Malformed);
    }
    let events = events
        .into_iter()
        .map(|([what, how, _], fields)| Told { what, how, fields })
        .collect();
    Ok(Body { account, events })
}

/// `a[b][0]` → a, b, 0; none where the brackets do not fit.
fn path(name: &str) -> Option<Vec<&str>> {
    let (first, mut rest) = match name.find('[') {
        None => (name, ""),
        Some(at) => name.split_at(at),
    };
    let mut path = vec![first];
    while !rest.is_empty() {
        let (part, after) = rest.strip_prefix('[')?.split_once(']')?;
        path.push(part);
        rest = after;
    }
    let plain = |part: &&str| !part.contains(['[', ']']);
    let fits = !first.is_empty() && path.len() <= DEEPEST && path.iter().all(plain);
    fits.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn several_events_in_one_body_are_told_apart() {
        let body = read(
            "task%5Badd%5D%5B0%5D%5Bid%5D=7&task[add][1][id]=8&account[subdomain]=romashka\
             &message[add][0][text]=%D0%94%D0%B0%21+%26&message[add][0][author][name]=Anna&x=1"
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(body.account["subdomain"], "romashka");
        let told: Vec<_> = body
            .events
            .iter()
            .map(|told| {
                let fields: Vec<_> = told
                    .fields
                    .iter()
                    .map(|(k, v)| format!("{k}={v}"))
                    .collect();
                format!("{} {}: {}", told.what, told.how, fields.join(", "))
            })
            .collect();
        assert_eq!(
            told,
            [
                "message add: author.name=Anna, text=Да! &",
                "task add: id=7",
                "task add: id=8"
            ]
        );
    }

    #[test]
    fn what_is_no_hook_is_refused() {
        let deep = format!("a{}=1", "[b]".repeat(DEEPEST));
        let malformed: [&[u8]; 8] = [
            b"",
            b"account[id]=1",
            b"task[add][0[id]=1",
            b"task[add]0][id]=1",
            b"[add][0][id]=1",
            b"{\"task\":1}",
            b"task[add][0][id]=\xff",
            deep.as_bytes(),
        ];
        for body in malformed {
            assert_eq!(read(body), Err(HookError::Malformed));
        }
        let large = vec![b'a'; LARGEST + 1];
        assert_eq!(read(&large), Err(HookError::TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            drop(read(&bytes));
        }
    }
}
