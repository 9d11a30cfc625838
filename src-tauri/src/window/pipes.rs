//! The window's end of the pipes, moved out of the way before anything else is started: the web
//! engine's helpers must neither hold them open nor write into them.

use std::fs::File;
use std::io;

/// Where events come from and calls go to.
pub(super) struct Pipes {
    pub(super) events: File,
    pub(super) calls: File,
}

/// Takes over standard input and output: afterwards the one is empty and the other is the log.
#[cfg(unix)]
pub(super) fn take() -> io::Result<Pipes> {
    use std::os::fd::AsFd;
    let events = rustix::io::fcntl_dupfd_cloexec(io::stdin().as_fd(), 3)?;
    let calls = rustix::io::fcntl_dupfd_cloexec(io::stdout().as_fd(), 3)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(Pipes {
        events: events.into(),
        calls: calls.into(),
    })
}

/// On Windows handles are not inherited unless they are named, so the originals serve.
#[cfg(windows)]
pub(super) fn take() -> io::Result<Pipes> {
    use std::os::windows::io::AsHandle;
    Ok(Pipes {
        events: io::stdin().as_handle().try_clone_to_owned()?.into(),
        calls: io::stdout().as_handle().try_clone_to_owned()?.into(),
    })
}
