//! What a user is told when a device is added that he may know nothing of, and how many he has.

use crate::{
    devices,
    hub::News,
    refusal::Refusal,
    store::{
        notifications::{self, Content, Speaker, parsed},
        writer::Step,
    },
    trial::{SYSTEM, language},
};
use dealbell_protocol::{
    DeviceId, Kind, Priority, ProviderId, UserId, ingest::Again, stream::CloseCode,
};
use dealbell_texts::text;
use sqlx::Row as _;

/// Devices of one user that are signed in at once; another one, by a link or an invitation, takes the
/// place of the one that was not used for longest. Whoever adds some by the command line may do so.
pub(crate) const PER_USER: u32 = 100;

/// Tells whoever has had a device before that there is another one, and who has asked for it where
/// that was not he himself.
pub(crate) async fn tell(
    step: &mut Step,
    device: DeviceId,
    invited_by: Option<&str>,
) -> Result<(), Refusal> {
    let row = sqlx::query(
        "SELECT d.user, d.name, d.platform, EXISTS (SELECT 1 FROM devices o
         WHERE o.user = d.user AND o.id <> d.id AND o.embedded = 0) AS is_another
         FROM devices d WHERE d.id = ?",
    )
    .bind(device.to_string())
    .fetch_one(&mut step.db)
    .await?;
    if !row.try_get::<bool, _>("is_another")? {
        return Ok(());
    }
    let user: UserId = parsed(row.try_get("user")?)?;
    let language = language(step, user).await?;
    let (name, platform): (String, String) = (row.try_get("name")?, row.try_get("platform")?);
    let known = [name, platform].into_iter().find(|name| !name.is_empty());
    let named = known.map(|name| [("device", name.into())]);
    let title = match &named {
        Some(named) => text(language, "device-new-title", named),
        None => text(language, "device-new-title-unnamed", &[]),
    };
    let invited = invited_by.map(|by| text(language, "device-new-by", &[("by", by.into())]));
    let says = text(language, "device-new-text", &[]);
    let content = Content {
        kind: Kind::System,
        priority: Priority::Normal,
        subject: None,
        title,
        text: invited
            .into_iter()
            .chain([says])
            .collect::<Vec<_>>()
            .join(" "),
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
    notifications::tell(step, user, speaker, None, Again::Any, &content).await?;
    Ok(())
}

/// Signs out whatever of `user` is too much with one more.
pub(crate) async fn make_room(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    let out: Vec<String> = sqlx::query_scalar(
        "UPDATE devices SET revoked_at = ?1 WHERE id IN
         (SELECT id FROM devices WHERE user = ?2 AND revoked_at IS NULL AND embedded = 0
          ORDER BY max(coalesce(last_used_at, 0), created_at) DESC, id DESC LIMIT -1 OFFSET ?3)
         RETURNING id",
    )
    .bind(step.now)
    .bind(user.to_string())
    .bind(PER_USER - 1)
    .fetch_all(&mut step.db)
    .await?;
    for device in out {
        let device = parsed(&device)?;
        devices::forget_pushes(step, device).await?;
        let code = CloseCode::TooManyDevices;
        step.news.push(News::Revoked { device, code });
    }
    Ok(())
}
