//! The window, end to end: the real app on a private desktop, signed in to a real centre.
#![cfg(target_os = "linux")]

#[path = "window/acting.rs"]
mod acting;
#[path = "window/channels.rs"]
mod channels;
#[path = "window/child.rs"]
mod child;
#[path = "window/connecting.rs"]
mod connecting;
#[path = "window/ends.rs"]
mod ends;
#[path = "window/list.rs"]
mod list;
#[path = "window/managed.rs"]
mod managed;
#[path = "window/page.rs"]
mod page;
#[path = "window/reach.rs"]
mod reach;
#[path = "window/screen.rs"]
mod screen;
#[path = "window/team.rs"]
mod team;
#[path = "window/upgraded.rs"]
mod upgraded;
