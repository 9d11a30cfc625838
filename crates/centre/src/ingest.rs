//! What connectors hand over: notices and their own memory, in one transaction.

use crate::{
    Centre,
    refusal::Refusal,
    store::{
        notifications::{self, Content, Speaker, parsed},
        writer::Step,
    },
};
use async_trait::async_trait;
use dealbell_protocol::{
    Kind,
    ingest::{Act, Batch, Ingest, IngestError, Notice, Recipient},
    rest::{MAX_KEY, MAX_LINK, MAX_TEXT, MAX_TITLE},
    text,
};
use sqlx::Row as _;

#[async_trait]
impl Ingest for Centre {
    async fn recipients(&self) -> Result<Vec<Recipient>, IngestError> {
        let rows = sqlx::query("SELECT id, email, language FROM users ORDER BY email")
            .fetch_all(self.read())
            .await
            .map_err(storage)?;
        rows.iter()
            .map(|row| {
                let id = parsed(row.try_get("id")?)?;
                Ok(Recipient {
                    id,
                    email: row.try_get("email")?,
                    language: row.try_get("language")?,
                    connected: self.hub().is_connected(id),
                })
            })
            .collect::<Result<_, sqlx::Error>>()
            .map_err(storage)
    }

    async fn memory(&self, source: &str) -> Result<Vec<(String, String)>, IngestError> {
        sqlx::query_as("SELECT key, value FROM memory WHERE source = ? ORDER BY key")
            .bind(source)
            .fetch_all(self.read())
            .await
            .map_err(storage)
    }

    async fn commit(&self, batch: Batch) -> Result<(), IngestError> {
        let written = self
            .writer()
            .write(move |step| Box::pin(apply(step, batch)))
            .await;
        written.map_err(|refusal| match refusal {
            Refusal::UnknownUser(user) => IngestError::UnknownUser(user),
            Refusal::Storage(reason) => IngestError::Storage(reason),
            Refusal::Key(error) => IngestError::Storage(error.to_string()),
            Refusal::Api(error) => IngestError::Storage(error.message),
        })
    }
}

fn storage(error: sqlx::Error) -> IngestError {
    IngestError::Storage(error.to_string())
}

async fn apply(step: &mut Step, batch: Batch) -> Result<(), Refusal> {
    let source = batch.source.as_str();
    for act in batch.acts {
        match act {
            Act::Notify(notice) => notify(step, source, *notice).await?,
            Act::Withdraw {
                user,
                provider,
                subject,
                kinds,
            } => {
                let speaker = Speaker {
                    provider: &provider,
                    source: Some(source),
                };
                notifications::withdraw(step, user, speaker, &subject, &kinds).await?;
            }
        }
    }
    for (key, value) in batch.memory {
        match value {
            Some(value) => remember(step, source, &key, &value).await?,
            None => forget(step, source, &key).await?,
        }
    }
    Ok(())
}

async fn notify(step: &mut Step, source: &str, notice: Notice) -> Result<(), Refusal> {
    let user = notice.user;
    let plain = |line: Option<String>| {
        line.map(|line| text::line(&line, MAX_KEY))
            .filter(|line| !line.is_empty())
    };
    let speaker = Speaker {
        provider: &notice.provider,
        source: Some(source),
    };
    let content = Content {
        title: title(&notice.title, notice.kind),
        text: text::block(&notice.text, MAX_TEXT),
        context: plain(notice.context),
        author: plain(notice.author),
        link: notice.link.as_deref().and_then(safe_link),
        kind: notice.kind,
        priority: notice.priority,
        subject: notice.subject,
        at: notice.at,
        silent: notice.silent,
        deadline: notice.deadline,
    };
    let key = notice.dedup_key.as_deref();
    notifications::tell(step, user, speaker, key, notice.again, &content).await?;
    Ok(())
}

/// A title is never empty: a row without one could not be read, nor clicked.
fn title(given: &str, kind: Kind) -> String {
    let title = text::line(given, MAX_TITLE);
    if title.is_empty() {
        return kind.name().to_owned();
    }
    title
}

/// The link in the form it is kept in; none where it may not be opened. Its escapes count, too.
pub(crate) fn safe_link(given: &str) -> Option<String> {
    let link = String::from(text::link(given)?);
    (link.len() <= MAX_LINK).then_some(link)
}

async fn remember(step: &mut Step, source: &str, key: &str, value: &str) -> Result<(), Refusal> {
    sqlx::query(
        "INSERT INTO memory (source, key, value) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value",
    )
    .bind(source)
    .bind(key)
    .bind(value)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

async fn forget(step: &mut Step, source: &str, key: &str) -> Result<(), Refusal> {
    sqlx::query("DELETE FROM memory WHERE source = ? AND key = ?")
        .bind(source)
        .bind(key)
        .execute(&mut step.db)
        .await?;
    Ok(())
}
