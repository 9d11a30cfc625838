//! Which account is in use: how it is reached, and the names that its folder and secret go by.

use dealbell_amocrm::CrmAddress;
use dealbell_protocol::window::Way;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

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
        let address = match CrmAddress::parse(typed) {
            Ok(address) if address.is_loopback() => address.url().to_string(),
            Ok(address) => address.host(),
            Err(_) => typed.to_owned(),
        };
        Self::at(Way::Solo, address.trim().trim_end_matches('/').to_owned())
    }

    /// A department's centre.
    pub(crate) fn team(typed: &str) -> Self {
        Self::at(Way::Team, typed.trim().trim_end_matches('/').to_owned())
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

    /// Whether both are one account, and so one folder.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.folder() == other.folder()
    }

    /// Whether `typed` means this one: by its first address or the one it has now.
    pub(crate) fn means(&self, typed: &Self) -> bool {
        self.is_same(typed) || (self.way == typed.way && self.address == typed.address)
    }

    /// Its folder, below that of all our data.
    pub(crate) fn folder(&self) -> PathBuf {
        let first = self.first();
        match self.way {
            Way::Demo => PathBuf::from("demo"),
            Way::Solo => {
                let host = CrmAddress::parse(first).map(|address| address.host());
                PathBuf::from("solo").join(folder_name(host.as_deref().unwrap_or(first)))
            }
            Way::Team => PathBuf::from("team").join(folder_name(first)),
        }
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

/// A name that is one folder on every system, and differs where the addresses do.
fn folder_name(address: &str) -> String {
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    bare.trim_end_matches('/')
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
                c
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_folder() {
        assert_eq!(
            folder_name("https://centre.example:7780/"),
            "centre.example_7780"
        );
        assert_eq!(folder_name("https://a/../../b"), "a_.._.._b");
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
