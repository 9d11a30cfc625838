//! Signing in by an invitation. Any web page can have made its link, so it is only looked at until
//! the user says yes to who is asked to sign in where.

use super::checking::{Entry, centre_code, found_at};
use super::{Controller, Input};
use crate::account::Account;
use dealbell_inbox::{CheckError, Network, RestError};
use dealbell_protocol::join::JoinLink;
use dealbell_protocol::people::{InvitationSeen, NewDevice};
use dealbell_protocol::secret::Secret as SecretText;
use dealbell_protocol::window::{Connection, Found, WindowErrorCode};
use dealbell_protocol::{ErrorCode, rest, text};

/// What became of an invitation the user said yes to.
pub(crate) struct Redeemed {
    entry: Entry,
    /// The device's token.
    outcome: Result<SecretText, WindowErrorCode>,
}

impl Controller {
    /// Whether the invitation's centre lets us in without it.
    pub(super) fn is_in_already(&self, link: &str) -> bool {
        let Some(link) = JoinLink::parse(link) else {
            return false;
        };
        let account = account_of(&link);
        let known = self.seats.known(&account).map(Account::tag);
        let seat = known.and_then(|tag| self.seats.get(&tag));
        seat.is_some_and(|seat| {
            let connection = seat.state().connection;
            seat.line.is_some() && !matches!(connection, Connection::SignedOut { .. })
        })
    }

    /// Uses an invitation up.
    pub(super) fn redeem(&self, entry: Entry, link: &str) {
        let (inputs, network) = (self.inputs.clone(), self.network());
        let link = JoinLink::parse(link);
        tokio::spawn(async move {
            let outcome = match link {
                Some(link) => redeem(&link, &network).await,
                None => Err(WindowErrorCode::AddressWrong),
            };
            let redeemed = Redeemed { entry, outcome };
            let _ = inputs.send(Input::Redeemed(Box::new(redeemed))).await;
        });
    }

    /// Signs in with the token, or tells the page why there is none.
    pub(super) async fn redeemed(&mut self, redeemed: Redeemed) {
        match redeemed.outcome {
            Ok(token) => self.enter_with(redeemed.entry.with_secret(token)).await,
            Err(code) => self.not_entered(redeemed.entry, code),
        }
    }
}

/// What is behind a link, without using it up.
pub(super) async fn look(
    link: &str,
    network: &Network,
) -> Result<(Account, Found), WindowErrorCode> {
    let link = JoinLink::parse(link).ok_or(WindowErrorCode::AddressWrong)?;
    let seen = dealbell_inbox::see_invitation(&link, network).await;
    let seen = seen.map_err(|error| invitation_code(&error))?;
    let account = account_of(&link);
    let found = invited(&seen, account.label());
    Ok((account, found))
}

/// Who is invited where, and by whom; as the centre says it, which may be anybody's.
fn invited(seen: &InvitationSeen, host: String) -> Found {
    let name = |said: &str| text::line(said, rest::MAX_KEY);
    Found {
        user: name(&seen.name),
        email: name(&seen.email),
        invited_by: Some(name(&seen.by)).filter(|by| !by.is_empty()),
        ..found_at(host)
    }
}

async fn redeem(link: &JoinLink, network: &Network) -> Result<SecretText, WindowErrorCode> {
    let device = NewDevice {
        name: gethostname::gethostname().to_string_lossy().into_owned(),
        platform: std::env::consts::OS.to_owned(),
    };
    let redeemed = dealbell_inbox::redeem(link, device, network).await;
    let redeemed = redeemed.map_err(|error| invitation_code(&error))?;
    Ok(redeemed.token.into())
}

fn account_of(link: &JoinLink) -> Account {
    Account::team(link.centre().as_str())
}

fn invitation_code(error: &CheckError) -> WindowErrorCode {
    tracing::info!(%error, "the invitation was not followed");
    let CheckError::Rest(RestError::Refused { code, .. }) = error else {
        return match centre_code(error) {
            // The address is the link's: nobody has mistyped it.
            WindowErrorCode::AddressWrong => WindowErrorCode::Offline,
            other => other,
        };
    };
    match code {
        Some(ErrorCode::InvitationUsed) => WindowErrorCode::InvitationUsed,
        Some(ErrorCode::InvitationExpired) => WindowErrorCode::InvitationExpired,
        Some(ErrorCode::InvitationUnknown) => WindowErrorCode::InvitationUnknown,
        _ => centre_code(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_an_invitation_gives_are_short_lines_of_letters() {
        let seen = InvitationSeen {
            name: "Вера\u{202e}\nЛарина".into(),
            email: "vera@firm.ru".into(),
            by: "Олег ".repeat(1_000),
            expires_at: 0,
        };
        let found = invited(&seen, "bell.firm.ru".into());
        assert_eq!(found.user, "Вера Ларина");
        assert_eq!(found.email, "vera@firm.ru");
        let by = found.invited_by.unwrap();
        assert!(by.chars().count() <= rest::MAX_KEY, "{by}");
        let nobody = InvitationSeen {
            by: "\u{200b}\n".into(),
            ..seen
        };
        assert_eq!(invited(&nobody, String::new()).invited_by, None);
    }
}
