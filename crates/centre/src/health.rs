//! Whether the centre does what it is there for: reads, commits, has room, and fits its file.
//!
//! Asked every few seconds it costs a few reads; a commit of its own only where nobody else has
//! committed lately.

use crate::{Centre, refusal::Refusal, store};
use serde::Serialize;
use std::{path::Path, time::Duration};

/// A commit that is younger proves that commits work.
const LATELY: Duration = Duration::from_secs(5);
/// How long reading and committing may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Less room than this, in bytes, and the next commits will fail.
const ROOM: u64 = 64 * 1024 * 1024;

/// A part of the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Reading the database.
    Reading,
    /// Committing to it.
    Writing,
    /// Room on its disk.
    Disk,
    /// Its schema is this version's.
    Schema,
}

/// What is wrong with a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Trouble {
    /// Which.
    pub part: Part,
    /// In words for whoever runs the centre; nothing secret.
    pub why: String,
}

impl Centre {
    /// What is wrong at this moment; nothing is the usual answer.
    pub async fn health(&self) -> Vec<Trouble> {
        let (schema, writing) = tokio::join!(self.schema(), self.writing());
        let disk = room(&self.inner.store.path);
        [schema, writing, disk].into_iter().flatten().collect()
    }

    async fn schema(&self) -> Option<Trouble> {
        let asked = store::foreign_migrations(self.read());
        let (part, why) = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(false)) => return None,
            Ok(Ok(true)) => {
                let why = "another version has changed the database: restart with that one";
                (Part::Schema, why.to_owned())
            }
            Ok(Err(error)) => (Part::Reading, error.to_string()),
            Err(_) => (Part::Reading, waited("reading")),
        };
        Some(Trouble { part, why })
    }

    async fn writing(&self) -> Option<Trouble> {
        let proof = async {
            // One proof at a time: the others take it for theirs.
            let _alone = self.inner.proof.lock().await;
            if self.writer().committed_within(LATELY) {
                return Ok(());
            }
            let written = self.writer().write(|step| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO pulse (one, at) VALUES (1, ?1)
                         ON CONFLICT DO UPDATE SET at = ?1",
                    )
                    .bind(step.now)
                    .execute(&mut step.db)
                    .await?;
                    Ok::<_, Refusal>(())
                })
            });
            written.await
        };
        let why = match tokio::time::timeout(PATIENCE, proof).await {
            Ok(Ok(())) => return None,
            Ok(Err(refusal)) => refusal.to_string(),
            Err(_) => waited("a commit"),
        };
        Some(Trouble {
            part: Part::Writing,
            why,
        })
    }
}

fn waited(what: &str) -> String {
    format!("{what} takes more than {} s", PATIENCE.as_secs())
}

fn room(database: &Path) -> Option<Trouble> {
    let free = free_bytes(database)?;
    (free < ROOM).then(|| Trouble {
        part: Part::Disk,
        why: format!("{} MiB are left for the database", free / 1024 / 1024),
    })
}

/// How many bytes the disk of `path` has left for us; none where the system does not say.
#[cfg(unix)]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let about = rustix::fs::statvfs(folder.unwrap_or(Path::new("."))).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

/// How many bytes the disk of `path` has left for us; none where the system does not say.
#[cfg(not(unix))]
pub fn free_bytes(_path: &Path) -> Option<u64> {
    None
}
