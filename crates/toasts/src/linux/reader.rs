//! The one who takes what the connection receives, in the order of the wire.

use std::sync::Arc;

use futures_util::StreamExt;
use zbus::message::{Header, Type};
use zbus::{Message, MessageStream};

use super::ledger::{Ledger, Signal};
use super::{BUS, NAME, Shared, focus, refusal};
use crate::{ToastError, ToastEvent};

/// Takes everything the connection receives, in order, until it ends. Never waits for a reply
/// itself: it is the one who takes replies.
pub(super) async fn read(mut stream: MessageStream, shared: Arc<Shared>) {
    while let Some(Ok(message)) = stream.next().await {
        let events = take(&mut shared.ledger(), &message);
        let daemon_changed = events
            .iter()
            .any(|event| matches!(event, ToastEvent::DaemonGone | ToastEvent::DaemonBack));
        if daemon_changed
            || (message.message_type() == Type::Signal && focus::is_news(&message.header()))
        {
            shared.focus_news.notify_one();
        }
        shared.tell(events);
    }
    let events = shared.ledger().disconnected();
    shared.tell(events);
}

fn take(ledger: &mut Ledger, message: &Message) -> Vec<ToastEvent> {
    let header = message.header();
    match message.message_type() {
        Type::MethodReturn | Type::Error => {
            let Some(serial) = header.reply_serial() else {
                return Vec::new();
            };
            ledger.replied(serial, sender(&header), || answer(message))
        }
        Type::Signal => signal(ledger, message, &header),
        Type::MethodCall => Vec::new(),
    }
}

fn answer(message: &Message) -> Result<u32, ToastError> {
    if message.message_type() == Type::Error {
        return Err(refusal(message.clone().into()));
    }
    message
        .body()
        .deserialize()
        .map_err(|error| ToastError::Refused(error.to_string()))
}

fn signal(ledger: &mut Ledger, message: &Message, header: &Header<'_>) -> Vec<ToastEvent> {
    let interface = header
        .interface()
        .map(|name| name.as_str())
        .unwrap_or_default();
    let member = header
        .member()
        .map(|name| name.as_str())
        .unwrap_or_default();
    let body = message.body();
    let toast_signal = match (interface, member) {
        (BUS, "NameOwnerChanged") if sender(header) == BUS => {
            return match body.deserialize::<(&str, &str, &str)>() {
                Ok((NAME, old, new)) => ledger.owner_changed(old, new),
                _ => Vec::new(),
            };
        }
        (NAME, "ActionInvoked") => body
            .deserialize::<(u32, String)>()
            .map(|(id, action)| (id, Signal::Invoked(action))),
        (NAME, "ActivationToken") => body
            .deserialize::<(u32, String)>()
            .map(|(id, token)| (id, Signal::Token(token))),
        (NAME, "NotificationClosed") => body
            .deserialize::<(u32, u32)>()
            .map(|(id, reason)| (id, Signal::Closed(reason))),
        _ => return Vec::new(),
    };
    match toast_signal {
        Ok((id, told)) => ledger
            .signalled(sender(header), id, told)
            .into_iter()
            .collect(),
        Err(error) => {
            tracing::debug!(%error, member, "a notification signal with another body");
            Vec::new()
        }
    }
}

fn sender<'m>(header: &'m Header<'_>) -> &'m str {
    header
        .sender()
        .map(|name| name.as_str())
        .unwrap_or_default()
}
