//! What feeds the queue: each part's own messages, values that change, the system's signals.

use super::Input;
use tokio::sync::{mpsc, watch};

/// A sender of one part's own messages into the one queue.
pub(super) fn forward<T: Send + 'static>(
    inputs: &mpsc::Sender<Input>,
    wrap: impl Fn(T) -> Input + Send + 'static,
) -> mpsc::Sender<T> {
    let (sender, mut receiver) = mpsc::channel(256);
    let inputs = inputs.clone();
    tokio::spawn(async move {
        while let Some(message) = receiver.recv().await {
            if inputs.send(wrap(message)).await.is_err() {
                return;
            }
        }
    });
    sender
}

/// Says when a watched value changed, until it is gone.
pub(super) fn watch_value<T: Send + Sync + 'static>(
    mut value: watch::Receiver<T>,
    inputs: mpsc::Sender<Input>,
    input: impl Fn() -> Input + Send + 'static,
) {
    tokio::spawn(async move {
        while value.changed().await.is_ok() {
            if inputs.send(input()).await.is_err() {
                return;
            }
        }
    });
}

/// Ctrl-C and the session's end are the user's *Quit*.
pub(super) fn watch_for_end(inputs: mpsc::Sender<Input>) {
    tokio::spawn(async move {
        end_signal().await;
        let _ = inputs.send(Input::Terminate).await;
    });
}

#[cfg(unix)]
async fn end_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn end_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
