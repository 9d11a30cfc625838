//! How the centre says that it is well, and that it is not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::Part;
use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use support::{Bed, bed, http};

async fn health(bed: &Bed) -> (u16, Value) {
    let answer = http().get(bed.url("/healthz")).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn beside(bed: &Bed) -> SqliteConnection {
    let path = bed.folder.path().join("centre.db");
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn proofs(db: &mut SqliteConnection) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM pulse")
        .fetch_one(db)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_well_centre_says_so_without_a_commit_of_its_own_where_others_commit() {
    let bed = bed().await;
    bed.tell_anna(1).await;
    let mut db = beside(&bed).await;
    assert_eq!(health(&bed).await, (200, serde_json::json!({"ok": true})));
    assert_eq!(proofs(&mut db).await, 0, "somebody has just committed");
}

#[tokio::test]
async fn a_writer_that_cannot_commit_is_found_out_in_time() {
    let bed = bed().await;
    let mut db = beside(&bed).await;
    // As long as another process is at it for ever.
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut db)
        .await
        .unwrap();
    let stuck = async {
        // What was committed at the start counts for some seconds.
        loop {
            let wrong = bed.centre.health().await;
            if !wrong.is_empty() {
                return wrong;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let wrong = tokio::time::timeout(support::LONG, stuck).await.unwrap();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(wrong[0].part, Part::Writing);
    let (status, body) = health(&bed).await;
    assert_eq!(status, 503);
    assert_eq!(body["ok"], false);
    assert_eq!(body["wrong"][0]["part"], "writing");

    sqlx::query("ROLLBACK").execute(&mut db).await.unwrap();
    assert_eq!(health(&bed).await.0, 200);
    assert_eq!(proofs(&mut db).await, 1, "nobody else has committed");
}

#[tokio::test]
async fn a_database_that_a_newer_version_took_over_is_told() {
    let bed = bed().await;
    let mut db = beside(&bed).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of next year', 1, x'00', 0)",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let (status, body) = health(&bed).await;
    assert_eq!(status, 503);
    assert_eq!(body["wrong"][0]["part"], "schema");
}
