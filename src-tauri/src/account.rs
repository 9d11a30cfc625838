//! Which account is in use: how it is reached, and the names that its folder and secret go by.

use dealbell_amocrm::CrmAddress;
use dealbell_protocol::window::Way;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use url::{Host, Url};

/// An account: the way, and the address of the CRM or centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// How it is reached.
    pub(crate) way: Way,
    /// Where it is now; empty for the demo.
    pub(crate) address: String,
    /// Where it was when the user signed in, if it has moved since. Folder and secret keep going by
    /// it, so that nothing is lost on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_address: Option<String>,
}

impl Account {
    /// The demo.
    pub(crate) fn demo() -> Self {
        Self::at(Way::Demo, String::new())
    }

    /// A CRM account, whatever way its address was typed. What is no address stays as it is, for
    /// the line to refuse.
    pub(crate) fn solo(typed: &str) -> Self {
        Self::at(Way::Solo, normal_crm(typed))
    }

    /// A department's centre, whatever way its address was typed; likewise.
    pub(crate) fn team(typed: &str) -> Self {
        Self::at(Way::Team, normal_centre(typed))
    }

    fn at(way: Way, address: String) -> Self {
        Self {
            way,
            address,
            first_address: None,
        }
    }

    /// The same account after it has moved.
    pub(crate) fn moved(self, address: &CrmAddress) -> Self {
        let moved = Self::solo(address.url().as_str());
        if moved.address == self.address {
            return self;
        }
        Self {
            first_address: Some(self.first_address.unwrap_or(self.address)),
            ..moved
        }
    }

    /// For people: `name.amocrm.ru`, or the centre's address.
    pub(crate) fn label(&self) -> String {
        match self.way {
            Way::Demo => "demo".to_owned(),
            Way::Solo => CrmAddress::parse(&self.address)
                .map_or_else(|_| self.address.clone(), |address| address.host()),
            Way::Team => self.address.trim_start_matches("https://").to_owned(),
        }
    }

    /// Whether both are one account: of one way, and first found at one address.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.way == other.way && self.normal(self.first()) == other.normal(other.first())
    }

    /// Whether `typed` means this one: by its first address or the one it has now.
    pub(crate) fn means(&self, typed: &Self) -> bool {
        let now = self.normal(&self.address) == typed.normal(&typed.address);
        self.is_same(typed) || (self.way == typed.way && now)
    }

    /// An address of its way in the one form that stands for it: an earlier version kept it as it was
    /// typed.
    fn normal(&self, address: &str) -> String {
        match self.way {
            Way::Demo => String::new(),
            Way::Solo => normal_crm(address),
            Way::Team => normal_centre(address),
        }
    }

    /// Its folder, below that of all our data; no other account's.
    pub(crate) fn folder(&self) -> PathBuf {
        let first = self.first();
        match self.way {
            Way::Demo => PathBuf::from("demo"),
            Way::Solo => {
                let address = CrmAddress::parse(first).map(|address| address.url().to_string());
                let address = address.as_deref().unwrap_or(first).trim_end_matches('/');
                PathBuf::from("solo").join(folder_name(address))
            }
            Way::Team => PathBuf::from("team").join(folder_name(&normal_centre(first))),
        }
    }

    /// What an earlier version named its folder, where that is another name now and can have been no
    /// other account's.
    pub(crate) fn earlier_folder(&self) -> Option<PathBuf> {
        let address = self.first();
        let bare = address.split_once("://").map_or(address, |(_, bare)| bare);
        let sign = |c: char| match c {
            c if c.is_ascii_alphanumeric() => c,
            '.' | '-' => c,
            _ => '_',
        };
        let name: String = bare.trim_end_matches('/').chars().map(sign).collect();
        let capital = name.bytes().any(|byte| byte.is_ascii_uppercase());
        let own = capital || name.starts_with('_') || name.ends_with('_') || name.contains("__");
        let folder = PathBuf::from("team").join(name);
        (self.way == Way::Team && own && folder != self.folder()).then_some(folder)
    }

    /// Names it in toasts and in the window: the same at every start, wherever the account moves.
    pub(crate) fn tag(&self) -> String {
        // FNV-1a: short, made of letters and digits alone, and the same in every version.
        let folder = self.folder();
        let hash = folder
            .to_string_lossy()
            .replace('\\', "/")
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        format!("{hash:016x}")
    }

    /// The name its secret is kept under.
    pub(crate) fn secret_name(&self) -> String {
        let way = match self.way {
            Way::Demo => "demo",
            Way::Solo => "solo",
            Way::Team => "team",
        };
        format!("{way}:{}", self.first())
    }

    fn first(&self) -> &str {
        self.first_address.as_deref().unwrap_or(&self.address)
    }
}

/// The address of a CRM account; what is none, as it is.
fn normal_crm(typed: &str) -> String {
    let address = match CrmAddress::parse(typed) {
        Ok(address) if address.is_loopback() => address.url().to_string(),
        Ok(address) => address.host(),
        Err(_) => typed.to_owned(),
    };
    address.trim().trim_end_matches('/').to_owned()
}

/// The address of a centre as a URL says it: small letters, `xn--` for all others, no port that goes
/// without saying. What is none stays as it is.
fn normal_centre(typed: &str) -> String {
    let typed = typed.trim();
    let url = Url::parse(typed).ok().filter(Url::has_host);
    let Some(mut url) = url else {
        return typed.trim_end_matches('/').to_owned();
    };
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

/// The longest folder that is named by the address alone, bytes.
const MAX_PLAIN: usize = 120;
/// How much of an address a folder shows that is named by its hash.
const SHOWN: usize = 40;

/// A name that is one folder on every system, and differs where the addresses do, whatever a system
/// makes of letter case: host, port and path of a plain address, else with its hash, which no plain
/// name has.
fn folder_name(address: &str) -> String {
    if let Some(plain) = plain_name(address) {
        return plain;
    }
    let bare = address.split_once("://").map_or(address, |(_, bare)| bare);
    let shown = bare.chars().take(SHOWN).map(|c| match c {
        'a'..='z' | '0'..='9' | '-' | '.' => c,
        _ => '_',
    });
    let hash = Sha256::digest(address.as_bytes());
    let hash: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
    // The first sign keeps it from being a name that means something.
    format!("_{}+{hash}", shown.collect::<String>())
}

/// The name of an address that can be told from it again: `host`, `host_port`, `host_word`. None where it
/// could be another's, or lead anywhere.
fn plain_name(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(Url::has_host)?;
    let usual = if is_here(&url) { "http" } else { "https" };
    let bare = address.strip_prefix(usual)?.strip_prefix("://")?;
    let mut words = bare.split('/');
    let place = words.next()?;
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (place, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |text: &str| {
        let sign =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        !text.is_empty() && text.bytes().all(sign)
    };
    let plain = fits(host)
        && !host.starts_with('.')
        && port.is_none_or(|port| !port.is_empty() && digits(port))
        && words.all(|word| fits(word) && !digits(word))
        && !bare.ends_with('.')
        && bare.len() <= MAX_PLAIN;
    (plain && !is_reserved(host)).then(|| bare.replace([':', '/'], "_"))
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// What Windows takes for a device, whatever follows the full stop.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let numbered = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"))
        .is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()));
    numbered || matches!(stem, "con" | "prn" | "aux" | "nul")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(centre: &str) -> String {
        let folder = Account::team(centre).folder();
        folder.to_str().unwrap().replace('\\', "/")
    }

    #[test]
    fn an_address_is_one_folder() {
        // As every version has named them.
        for (address, name) in [
            ("https://centre.example/", "team/centre.example"),
            ("https://centre.example:7780/", "team/centre.example_7780"),
            ("https://firm.example/bell/", "team/firm.example_bell"),
            ("http://127.0.0.1:7780", "team/127.0.0.1_7780"),
        ] {
            assert_eq!(folder(address), name);
        }
    }

    #[test]
    fn two_addresses_are_never_one_folder_nor_one_account() {
        let all = [
            "https://ромашка.рф",
            "https://василёк.рф",
            "https://centre.example",
            "https://centre.example.",
            "https://centre.example:7780",
            "https://centre.example/7780",
            "https://centre.example/Bell",
            "https://centre.example/bell",
            "https://centre.example/bell/a",
            "https://centre.example/bell_a",
            "https://centre.example:7780/bell",
            "https://centre.example/7780/bell",
            "http://centre.example",
            "http://127.0.0.1:7780",
            "https://127.0.0.1:7780",
            "https://[::1]:7780",
            "https://_1:7780",
            "centre.example",
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                let (one, other) = (Account::team(one), Account::team(other));
                assert!(
                    !one.is_same(&other) && !one.means(&other),
                    "{one:?} {other:?}"
                );
                let name = |account: &Account| account.folder().to_str().unwrap().to_lowercase();
                assert_ne!(name(&one), name(&other), "{one:?} {other:?}");
                assert_ne!(one.tag(), other.tag());
                assert_ne!(one.secret_name(), other.secret_name());
            }
        }
    }

    #[test]
    fn however_a_centre_is_typed_it_is_one_account() {
        let account = Account::team("https://xn--80aa.example/bell");
        for typed in [
            "https://XN--80AA.Example:443/bell/",
            " https://xn--80aa.example/bell?from=letter#top ",
        ] {
            assert_eq!(Account::team(typed), account);
        }
        assert_eq!(
            Account::team("https://Бюро.рф"),
            Account::team("https://бюро.рф")
        );
        // An earlier version kept it as it was typed; its secret goes by that still.
        let kept = r#"{"way":"team","address":"https://Бюро.рф"}"#;
        let kept: Account = serde_json::from_str(kept).unwrap();
        assert!(kept.is_same(&Account::team("https://бюро.рф")));
        assert_eq!(kept.secret_name(), "team:https://Бюро.рф");
        let earlier = |kept: &Account| kept.earlier_folder();
        assert_eq!(earlier(&kept), Some(PathBuf::from("team/____.__")));
        for plain in [
            "https://bell.example:7780",
            "https://bell.example/7780",
            "https://a.ru/b",
        ] {
            assert_eq!(earlier(&Account::team(plain)), None, "{plain}");
        }
    }

    #[test]
    fn whatever_is_typed_is_a_plain_folder_below_ours() {
        for typed in [
            "",
            ".",
            "..",
            "...",
            "/",
            "../..",
            "a/../../b",
            "con",
            "https://con",
            "https://aux.example",
            "https://nul",
            "https://com1.example",
            "C:\\Windows",
            "https://a/..%2f..",
            "\0",
            "https://.",
            "https://a.",
            &"https://a.example/".repeat(100),
        ] {
            for account in [Account::team(typed), Account::solo(typed)] {
                let folder = account.folder();
                let parts: Vec<_> = folder.components().collect();
                assert_eq!(parts.len(), 2, "{typed}: {folder:?}");
                let name = folder.file_name().unwrap().to_str().unwrap();
                assert!(
                    !name.is_empty() && !name.starts_with('.') && !name.ends_with('.'),
                    "{name}"
                );
                assert!(!is_reserved(name) && name.len() <= 120, "{name}");
                assert!(
                    name.bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"._+-".contains(&b)),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn however_it_is_typed_and_wherever_it_moves_it_is_one_account() {
        let account = Account::solo("romashka");
        assert_eq!(account.address, "romashka.amocrm.ru");
        for typed in [
            "https://romashka.amocrm.ru/leads",
            " Romashka.amoCRM.ru ",
            "romashka.amocrm.ru",
        ] {
            assert_eq!(Account::solo(typed), account);
        }
        assert_ne!(
            Account::solo("romashka.kommo.com").folder(),
            account.folder()
        );

        let new_home = CrmAddress::parse("lopukh.kommo.com").unwrap();
        let moved = account.clone().moved(&new_home);
        assert_eq!(moved.address, "lopukh.kommo.com");
        assert!(moved.is_same(&account));
        assert!(moved.means(&account) && moved.means(&Account::solo("lopukh.kommo.com")));
        assert_eq!(moved.secret_name(), account.secret_name());
        assert_eq!(moved.tag(), account.tag());
        let back: Account = serde_json::from_str(&serde_json::to_string(&moved).unwrap()).unwrap();
        assert_eq!(back, moved);
        let first = CrmAddress::parse("romashka").unwrap();
        assert!(moved.moved(&first).is_same(&account));
    }

    #[test]
    fn an_accounts_tag_is_the_same_in_every_version() {
        // Toasts that are still on the screen carry it.
        assert_eq!(Account::demo().tag(), "a5e41b674276d396");
        assert_ne!(
            Account::solo("romashka.kommo.com").tag(),
            Account::solo("romashka").tag()
        );
    }

    #[test]
    fn an_account_of_an_earlier_version_is_read() {
        let kept = r#"{"way":"solo","address":"romashka"}"#;
        let account: Account = serde_json::from_str(kept).unwrap();
        assert_eq!(account.secret_name(), "solo:romashka");
        assert!(account.is_same(&Account::solo("romashka")));
    }
}
