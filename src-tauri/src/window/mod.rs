//! The window: a child process with one webview, so that closing it gives all its memory back and
//! a crash of it never takes the bell along.

pub(crate) mod child;
mod foreground;
mod pipes;
mod process;

pub(crate) use process::{Caller, PageId, WindowInput, WindowProcess};
