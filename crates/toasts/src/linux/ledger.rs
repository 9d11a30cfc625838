//! What is on the screen: the freedesktop ids of this app's toasts, without any I/O.
//!
//! Facts go in exactly in the order they came over the wire, events come out. A click that follows
//! right after the reply which names its id is therefore never early.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;

use tokio::sync::oneshot;

use crate::{DismissReason, ToastError, ToastEvent};

/// Signals about unknown ids that are kept while a reply is outstanding; some daemons signal before they reply.
const EARLY_SIGNALS: usize = 64;

/// What a daemon said about one toast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signal {
    /// `ActionInvoked`
    Invoked(String),
    /// `ActivationToken`
    Token(String),
    /// `NotificationClosed`
    Closed(u32),
}

/// What the notification daemon in charge can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Abilities {
    pub(super) actions: bool,
    pub(super) body: bool,
    pub(super) markup: bool,
    pub(super) sound: bool,
}

impl Abilities {
    pub(super) fn of(capabilities: &[String]) -> Self {
        let has = |name: &str| capabilities.iter().any(|c| c == name);
        Self {
            actions: has("actions"),
            body: has("body"),
            markup: has("body-markup"),
            sound: has("sound"),
        }
    }
}

struct Live {
    key: String,
    sender: String,
    token: Option<String>,
    /// Clicked or withdrawn: its closing is no news.
    settled: bool,
}

struct Call {
    key: String,
    answer: oneshot::Sender<Result<u32, ToastError>>,
}

/// The toasts of one connection.
#[derive(Default)]
pub(super) struct Ledger {
    connected: bool,
    epoch: u64,
    /// Who has the daemon's name, empty for nobody; `None` until it first changes hands.
    owner: Option<String>,
    abilities: Option<Abilities>,
    calls: HashMap<NonZeroU32, Call>,
    by_id: HashMap<u32, Live>,
    by_key: HashMap<String, u32>,
    early: VecDeque<(String, u32, Signal)>,
}

impl Ledger {
    /// A new connection to the bus; whatever the last one knew is void.
    pub(super) fn connected(&mut self) {
        *self = Self {
            connected: true,
            epoch: self.epoch + 1,
            ..Self::default()
        };
    }

    /// The connection ended.
    pub(super) fn disconnected(&mut self) -> Vec<ToastEvent> {
        self.connected = false;
        self.forget();
        for (_, call) in self.calls.drain() {
            let _ = call.answer.send(Err(ToastError::NoDaemon));
        }
        vec![ToastEvent::DaemonGone]
    }

    /// Changes with every daemon, so that what one said is not held for the next one's words.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn abilities(&self) -> Option<Abilities> {
        self.abilities
    }

    pub(super) fn learned(&mut self, epoch: u64, abilities: Abilities) {
        if epoch == self.epoch {
            self.abilities = Some(abilities);
        }
    }

    /// The id a toast with this key would replace.
    pub(super) fn id_of(&self, key: &str) -> Option<u32> {
        self.by_key.get(key).copied()
    }

    /// A `Notify` with this serial is about to be sent. `None`: there is no connection any more.
    pub(super) fn calling(
        &mut self,
        serial: NonZeroU32,
        key: &str,
    ) -> Option<oneshot::Receiver<Result<u32, ToastError>>> {
        if !self.connected {
            return None;
        }
        let (answer, waiting) = oneshot::channel();
        self.calls.insert(
            serial,
            Call {
                key: key.to_owned(),
                answer,
            },
        );
        Some(waiting)
    }

    /// The reply to a call; replies to other calls are not ours to judge.
    pub(super) fn replied(
        &mut self,
        serial: NonZeroU32,
        sender: &str,
        reply: impl FnOnce() -> Result<u32, ToastError>,
    ) -> Vec<ToastEvent> {
        let Some(call) = self.calls.remove(&serial) else {
            return Vec::new();
        };
        let mut reply = reply();
        if reply.is_ok() && self.owner.as_deref().is_some_and(|owner| owner != sender) {
            // The toast of a daemon that is no longer in charge.
            reply = Err(ToastError::NoDaemon);
        }
        let mut events = Vec::new();
        if let Ok(id) = reply {
            let live = Live {
                key: call.key.clone(),
                sender: sender.to_owned(),
                token: None,
                settled: false,
            };
            self.by_id.insert(id, live);
            self.by_key.insert(call.key, id);
            let held = std::mem::take(&mut self.early);
            for (from, about, signal) in held {
                events.extend(self.signalled(&from, about, signal));
            }
        }
        if self.calls.is_empty() {
            self.early.clear();
        }
        // The caller may have gone away; the toast is on the screen all the same.
        let _ = call.answer.send(reply);
        events
    }

    /// A signal about a toast. Those of other apps (some daemons tell everybody) and those that the
    /// daemon which owns the toast did not send are none of ours.
    pub(super) fn signalled(
        &mut self,
        sender: &str,
        id: u32,
        signal: Signal,
    ) -> Option<ToastEvent> {
        let Some(live) = self.by_id.get_mut(&id).filter(|live| live.sender == sender) else {
            if !self.calls.is_empty() && self.early.len() < EARLY_SIGNALS {
                self.early.push_back((sender.to_owned(), id, signal));
            }
            return None;
        };
        match signal {
            Signal::Token(token) => {
                live.token = Some(token);
                None
            }
            Signal::Invoked(action) => {
                live.settled = true;
                Some(ToastEvent::Clicked {
                    key: live.key.clone(),
                    button: (action != "default").then_some(action),
                    activation_token: live.token.take(),
                })
            }
            Signal::Closed(reason) => {
                let Live { key, settled, .. } = self.by_id.remove(&id)?;
                if self.by_key.get(&key) != Some(&id) {
                    return None;
                }
                self.by_key.remove(&key);
                let reason = match reason {
                    1 => DismissReason::Expired,
                    2 => DismissReason::ByUser,
                    3 => DismissReason::ByCall,
                    _ => DismissReason::Unknown,
                };
                (!settled).then_some(ToastEvent::Dismissed { key, reason })
            }
        }
    }

    /// The key's toast is being taken away; a click already on its way still counts.
    pub(super) fn withdrawing(&mut self, key: &str) -> Option<u32> {
        let id = self.by_key.remove(key)?;
        if let Some(live) = self.by_id.get_mut(&id) {
            live.settled = true;
        }
        Some(id)
    }

    /// The daemon does not know this id any more.
    pub(super) fn unknown(&mut self, id: u32) {
        if let Some(live) = self.by_id.remove(&id)
            && self.by_key.get(&live.key) == Some(&id)
        {
            self.by_key.remove(&live.key);
        }
    }

    /// The name of the notification daemon changed hands; empty is nobody. Outstanding calls stay:
    /// the bus answers those that were lost with the old daemon, the new one those that reached it.
    pub(super) fn owner_changed(&mut self, old: &str, new: &str) -> Vec<ToastEvent> {
        self.forget();
        self.owner = Some(new.to_owned());
        let mut events = Vec::new();
        if !old.is_empty() {
            events.push(ToastEvent::DaemonGone);
        }
        if !new.is_empty() {
            events.push(ToastEvent::DaemonBack);
        }
        events
    }

    fn forget(&mut self) {
        self.epoch += 1;
        self.abilities = None;
        self.by_id.clear();
        self.by_key.clear();
        self.early.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAEMON: &str = ":1.7";

    fn serial(n: u32) -> NonZeroU32 {
        NonZeroU32::new(n).unwrap()
    }

    fn with_toast(key: &str, id: u32) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.connected();
        let _answer = ledger.calling(serial(1), key).unwrap();
        ledger.replied(serial(1), DAEMON, || Ok(id));
        ledger
    }

    fn clicked(key: &str) -> ToastEvent {
        ToastEvent::Clicked {
            key: key.into(),
            button: None,
            activation_token: None,
        }
    }

    #[test]
    fn a_click_before_the_reply_counts_once_the_reply_names_its_id() {
        let mut ledger = Ledger::default();
        ledger.connected();
        let mut answer = ledger.calling(serial(1), "a").unwrap();
        assert_eq!(
            ledger.signalled(DAEMON, 5, Signal::Invoked("default".into())),
            None
        );
        assert_eq!(ledger.replied(serial(1), DAEMON, || Ok(5)), [clicked("a")]);
        assert_eq!(answer.try_recv().unwrap(), Ok(5));
    }

    #[test]
    fn a_click_counts_when_nobody_waited_for_the_reply() {
        let mut ledger = Ledger::default();
        ledger.connected();
        drop(ledger.calling(serial(1), "a"));
        ledger.replied(serial(1), DAEMON, || Ok(5));
        assert_eq!(
            ledger.signalled(DAEMON, 5, Signal::Invoked("default".into())),
            Some(clicked("a"))
        );
    }

    #[test]
    fn signals_of_strangers_are_ignored() {
        let mut ledger = with_toast("a", 5);
        assert_eq!(
            ledger.signalled(":1.9", 5, Signal::Invoked("default".into())),
            None
        );
        assert_eq!(ledger.signalled(DAEMON, 6, Signal::Closed(2)), None);
        assert_eq!(ledger.id_of("a"), Some(5));
    }

    #[test]
    fn the_token_travels_with_the_click_and_the_close_after_it_is_no_news() {
        let mut ledger = with_toast("a", 5);
        assert_eq!(ledger.signalled(DAEMON, 5, Signal::Token("t".into())), None);
        assert_eq!(
            ledger.signalled(DAEMON, 5, Signal::Invoked("later".into())),
            Some(ToastEvent::Clicked {
                key: "a".into(),
                button: Some("later".into()),
                activation_token: Some("t".into())
            })
        );
        assert_eq!(ledger.signalled(DAEMON, 5, Signal::Closed(2)), None);
        assert_eq!(ledger.id_of("a"), None);
    }

    #[test]
    fn a_click_during_withdrawal_counts_and_the_close_does_not() {
        let mut ledger = with_toast("a", 5);
        assert_eq!(ledger.withdrawing("a"), Some(5));
        assert_eq!(ledger.withdrawing("a"), None);
        assert_eq!(
            ledger.signalled(DAEMON, 5, Signal::Invoked("default".into())),
            Some(clicked("a"))
        );
        assert_eq!(ledger.signalled(DAEMON, 5, Signal::Closed(3)), None);
    }

    #[test]
    fn a_replacement_under_another_id_is_the_one_that_is_withdrawn() {
        let mut ledger = with_toast("a", 5);
        let _answer = ledger.calling(serial(2), "a").unwrap();
        ledger.replied(serial(2), DAEMON, || Ok(6));
        assert_eq!(ledger.signalled(DAEMON, 5, Signal::Closed(3)), None);
        assert_eq!(ledger.withdrawing("a"), Some(6));
    }

    #[test]
    fn a_new_daemon_knows_nothing_and_old_words_are_not_its_own() {
        let mut ledger = with_toast("a", 5);
        let before = ledger.epoch();
        assert_eq!(
            ledger.owner_changed(DAEMON, ":1.8"),
            [ToastEvent::DaemonGone, ToastEvent::DaemonBack]
        );
        ledger.learned(
            before,
            Abilities {
                actions: true,
                body: true,
                markup: true,
                sound: true,
            },
        );
        assert_eq!(ledger.abilities(), None);
        assert_eq!(ledger.id_of("a"), None);
        assert_eq!(
            ledger.signalled(DAEMON, 5, Signal::Invoked("default".into())),
            None
        );
    }

    #[test]
    fn a_call_that_meets_a_change_of_daemons_belongs_to_whoever_answers() {
        for (answering, expected) in [(DAEMON, Err(ToastError::NoDaemon)), (":1.8", Ok(1))] {
            let mut ledger = with_toast("a", 5);
            let mut waiting = ledger.calling(serial(2), "b").unwrap();
            ledger.owner_changed(DAEMON, ":1.8");
            ledger.replied(serial(2), answering, || Ok(1));
            assert_eq!(ledger.id_of("b").is_some(), expected.is_ok());
            assert_eq!(waiting.try_recv().unwrap(), expected);
        }
    }

    #[test]
    fn a_lost_connection_answers_everybody() {
        let mut ledger = with_toast("a", 5);
        let mut waiting = ledger.calling(serial(2), "b").unwrap();
        ledger.disconnected();
        assert_eq!(waiting.try_recv().unwrap(), Err(ToastError::NoDaemon));
    }

    #[test]
    fn nothing_is_called_without_a_connection() {
        let mut ledger = with_toast("a", 5);
        assert_eq!(ledger.disconnected(), [ToastEvent::DaemonGone]);
        assert!(ledger.calling(serial(2), "b").is_none());
    }
}
