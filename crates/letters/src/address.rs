//! Where letters are handed over: the address of a mail server, `smtp://user@host:587?tls=required`.

use std::{fmt, str::FromStr};
use url::{Host, Url};

/// How the way to a mail server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (`smtps://`, usually port 465).
    Implicit,
    /// STARTTLS, without which nothing is said (`smtp://`, usually port 587).
    Required,
    /// None: on this machine only (`smtp://localhost?tls=none`).
    None,
}

/// A mail server; its password is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpAddress {
    /// Name or IP address; the certificate is for it.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the way there is secured.
    pub security: Security,
    /// Who signs in; none where nobody has to.
    pub user: Option<String>,
}

/// Why an address of a mail server is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpAddressError {
    /// Not an address at all.
    #[error("give an address like smtp://user@mail.example:587 or smtps://user@mail.example")]
    Unreadable,
    /// A password would be seen by whoever lists the processes of the machine.
    #[error("leave the password out: it is read from a file or from DEALBELL_SMTP_PASSWORD")]
    Password,
    /// Something behind `?` that is not known.
    #[error("unknown part {0:?}: there is tls=required and, on this machine, tls=none")]
    UnknownPart(String),
    /// Letters would cross a network in the open.
    #[error("tls=none is for a mail server on this machine only, such as localhost")]
    Open,
}

impl FromStr for SmtpAddress {
    type Err = SmtpAddressError;

    fn from_str(text: &str) -> Result<Self, SmtpAddressError> {
        let url = Url::parse(text.trim()).map_err(|_| SmtpAddressError::Unreadable)?;
        let implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(SmtpAddressError::Unreadable),
        };
        if url.password().is_some() {
            return Err(SmtpAddressError::Password);
        }
        // The host of an address of no web scheme is not looked at by its parser.
        let host = url.host_str().unwrap_or_default();
        let host = Host::parse(host).map_err(|_| SmtpAddressError::Unreadable)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpAddressError::Unreadable);
        }
        let mut security = match implicit {
            true => Security::Implicit,
            false => Security::Required,
        };
        for (name, value) in url.query_pairs() {
            security = match (name.as_ref(), value.as_ref()) {
                ("tls", "required") => security,
                ("tls", "none") if implicit || !is_here(&host) => {
                    return Err(SmtpAddressError::Open);
                }
                ("tls", "none") => Security::None,
                _ => return Err(SmtpAddressError::UnknownPart(format!("{name}={value}"))),
            };
        }
        let usual = match security {
            Security::Implicit => 465,
            Security::Required => 587,
            Security::None => 25,
        };
        let user = decoded(url.username());
        Ok(Self {
            host: match host {
                Host::Domain(name) => name,
                Host::Ipv4(ip) => ip.to_string(),
                Host::Ipv6(ip) => ip.to_string(),
            },
            port: url.port().unwrap_or(usual),
            security,
            user: (!user.is_empty()).then_some(user),
        })
    }
}

/// For logs: without whoever signs in.
impl fmt::Display for SmtpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// Users are often addresses themselves: `user%40mail.example`.
fn decoded(text: &str) -> String {
    // A plus is itself here, not a space as in a form.
    let form = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let mut pairs = url::form_urlencoded::parse(form.as_bytes());
    pairs
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_how_and_as_whom() {
        let address: SmtpAddress = "smtp://bell%40firm.ru@mail.firm.ru".parse().unwrap();
        assert_eq!(address.user.as_deref(), Some("bell@firm.ru"));
        assert_eq!(address.security, Security::Required);
        assert_eq!(address.to_string(), "mail.firm.ru:587");
        for (text, port, security) in [
            ("smtps://mail.firm.ru", 465, Security::Implicit),
            ("smtps://a@mail.firm.ru:4650/", 4650, Security::Implicit),
            (
                "smtp://mail.firm.ru:25?tls=required",
                25,
                Security::Required,
            ),
            ("smtp://localhost?tls=none", 25, Security::None),
            ("smtp://[::1]:2525?tls=none", 2525, Security::None),
        ] {
            let address: SmtpAddress = text.parse().unwrap();
            assert_eq!((address.port, address.security), (port, security), "{text}");
        }
        let plus: SmtpAddress = "smtp://a+b@mail.firm.ru".parse().unwrap();
        assert_eq!(plus.user.as_deref(), Some("a+b"));
    }

    #[test]
    fn passwords_and_open_ways_are_refused() {
        use SmtpAddressError::{Open, Password, UnknownPart, Unreadable};
        for (text, why) in [
            ("smtp://a:b@mail.firm.ru", Password),
            ("smtp://mail.firm.ru?tls=none", Open),
            ("smtp://10.0.0.1?tls=none", Open),
            ("smtps://localhost?tls=none", Open),
            (
                "smtp://mail.firm.ru?tls=maybe",
                UnknownPart("tls=maybe".to_owned()),
            ),
            ("smtp://mail.firm.ru/inbox", Unreadable),
            ("mail.firm.ru", Unreadable),
            ("https://mail.firm.ru", Unreadable),
            ("smtp://", Unreadable),
        ] {
            assert_eq!(text.parse::<SmtpAddress>(), Err(why), "{text}");
        }
    }
}
