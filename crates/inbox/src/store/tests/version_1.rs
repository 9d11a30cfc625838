//! A store of version 1 becomes one of this version with all that is in it.

use super::*;
use sqlx::ConnectOptions;

/// As version 1 made them.
const TABLES_1: &str = "
CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    owner TEXT NOT NULL,
    cursor TEXT,
    unread_count INTEGER NOT NULL DEFAULT 0,
    unread_at INTEGER NOT NULL DEFAULT 0,
    channels TEXT
);
CREATE TABLE notifications (
    id BLOB PRIMARY KEY,
    created_seq INTEGER NOT NULL,
    read_at INTEGER,
    shown_read_at INTEGER,
    mark INTEGER,
    body TEXT NOT NULL
);
CREATE INDEX notifications_newest ON notifications (created_seq);
CREATE INDEX notifications_unread ON notifications (created_seq) WHERE read_at IS NULL;
CREATE INDEX notifications_shown_unread ON notifications (created_seq, shown_read_at)
    WHERE shown_read_at IS NULL;
CREATE INDEX notifications_marked ON notifications (mark) WHERE mark IS NOT NULL;
CREATE TABLE staged (
    id BLOB PRIMARY KEY,
    created_seq INTEGER NOT NULL,
    read_at INTEGER,
    body TEXT NOT NULL
);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    mark TEXT NOT NULL,
    done_seq INTEGER
);
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    notification BLOB,
    via INTEGER,
    at INTEGER NOT NULL,
    outcome TEXT
);
CREATE INDEX attempts_of ON attempts (notification);
CREATE INDEX attempts_via ON attempts (via) WHERE via IS NOT NULL;
CREATE INDEX attempts_open ON attempts (id) WHERE outcome IS NULL;
PRAGMA user_version = 1;
";

#[tokio::test]
async fn a_store_of_version_1_keeps_its_rows_marks_and_attempts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut old = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql(TABLES_1).execute(&mut old).await.unwrap();
    let state = "INSERT INTO state (only, owner, cursor, unread_count, unread_at)
        VALUES (1, 'a', 'e.7', 2, 7)";
    sqlx::query(state).execute(&mut old).await.unwrap();
    let mut rows: Vec<Notification> = (1..=3).map(row).collect();
    rows[0].read_at = Some(5);
    rows[1].title = "Ёлочные игрушки".to_owned();
    rows[1].link = Some("https://demo.amocrm.ru/leads/detail/1".to_owned());
    for row in &rows {
        let mut body = serde_json::to_value(row).unwrap();
        // Nobody wrote it then.
        body.as_object_mut().unwrap().remove("author");
        sqlx::query(
            "INSERT INTO notifications (id, created_seq, read_at, shown_read_at, mark, body)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(key(row.id))
        .bind(signed(row.created_seq))
        .bind(row.read_at)
        .bind(row.read_at.or((row.created_seq == 3).then_some(9)))
        .bind((row.created_seq == 3).then_some(1))
        .bind(body.to_string())
        .execute(&mut old)
        .await
        .unwrap();
    }
    let mark = Mark::Read {
        ids: vec![rows[2].id],
    };
    sqlx::query("INSERT INTO outbox (id, at, mark) VALUES (1, 9, ?)")
        .bind(serde_json::to_string(&mark).unwrap())
        .execute(&mut old)
        .await
        .unwrap();
    sqlx::query("INSERT INTO attempts (notification, at) VALUES (?, 3)")
        .bind(key(rows[1].id))
        .execute(&mut old)
        .await
        .unwrap();
    old.close().await.unwrap();

    for _ in 0..2 {
        let mut store = open(&folder).await;
        let kept = store.kept().await.unwrap();
        assert_eq!(kept.cursor, Some(at(7)));
        assert_eq!(kept.outbox.len(), 1);
        assert_eq!(unread(&mut store).await, 1, "its pending mark counts");
        assert_eq!(shown(&mut store, ListQuery::default()).await, [3, 2, 1]);
        assert_eq!(shown(&mut store, ListQuery::unread()).await, [2]);
        let search = ListQuery {
            search: "елоч игр".to_owned(),
            link: rows[1].link.clone(),
            provider: Some(ProviderId::new("tasks")),
            ..ListQuery::unread()
        };
        assert_eq!(shown(&mut store, search).await, [2]);
        let found = store.notification(rows[1].id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&rows[1]));
        assert_eq!(store.attempts(9).await.unwrap().len(), 1);
        store.connection.close().await.unwrap();
    }
    let mut store = open(&folder).await;
    assert_eq!(store.unconfirmed().await.unwrap().len(), 1);
}
