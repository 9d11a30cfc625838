//! The centre's own things: database, key, files, disk, connected accounts.

use super::{Finding, PATIENCE};
use crate::command::Database;
use dealbell_amocrm::{Access, Credentials, CrmAddress, Network, check::check};
use dealbell_centre::{ConnectionState, Inspection, Schema, free_bytes};
use std::path::Path;

const GIB: u64 = 1024 * 1024 * 1024;

pub(super) fn database(found: &Inspection) -> Vec<Finding> {
    let path = found.path.display();
    let file = match &found.database {
        Ok(Schema::Current) => Finding::ok("database", format!("{path} is sound")),
        Ok(Schema::None) => Finding::attention(
            "database",
            format!("{path} is not there"),
            "the first start makes it; if there should be one, look at --database",
        ),
        Ok(Schema::Older) => Finding::attention(
            "database",
            format!("{path} is an older version's"),
            "make a backup, then restart the server, which brings it up to date",
        ),
        Ok(Schema::Newer) => Finding::wrong(
            "database",
            format!("{path} is a newer version's"),
            "install that version again",
        ),
        Err(reason) => Finding::wrong(
            "database",
            format!("{path}: {reason}"),
            "run this as the server's user; if the file is damaged, restore a backup",
        ),
    };
    let mut findings = vec![file];
    if matches!(found.database, Ok(Schema::Current)) {
        findings.push(match &found.key {
            None => Finding::ok("key", format!("{} fits", found.key_path.display())),
            Some(error) => Finding::wrong("key", error.to_string(), ""),
        });
        findings.push(match found.administrators {
            0 => Finding::attention(
                "people",
                "nobody is an administrator",
                "`dealbell-centre user add --help` says how one is made",
            ),
            some => Finding::ok("people", format!("administrators: {some}")),
        });
        findings.push(match found.dead_letters {
            0 => Finding::ok("letters", "none has failed for good"),
            some => Finding::attention(
                "letters",
                format!("{some} could not be sent"),
                "see why in the list of dead letters, and send them again",
            ),
        });
    }
    findings
}

/// Who else may read what is the server's alone.
pub(super) fn files(found: &Inspection) -> Vec<Finding> {
    let mut open = Vec::new();
    for path in [&found.path, &found.key_path] {
        if is_open(path) {
            open.push(path.display().to_string());
        }
    }
    match &*open {
        [] if found.path.exists() => vec![Finding::ok("files", "nobody else may read them")],
        [] => Vec::new(),
        some => {
            let todo = format!("chmod 600 {}", some.join(" "));
            vec![Finding::wrong("files", "others may read them", todo)]
        }
    }
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_path: &Path) -> bool {
    false
}

pub(super) fn disk(found: &Inspection) -> Option<Finding> {
    let free = free_bytes(&found.path)?;
    let words = format!("{:.1} GiB are free", free as f64 / GIB as f64);
    let size = std::fs::metadata(&found.path).map_or(0, |about| about.len());
    // A backup beside it, and as much again to grow.
    Some(if free < GIB.max(size * 2) {
        Finding::attention("disk", words, "make room before the database needs it")
    } else {
        Finding::ok("disk", words)
    })
}

/// Each account by its state, and by its token where asking the CRM changes nothing.
pub(super) async fn accounts(database: &Database, found: &Inspection) -> Vec<Finding> {
    const PART: &str = "account";
    const AGAIN: &str = "connect it again: `dealbell-centre connect amocrm --help`";
    if !matches!(found.database, Ok(Schema::Current)) || found.key.is_some() {
        return Vec::new();
    }
    let kept = async {
        database
            .open()
            .await?
            .connections_kept()
            .await
            .map_err(Into::into)
    };
    let kept = match kept.await {
        Ok(kept) => kept,
        Err(error) => {
            let error: anyhow::Error = error;
            return vec![Finding::wrong(PART, format!("{error:#}"), "")];
        }
    };
    if kept.is_empty() {
        let todo = "`dealbell-centre connect amocrm --help` says how";
        return vec![Finding::attention(PART, "no CRM is connected", todo)];
    }
    let network = Network::default();
    let mut findings = Vec::new();
    for one in kept {
        let Ok(address) = CrmAddress::parse(&one.url) else {
            findings.push(Finding::wrong(
                PART,
                format!("{} is no address", one.url),
                AGAIN,
            ));
            continue;
        };
        let host = address.host();
        let finding = match (one.state, Credentials::from_text(&one.secret)) {
            (ConnectionState::Refused, _) => {
                Finding::wrong(PART, format!("{host}: the CRM refuses our access"), AGAIN)
            }
            (ConnectionState::Tampered, _) => {
                Finding::wrong(PART, format!("{host}: its secret was changed"), AGAIN)
            }
            // Trying out would renew its tokens under the server's hands.
            (ConnectionState::Usable, Credentials::OAuth(_)) => {
                Finding::ok(PART, format!("{host} is usable, by the server's last word"))
            }
            (ConnectionState::Usable, Credentials::LongLived(token)) => {
                let asked = check(address, Access::from(token), &network);
                match tokio::time::timeout(PATIENCE, asked).await {
                    Ok(Ok(checked)) if checked.is_admin => {
                        Finding::ok(PART, format!("{host} takes our token"))
                    }
                    Ok(Ok(_)) => Finding::attention(
                        PART,
                        format!("{host} takes our token, which is a plain manager's"),
                        "for a department connect with an administrator's",
                    ),
                    Ok(Err(error)) => Finding::wrong(PART, format!("{host}: {error}"), AGAIN),
                    Err(_) => Finding::attention(
                        PART,
                        format!("{host} does not answer"),
                        "look at the network; a proxy is taken from HTTPS_PROXY",
                    ),
                }
            }
        };
        findings.push(finding);
    }
    findings
}
