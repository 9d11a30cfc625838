//! What a user comes back with after he agreed.

use crate::address::CrmAddress;
use url::Url;

/// A code, and what came with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Back {
    /// Good once, for 20 minutes; secret.
    pub code: String,
    /// The account he agreed in, by the CRM's word. Anybody can forge the link it stands in, so
    /// only the domains that serve accounts are taken.
    pub referer: Option<CrmAddress>,
    /// What was sent with him.
    pub state: Option<String>,
}

/// Why what was pasted is nothing to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackError {
    /// There is no code in it.
    #[error("there is no code in it")]
    NoCode,
    /// He did not agree.
    #[error("access was not granted")]
    Denied,
    /// It names an account elsewhere.
    #[error("it names an account on a foreign host")]
    ForeignReferer,
}

impl Back {
    /// Reads a bare code, or the whole address the browser was sent back to. `account` is where the
    /// user says he is: a referer on this machine is taken only where the account is there too.
    ///
    /// # Errors
    /// [`BackError`].
    pub fn parse(pasted: &str, account: &CrmAddress) -> Result<Self, BackError> {
        let pasted = pasted.trim();
        if pasted.is_empty() {
            return Err(BackError::NoCode);
        }
        let query = match Url::parse(pasted) {
            Ok(url) if url.has_host() => url.query().unwrap_or_default().to_owned(),
            _ if pasted.contains("code=") => {
                let start = pasted.find('?').map_or(0, |at| at + 1);
                pasted[start..].to_owned()
            }
            _ => {
                return Ok(Self {
                    code: pasted.split_whitespace().collect(),
                    referer: None,
                    state: None,
                });
            }
        };
        let find = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            let found = pairs.find(|(key, _)| key == name)?.1.trim().to_owned();
            (!found.is_empty()).then_some(found)
        };
        if find("error").is_some() {
            return Err(BackError::Denied);
        }
        let referer = find("referer").map(|referer| {
            let referer = CrmAddress::parse(&referer).ok();
            referer.filter(|referer| referer.is_loopback() == account.is_loopback())
        });
        if referer == Some(None) {
            return Err(BackError::ForeignReferer);
        }
        Ok(Self {
            code: find("code").ok_or(BackError::NoCode)?,
            referer: referer.flatten(),
            state: find("state"),
        })
    }
}

impl std::fmt::Debug for Back {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Back({:?})", self.referer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pasted: &str) -> Result<Back, BackError> {
        Back::parse(pasted, &CrmAddress::parse("romashka").unwrap())
    }

    #[test]
    fn a_code_is_found_in_whatever_is_pasted() {
        let bare = parse(" def50200\n a1 ").unwrap();
        assert_eq!((bare.code.as_str(), bare.referer), ("def50200a1", None));
        let link =
            "https://bell.example/back?code=def5&referer=romashka.amocrm.ru&state=s1&client_id=i";
        let link = parse(link).unwrap();
        assert_eq!(
            (link.code.as_str(), link.state.as_deref()),
            ("def5", Some("s1"))
        );
        let referer = link.referer.map(|referer| referer.host());
        assert_eq!(referer.as_deref(), Some("romashka.amocrm.ru"));
        assert_eq!(parse("?code=def5&state=s").unwrap().code, "def5");
    }

    #[test]
    fn a_forged_or_empty_return_is_refused() {
        for (pasted, error) in [
            ("", BackError::NoCode),
            ("https://bell.example/back?state=s", BackError::NoCode),
            (
                "https://bell.example/back?error=access_denied",
                BackError::Denied,
            ),
            (
                "https://b.example/?code=1&referer=evil.io",
                BackError::ForeignReferer,
            ),
            (
                "https://b.example/?code=1&referer=a.amocrm.ru.evil.io",
                BackError::ForeignReferer,
            ),
            (
                "https://b.example/?code=1&referer=127.0.0.1:9",
                BackError::ForeignReferer,
            ),
        ] {
            assert_eq!(parse(pasted), Err(error), "{pasted}");
        }
    }
}
