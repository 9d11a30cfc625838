//! Windows' own do-not-disturb, as far as it tells a desktop app.
//!
//! It tells no app when that changes, so it is asked now and then.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use windows::Win32::UI::Shell::{
    QUNS_PRESENTATION_MODE, QUNS_QUIET_TIME, SHQueryUserNotificationState,
};

use crate::ToastEvent;

/// Between two questions; each is a wake-up.
const PAUSE: Duration = Duration::from_secs(30);

/// Asks until it is dropped.
pub(super) struct Watch(JoinHandle<()>);

impl Watch {
    pub(super) fn start(events: UnboundedSender<ToastEvent>) -> Self {
        Self(tokio::spawn(async move {
            let mut told = None;
            loop {
                let now = state();
                if told != Some(now) {
                    told = Some(now);
                    let (quiet, sharing) = now;
                    if events.send(ToastEvent::Focus { quiet, sharing }).is_err() {
                        return;
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
        }))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Quiet, and sharing. Presentation mode is both; that no presentation is on does not mean that
/// nobody sees the screen.
fn state() -> (Option<bool>, Option<bool>) {
    #[expect(
        unsafe_code,
        reason = "the call takes nothing and gives a number back; Windows has no safe one"
    )]
    let state = unsafe { SHQueryUserNotificationState() };
    let Ok(state) = state else {
        return (None, None);
    };
    let presenting = state == QUNS_PRESENTATION_MODE;
    let quiet = presenting || state == QUNS_QUIET_TIME;
    (Some(quiet), presenting.then_some(true))
}
