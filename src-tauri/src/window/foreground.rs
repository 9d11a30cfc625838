//! The right to come to the front, which Windows gives to the process that the user has just clicked
//! in: the resident hands it on to its window. Elsewhere an activation token does that.

/// Lets this process bring its window to the front.
#[cfg(windows)]
#[expect(
    unsafe_code,
    reason = "a call of the system that takes a number and keeps nothing"
)]
pub(super) fn give(process: u32) {
    #[link(name = "user32")]
    unsafe extern "system" {
        fn AllowSetForegroundWindow(process: u32) -> i32;
    }
    // SAFETY: any number is allowed; one that is no process is refused.
    if unsafe { AllowSetForegroundWindow(process) } == 0 {
        tracing::debug!("the right to the foreground was not ours to give");
    }
}

/// Nothing to give here.
#[cfg(not(windows))]
pub(super) fn give(_process: u32) {}
