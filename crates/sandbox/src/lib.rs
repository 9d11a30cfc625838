//! A stand-in amoCRM account over HTTP, with a busy sales floor.
//!
//! It speaks the part of the amoCRM / Kommo API v4 that a notifier meets: OAuth 2 with one-time
//! codes and rotating refresh tokens, the account and its users with their rights, tasks, events,
//! deals and other cards, talks, notes, Incoming leads, pipelines, and webhooks that are sent, tried
//! again and switched off. On demand it fails as networks and servers do ([`Fault`]), and it goes by
//! whatever [`Clock`] it is given. It shares no type with the client crate, so that neither can hide
//! the other's mistake. It is a library for tests and the binary `dealbell-sandbox` for demos.

mod account;
mod api;
mod books;
mod cast;
mod clock;
mod events;
mod faults;
mod form;
mod hooks;
mod oauth;
mod office;
mod phrases;
mod postman;
mod rate;
mod rights;
mod sales_floor;
mod sandbox;
mod shift;
mod staff;
mod token;
mod wire;

pub use account::{ACCOUNT_ID, ACCOUNT_NAME, SUBDOMAIN, TIME_ZONE, User, end_of_day};
pub use books::{
    Card, Category, Deal, Entity, EntityKind, LOST, MAIN_PIPELINE, Metadata, NewLead, NewRequest,
    NewTask, Note, Outcome, Person, Refusal, Request, SECOND_PIPELINE, Talk, Task, WON,
};
pub use clock::Clock;
pub use faults::Fault;
pub use hooks::{Hook, HookDelivery};
pub use oauth::Integration;
pub use rights::Reach;
pub use sandbox::{Config, Sandbox, StartError};
pub use staff::MOST_STAFF;
