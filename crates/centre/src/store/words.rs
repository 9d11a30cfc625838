//! The index of words: which words are in which notification.
//!
//! Every word carries the number of its user, and so does every row, so that a search walks through
//! the words of one user alone, whoever else is here. What steps say of it waits until the commit
//! and is written in one go: FTS5 writes what it gathered at every savepoint, which is a step's.

use super::{log::signed, notifications, writer::Step};
use crate::refusal::Refusal;
use dealbell_protocol::{
    Notification, UserId,
    words::{typed_words, words_of},
};
use sqlx::{Connection as _, Row as _, SqliteConnection};
use std::collections::BTreeMap;

/// Bits of a row that are the notification's `created_seq`; above them is the user's number.
const SEQ_BITS: u32 = 40;
/// Rows that are indexed at a time when the file is opened.
const AT_ONCE: i64 = 1_000;

/// A change of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A row has these words and no others.
    Said(i64, String),
    /// There is no such row.
    Gone(i64),
}

/// Rows of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shelf {
    number: i64,
}

impl Shelf {
    /// That of the user with this number.
    pub(crate) fn new(number: i64) -> Self {
        Self { number }
    }

    /// The row of his notification `created_seq`.
    fn row(self, created_seq: u64) -> i64 {
        (self.number << SEQ_BITS) | (signed(created_seq) & mask())
    }

    /// His first row and his last.
    pub(crate) fn rows(self) -> (i64, i64) {
        (self.number << SEQ_BITS, self.row(u64::MAX))
    }

    /// What is to be said of a notification.
    pub(crate) fn said(self, notification: &Notification) -> Entry {
        let row = self.row(notification.created_seq);
        let words = words_of(notification);
        let words: Vec<String> = words
            .split_whitespace()
            .map(|word| self.own(word))
            .collect();
        match words.is_empty() {
            true => Entry::Gone(row),
            false => Entry::Said(row, words.join(" ")),
        }
    }

    /// What is to be said of one that is gone.
    pub(crate) fn gone(self, created_seq: u64) -> Entry {
        Entry::Gone(self.row(created_seq))
    }

    /// The search for rows that have all the words of `typed`, each of them as a word's beginning;
    /// none where nothing is asked for. Between the quotes there are letters and digits alone, so
    /// no sign of the index's own language gets through.
    pub(crate) fn wanted(self, typed: &str) -> Option<String> {
        let words = typed_words(typed);
        let wanted: Vec<String> = words
            .iter()
            .map(|word| format!("\"{}\"*", self.own(word)))
            .collect();
        (!wanted.is_empty()).then(|| wanted.join(" "))
    }

    /// The dot is in no word, so that no user's words begin as another's.
    fn own(self, word: &str) -> String {
        format!("{}·{word}", self.number)
    }
}

/// The part of a row that is `created_seq`.
pub(crate) fn mask() -> i64 {
    (1 << SEQ_BITS) - 1
}

/// Writes what was said; of a row, what was said last. By rows, since FTS5 writes what it has
/// gathered whenever one comes before the last one.
pub(crate) async fn write(
    db: &mut SqliteConnection,
    entries: &mut Vec<Entry>,
) -> Result<(), sqlx::Error> {
    let last: BTreeMap<i64, Option<String>> = entries
        .drain(..)
        .map(|entry| match entry {
            Entry::Said(row, words) => (row, Some(words)),
            Entry::Gone(row) => (row, None),
        })
        .collect();
    for (row, words) in last {
        match words {
            Some(words) => put(db, row, words).await?,
            None => {
                sqlx::query("DELETE FROM words WHERE rowid = ?")
                    .bind(row)
                    .execute(&mut *db)
                    .await?;
            }
        }
    }
    Ok(())
}

async fn put(db: &mut SqliteConnection, row: i64, words: String) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)")
        .bind(row)
        .bind(words)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes all rows of a user out, before he is removed himself.
pub(crate) async fn forget(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    write(&mut step.db, &mut step.words).await?;
    for (table, column) in [("words", "rowid"), ("unindexed", "row")] {
        // Our own names.
        let sql = format!(
            "DELETE FROM {table} WHERE {column} IN
             (SELECT (u.number << ?1) | n.created_seq FROM notifications n
              JOIN users u ON u.id = n.user WHERE n.user = ?2)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(SEQ_BITS)
            .bind(user.to_string())
            .execute(&mut step.db)
            .await?;
    }
    Ok(())
}

/// Writes the index anew, without what is in it no more.
pub(super) async fn wipe(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO words (words) VALUES ('optimize')")
        .execute(db)
        .await?;
    Ok(())
}

/// Puts rows in that are older than the index, some at a time: whoever is interrupted goes on where
/// he was.
pub(super) async fn fill(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut filled = 0;
    loop {
        let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query(
            "SELECT w.row AS word_row, u.number AS number, n.* FROM
             (SELECT row FROM unindexed ORDER BY row LIMIT ?1) w
             CROSS JOIN users u ON u.number = w.row >> ?2
             CROSS JOIN notifications n ON n.user = u.id AND n.created_seq = w.row & ?3",
        )
        .bind(AT_ONCE)
        .bind(SEQ_BITS)
        .bind(mask())
        .fetch_all(&mut *tx)
        .await?;
        for row in &rows {
            let shelf = Shelf::new(row.try_get("number")?);
            if let Entry::Said(row, words) = shelf.said(&notifications::from_row(row)?) {
                put(&mut tx, row, words).await?;
            }
        }
        let done = sqlx::query(
            "DELETE FROM unindexed WHERE row IN (SELECT row FROM unindexed ORDER BY row LIMIT ?)",
        )
        .bind(AT_ONCE)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        if done == 0 {
            break;
        }
        if filled == 0 {
            tracing::info!("the search's index is being made");
        }
        filled += done;
    }
    if filled > 0 {
        tracing::info!(rows = filled, "the search's index is made");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MIGRATIONS;
    use sqlx::{ConnectOptions as _, migrate::Migrator, sqlite::SqliteConnectOptions};

    #[test]
    fn a_word_is_its_users_alone_and_a_search_is_no_command() {
        let (one, eleven) = (Shelf::new(1), Shelf::new(11));
        assert_eq!(one.wanted("Ёлка 1"), Some("\"1·елка\"* \"1·1\"*".into()));
        assert_eq!(
            eleven.wanted("a\" OR b*").unwrap(),
            "\"11·a\"* \"11·or\"* \"11·b\"*"
        );
        assert_eq!(one.wanted(" *\"^"), None);
        assert!(one.rows().1 < eleven.rows().0);
        assert_eq!(one.gone(7), Entry::Gone((1 << 40) + 7));
    }

    #[tokio::test]
    async fn what_is_older_than_the_index_is_found_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centre.db");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true);
        let mut db = options.connect().await.unwrap();
        let older = MIGRATIONS.iter().filter(|migration| migration.version < 13);
        let older = Migrator::with_migrations(older.cloned().collect());
        older.run_direct(None, &mut db, false).await.unwrap();
        // More than one step of it, of two people.
        for (user, count) in [
            ("01K0000000000000000000000B", 3),
            ("01K0000000000000000000000A", 1_500),
        ] {
            sqlx::query(
                "INSERT INTO users (id, email, name, language, epoch, created_at)
                 VALUES (?1, ?1, '', 'ru', 'e', 0)",
            )
            .bind(user)
            .execute(&mut db)
            .await
            .unwrap();
            sqlx::query(
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
                 INSERT INTO notifications (id, user, provider, kind, priority, title, text, at,
                 created_at, created_seq, silent)
                 SELECT substr(?1, 1, 16) || printf('%010d', n + ?2), ?1, 'tasks', 'task_new',
                 'normal', 'Ёлка ' || n, '', 0, 0, n, 0 FROM n",
            )
            .bind(user)
            .bind(count)
            .execute(&mut db)
            .await
            .unwrap();
        }
        crate::store::upgrade::migrate(&mut db, &path)
            .await
            .unwrap();
        fill(&mut db).await.unwrap();
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM unindexed")
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert_eq!(left, 0);
        for (number, count) in [(1, 1_500), (2, 3)] {
            let shelf = Shelf::new(number);
            let rows: Vec<i64> = sqlx::query_scalar("SELECT rowid FROM words WHERE words MATCH ?")
                .bind(shelf.wanted("елк").unwrap())
                .fetch_all(&mut db)
                .await
                .unwrap();
            assert_eq!(rows.len(), count);
            assert_eq!(rows[0], shelf.row(1));
            assert_eq!(rows.last(), Some(&shelf.row(count as u64)));
        }
        // And whoever comes after them has a number of his own.
        sqlx::query(
            "INSERT INTO users (id, email, name, language, epoch, created_at)
             VALUES ('C', 'c', '', 'ru', 'e', 0)",
        )
        .execute(&mut db)
        .await
        .unwrap();
        let number: i64 = sqlx::query_scalar("SELECT number FROM users WHERE id = 'C'")
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert_eq!(number, 3);
    }
}
