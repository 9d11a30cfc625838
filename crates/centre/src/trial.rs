//! A test of a channel, sent to the user who asks for it.

use crate::{
    Centre,
    delivery::queue,
    frame,
    hub::News,
    push::subscriptions,
    refusal::Refusal,
    store::{
        notifications::{self, Content, Speaker},
        settings::{self, Silence},
        writer::Step,
    },
};
use dealbell_protocol::{
    ApiError, Channel, ErrorCode, Kind, Priority, ProviderId, UserId,
    ingest::Again,
    stream::{Popup, ServerFrame},
    window::Language,
};
use dealbell_texts::text;

/// Who says it: Dealbell itself.
pub(crate) const SYSTEM: &str = "system";
/// One unread test in the list is enough.
const KEY: &str = "test";

impl Centre {
    /// Sends `user` a test of `channel`. A pop-up is shown whatever he has switched off, and says so;
    /// a letter or push is sent whatever he has switched off.
    pub(crate) async fn try_channel(&self, user: UserId, channel: Channel) -> Result<(), Refusal> {
        let able = self.inner.deliverable.contains(&channel);
        let sent = self.writer().write(move |step| {
            Box::pin(async move {
                match channel {
                    Channel::Interface if able => list(step, user).await,
                    Channel::Desktop if able => pop_up(step, user).await,
                    Channel::Email if able => queue::test(step, user).await,
                    Channel::Mobile | Channel::Browser if able => {
                        subscriptions::test_all(step, user, channel).await
                    }
                    Channel::Interface
                    | Channel::Desktop
                    | Channel::Email
                    | Channel::Mobile
                    | Channel::Browser => Err(undeliverable()),
                }
            })
        });
        sent.await
    }
}

fn undeliverable() -> Refusal {
    let message = "this centre does not deliver on this channel";
    let error = ApiError::new(ErrorCode::Unavailable, message);
    error.of_field("channel").into()
}

/// A notification like any other.
async fn list(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    let language = language(step, user).await?;
    let content = Content {
        kind: Kind::Message,
        priority: Priority::Normal,
        subject: None,
        title: text(language, "test-title", &[]),
        text: text(language, "test-list-text", &[]),
        context: None,
        author: None,
        link: None,
        at: step.now,
        silent: false,
        deadline: None,
    };
    let speaker = Speaker {
        provider: &ProviderId::new(SYSTEM),
        source: None,
    };
    notifications::tell(step, user, speaker, Some(KEY), Again::Unread, &content).await?;
    Ok(())
}

async fn pop_up(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    let language = language(step, user).await?;
    let says = match settings::silence(step, user).await? {
        Silence {
            switched_off: true, ..
        } => "test-popup-text-off",
        Silence { quiet: true, .. } => "test-popup-text-quiet",
        Silence { .. } => "test-popup-text",
    };
    let data = Popup {
        provider: ProviderId::new(SYSTEM),
        title: text(language, "test-title", &[]),
        text: text(language, says, &[]),
        link: None,
        icon: None,
        at: step.now,
        test: true,
    };
    let frame = frame::text(&ServerFrame::Popup { data });
    step.news.push(News::Popup { user, frame });
    Ok(())
}

/// The language in which `user` is spoken to.
pub(crate) async fn language(step: &mut Step, user: UserId) -> Result<Language, Refusal> {
    let code: Option<String> = sqlx::query_scalar("SELECT language FROM users WHERE id = ?")
        .bind(user.to_string())
        .fetch_optional(&mut step.db)
        .await?;
    match code.as_deref() {
        Some("ru") => Ok(Language::Ru),
        Some(_) => Ok(Language::En),
        None => Err(Refusal::UnknownUser(user)),
    }
}
