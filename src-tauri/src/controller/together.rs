//! Several accounts as one, for the one tray.

use dealbell_inbox::State;
use dealbell_protocol::window::Connection;

/// How many of the newest the tray names.
const NEWEST: usize = 5;

/// What the tray shows of these accounts: everything unread, and the link that most needs the user;
/// `nobody` is the link where there is no account.
pub(super) fn together(accounts: Vec<State>, nobody: Connection) -> State {
    let links: Vec<Connection> = accounts.iter().map(|state| state.connection).collect();
    let mut whole = State {
        connection: link(&links).unwrap_or(nobody),
        unread: accounts.iter().map(|state| state.unread).sum(),
        ..State::default()
    };
    whole.newest = accounts
        .into_iter()
        .flat_map(|state| state.newest)
        .collect();
    whole
        .newest
        .sort_by_key(|newest| std::cmp::Reverse((newest.created_at, newest.id)));
    whole.newest.truncate(NEWEST);
    whole
}

/// The link of all. One that is lost counts before those that hold, since it cannot ring and comes
/// back sooner if the user helps. One that is signed out counts only where nothing else is left: the
/// window asks for its token, and meanwhile the others go on.
fn link(links: &[Connection]) -> Option<Connection> {
    let mut lost = links.iter().filter_map(|link| match link {
        Connection::Offline { retry_at } => Some(*retry_at),
        Connection::Connecting | Connection::Online | Connection::SignedOut { .. } => None,
    });
    if let Some(first) = lost.next() {
        let soonest = lost.fold(first, |soonest, other| match (soonest, other) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        });
        return Some(Connection::Offline { retry_at: soonest });
    }
    let holds = |wanted| links.iter().copied().find(|link| *link == wanted);
    holds(Connection::Online)
        .or_else(|| holds(Connection::Connecting))
        .or_else(|| links.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dealbell_protocol::window::SignedOutReason;
    use dealbell_protocol::{Kind, Millis, Notification, Priority, ProviderId};

    const NOBODY: Connection = Connection::SignedOut {
        reason: SignedOutReason::NoAccount,
    };
    const REFUSED: Connection = Connection::SignedOut {
        reason: SignedOutReason::TokenInvalid,
    };

    fn lost(retry_at: impl Into<Option<Millis>>) -> Connection {
        Connection::Offline {
            retry_at: retry_at.into(),
        }
    }

    fn state(connection: Connection, created: &[Millis]) -> State {
        State {
            connection,
            unread: created.len() as u64,
            newest: created.iter().map(|at| notification(*at)).collect(),
            ..State::default()
        }
    }

    fn notification(at: Millis) -> Notification {
        Notification {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
            provider: ProviderId("tasks".into()),
            kind: Kind::Message,
            priority: Priority::Normal,
            subject: None,
            title: at.to_string(),
            text: String::new(),
            context: None,
            author: None,
            link: None,
            at,
            created_at: at,
            created_seq: 0,
            read_at: None,
            silent: false,
        }
    }

    #[test]
    fn the_number_is_the_sum_and_the_newest_are_those_of_all() {
        let one = state(Connection::Online, &[90, 70, 50, 30, 10]);
        let two = state(Connection::Online, &[80, 60]);
        let whole = together(vec![one, two], NOBODY);
        assert_eq!(whole.unread, 7);
        let newest: Vec<_> = whole.newest.iter().map(|newest| newest.at).collect();
        assert_eq!(newest, [90, 80, 70, 60, 50]);
    }

    #[test]
    fn the_link_is_the_one_that_needs_the_user_most() {
        use Connection::{Connecting, Online};
        for (links, expected) in [
            (vec![], NOBODY),
            (vec![REFUSED], REFUSED),
            (vec![Connecting, Online, REFUSED], Online),
            (vec![Connecting, REFUSED], Connecting),
            (vec![Online, lost(9), lost(5), lost(None)], lost(5)),
            (vec![Online, lost(None)], lost(None)),
        ] {
            let states = links.iter().map(|link| state(*link, &[])).collect();
            assert_eq!(together(states, NOBODY).connection, expected, "{links:?}");
        }
    }
}
