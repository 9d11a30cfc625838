//! The link of an invitation, in its two forms: the page for whoever has no app, and what the app
//! follows.

use crate::text;
use url::{Host, Url};

/// How many hex digits a code has.
const CODE: usize = 64;

/// Where an invitation leads, and what proves it.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinLink {
    centre: Url,
    code: String,
}

impl JoinLink {
    /// The invitation `code` of the centre at this base address; none where it is none, or where
    /// the code would cross the network in the open.
    pub fn new(centre: &Url, code: &str) -> Option<Self> {
        let mut centre = text::link(centre.as_str())?;
        let here = match centre.host()? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let fits = code.len() == CODE && code.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !fits || (centre.scheme() != "https" && !here) {
            return None;
        }
        centre.set_query(None);
        centre.set_fragment(None);
        let path = centre.path().trim_end_matches('/').to_owned();
        centre.set_path(&path);
        let code = code.to_ascii_lowercase();
        Some(Self { centre, code })
    }

    /// Reads either form; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text.trim()).ok()?;
        if url.scheme() == "dealbell" {
            let names_it = url.host_str() == Some("join") && url.path().len() <= 1;
            let field = |name| {
                let mut found = url.query_pairs().filter(|(key, _)| key == name);
                // Said twice it could be read in two ways.
                let value = found.next()?.1.into_owned();
                found.next().is_none().then_some(value)
            };
            let (centre, code) = (field("centre")?, field("code")?);
            return Self::new(&Url::parse(&centre).ok()?, &code).filter(|_| names_it);
        }
        let (base, code) = url.path().trim_end_matches('/').rsplit_once("/join/")?;
        let mut centre = url.clone();
        centre.set_path(base);
        Self::new(&centre, code)
    }

    /// The base address of the centre.
    pub fn centre(&self) -> &Url {
        &self.centre
    }

    /// What proves the invitation; secret.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The page: `https://bell.example/join/CODE`.
    pub fn page(&self) -> Url {
        let mut url = self.centre.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/join/{}", self.code));
        url
    }

    /// What the app follows: `dealbell://join?centre=…&code=…`.
    pub fn app(&self) -> String {
        let centre = self.centre.as_str().trim_end_matches('/');
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("centre", centre);
        query.append_pair("code", &self.code);
        format!("dealbell://join?{}", query.finish())
    }
}

impl std::fmt::Debug for JoinLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JoinLink({})", self.centre)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    #[test]
    fn both_forms_are_read_as_the_same_invitation() {
        for (base, page) in [
            ("https://bell.example", "https://bell.example/join/"),
            ("https://firm.ru/bell/", "https://firm.ru/bell/join/"),
            ("http://127.0.0.1:7780", "http://127.0.0.1:7780/join/"),
        ] {
            let link = JoinLink::new(&Url::parse(base).unwrap(), CODE).unwrap();
            assert_eq!(link.page().as_str(), format!("{page}{CODE}"));
            assert_eq!(JoinLink::parse(link.page().as_str()).as_ref(), Some(&link));
            assert_eq!(JoinLink::parse(&link.app()).as_ref(), Some(&link));
        }
        let shouted = CODE.to_uppercase();
        let link = JoinLink::parse(&format!(" https://bell.example/join/{shouted}/?utm=1#x "));
        assert_eq!(link.unwrap().code(), CODE);
    }

    #[test]
    fn what_is_no_invitation_or_would_show_its_code_is_not_read() {
        for bad in [
            "",
            "dealbell://open",
            "https://bell.example/join/",
            "https://bell.example/join/short",
            &format!("http://bell.example/join/{CODE}"),
            &format!("https://a:b@bell.example/join/{CODE}"),
            &format!("dealbell://join?code={CODE}"),
            &format!("dealbell://join?centre=http%3A%2F%2Fbell.example&code={CODE}"),
            &format!("dealbell://join?centre=file%3A%2F%2F%2Fetc&code={CODE}"),
            &format!(
                "dealbell://join?centre=https%3A%2F%2Fa.ru&centre=https%3A%2F%2Fb.ru&code={CODE}"
            ),
            &format!("dealbell://leave?centre=https%3A%2F%2Fa.ru&code={CODE}"),
        ] {
            assert_eq!(JoinLink::parse(bad), None, "{bad}");
        }
    }
}
