//! A copy taken while the centre works, and put back.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Centre, CopyError, Options, backup, restore};
use dealbell_protocol::{Role, stream::ResumeMode};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::Path;
use support::{ANNA, Bed, bed, bed_over, http};

fn database(bed: &Bed) -> String {
    format!("sqlite:{}", bed.folder.path().join("centre.db").display())
}

/// Ends the server and lets go of the file.
async fn end(mut bed: Bed) -> (tempfile::TempDir, String) {
    let token = bed.token.clone();
    bed.stop();
    bed.ended().await;
    (bed.folder, token)
}

/// Puts it back as soon as the last handle of the centre is gone, which tasks may hold a moment longer.
async fn restored(from: &Path, database: &str) -> Result<dealbell_centre::Restored, CopyError> {
    let options = Options::new(database);
    let done = async {
        loop {
            match restore(from, &options).await {
                Err(CopyError::InUse(_)) => tokio::task::yield_now().await,
                done => return done,
            }
        }
    };
    tokio::time::timeout(support::LONG, done).await.unwrap()
}

async fn opened(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

#[tokio::test]
async fn a_restore_begins_a_new_history_and_keeps_the_old_file_aside() {
    let bed = bed().await;
    let database = database(&bed);
    let copy = bed.folder.path().join("copy.db");
    bed.tell_anna(3).await;
    // Taken twice: the second replaces the first.
    backup(&database, &copy).await.unwrap();
    bed.tell_anna(2).await;
    backup(&database, &copy).await.unwrap();
    bed.tell_anna(100).await;
    let cursor = bed.page("").await.as_of;
    let options = Options::new(&database);
    let refused = restore(&copy, &options).await.unwrap_err();
    assert!(matches!(refused, CopyError::InUse(_)), "{refused}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = copy.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let (folder, token) = end(bed).await;
    let done = restored(&copy, &database).await.unwrap();
    assert_eq!((done.users, done.letters), (1, 0));
    assert!(done.key.is_none());
    let aside = done.aside.unwrap();
    let lost: i64 = sqlx::query_scalar("SELECT count(*) FROM notifications")
        .fetch_one(&mut opened(&aside).await)
        .await
        .unwrap();
    assert_eq!(lost, 105);

    let centre = Centre::open(Options::new(&database)).await.unwrap();
    let mut bed = bed_over(folder, centre).await;
    bed.token = token;
    let page = bed.page("").await;
    assert_eq!((page.items.len(), page.unread.count), (5, 5));
    assert_ne!(page.as_of.epoch, cursor.epoch);
    let (_, mode, _) = bed.started(Some(cursor)).await;
    assert_eq!(mode, ResumeMode::Reset);
}

#[tokio::test]
async fn letters_that_were_due_meanwhile_are_not_sent_again() {
    let bed = bed().await;
    let database = database(&bed);
    let anna = bed.anna.to_string();
    let path = bed.folder.path().join("centre.db");
    let mut db = opened(&path).await;
    let now = std::time::SystemTime::now();
    let now = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64;
    for (id, state, due) in [
        ("past", "waiting", now - 1),
        ("under way", "sending", now - 1),
        ("tomorrow", "waiting", now + 86_400_000),
        ("dead", "dead", now - 1),
    ] {
        sqlx::query(
            "INSERT INTO letters (id, user, content, state, at, due_at) VALUES (?, ?, 'test', ?, 0, ?)",
        )
        .bind(id)
        .bind(&anna)
        .bind(state)
        .bind(due)
        .execute(&mut db)
        .await
        .unwrap();
    }
    sqlx::query("INSERT INTO digests (user, last_day, next_at) VALUES (?, '2026-01-01', ?)")
        .bind(&anna)
        .bind(now - 1)
        .execute(&mut db)
        .await
        .unwrap();
    db.close().await.unwrap();
    let copy = bed.folder.path().join("copy.db");
    backup(&database, &copy).await.unwrap();
    let (_folder, _) = end(bed).await;
    assert_eq!(restored(&copy, &database).await.unwrap().letters, 2);
    let mut db = opened(&path).await;
    let left: Vec<String> = sqlx::query_scalar("SELECT id FROM letters ORDER BY id")
        .fetch_all(&mut db)
        .await
        .unwrap();
    assert_eq!(left, ["dead", "tomorrow"]);
    let next: Option<i64> = sqlx::query_scalar("SELECT next_at FROM digests")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(next, None);
}

#[tokio::test]
async fn what_is_no_copy_is_refused_and_what_was_there_stays() {
    let bed = bed().await;
    let database = database(&bed);
    bed.tell_anna(1).await;
    let folder = bed.folder.path().to_owned();
    let file = |name: &str| folder.join(name);
    let itself = backup(&database, &file("centre.db")).await.unwrap_err();
    assert!(matches!(itself, CopyError::Itself(_)), "{itself}");
    let nowhere = backup("sqlite:/nowhere/at/all.db", &file("copy.db")).await;
    assert!(matches!(nowhere, Err(CopyError::Missing(_))));

    backup(&database, &file("copy.db")).await.unwrap();
    let whole = std::fs::read(file("copy.db")).unwrap();
    std::fs::write(file("half.db"), &whole[..whole.len() / 2]).unwrap();
    let mut spoilt = whole.clone();
    let middle = spoilt.len() / 2;
    spoilt[middle..middle + 4096].fill(0xA5);
    std::fs::write(file("spoilt.db"), spoilt).unwrap();
    std::fs::write(file("text.db"), "no database at all").unwrap();
    backup(&database, &file("newer.db")).await.unwrap();
    let mut newer = opened(&file("newer.db")).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of next year', 1, x'00', 0)",
    )
    .execute(&mut newer)
    .await
    .unwrap();
    newer.close().await.unwrap();
    let mut foreign = SqliteConnection::connect_with(
        &SqliteConnectOptions::new()
            .filename(file("foreign.db"))
            .create_if_missing(true),
    )
    .await
    .unwrap();
    sqlx::query("CREATE TABLE users (id)")
        .execute(&mut foreign)
        .await
        .unwrap();
    foreign.close().await.unwrap();

    let (_folder, _) = end(bed).await;
    for name in ["half.db", "spoilt.db", "text.db", "foreign.db"] {
        let refused = restored(&file(name), &database).await.unwrap_err();
        assert!(
            matches!(refused, CopyError::Damaged { .. }),
            "{name}: {refused}"
        );
    }
    let refused = restored(&file("newer.db"), &database).await.unwrap_err();
    assert!(matches!(refused, CopyError::Newer(_)), "{refused}");
    assert!(!file("centre.db.restoring").exists());
    let centre = Centre::open(Options::new(&database)).await.unwrap();
    let anna = centre.user(ANNA).await.unwrap();
    assert_eq!(centre.email_of(anna).await.unwrap().as_deref(), Some(ANNA));
}

/// A stolen laptop must not be signed in again by yesterday's copy.
#[tokio::test]
async fn what_was_taken_back_since_the_copy_stays_so() {
    let bed = bed().await;
    let (database, by) = (database(&bed), Actor::command_line());
    let (folder, centre) = (bed.folder.path().to_owned(), bed.centre.clone());
    centre
        .set_role(by.clone(), ANNA, Role::Administrator)
        .await
        .unwrap();
    centre.add_user("gone@firm.ru", "", "ru").await.unwrap();
    centre.add_user("boris@firm.ru", "", "ru").await.unwrap();
    let stolen = centre.add_device(ANNA, "").await.unwrap();
    let key = centre.add_integration("Касса").await.unwrap();
    let (link, _) = centre.add_sign_in_link(ANNA).await.unwrap();
    backup(&database, &folder.join("copy.db")).await.unwrap();

    centre.revoke_device(&stolen).await.unwrap();
    let keys = centre.integrations().await.unwrap();
    centre
        .revoke_key(by.clone(), &keys[0].keys[0].id)
        .await
        .unwrap();
    let gone = centre.user("gone@firm.ru").await.unwrap();
    centre.remove_user(by.clone(), gone).await.unwrap();
    let boris = "boris@firm.ru";
    centre
        .set_role(by.clone(), boris, Role::Administrator)
        .await
        .unwrap();
    centre.set_role(by, ANNA, Role::Member).await.unwrap();
    drop(centre);

    let (folder, token) = end(bed).await;
    let done = restored(&folder.path().join("copy.db"), &database)
        .await
        .unwrap();
    assert!(done.rights_kept);
    let centre = Centre::open(Options::new(&database)).await.unwrap();
    let bed = bed_over(folder, centre).await;
    let ask = async |path: &str, token: &str| {
        let request = http().get(bed.url(path)).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("/v1/me", &token).await, 200);
    assert_eq!(ask("/v1/me", &stolen).await, 401);
    assert_eq!(ask("/v1/provider", &key).await, 401);
    assert_eq!(
        ask("/v1/users", &token).await,
        403,
        "she is no administrator any more"
    );
    assert!(bed.centre.user("gone@firm.ru").await.is_err());
    let boris = bed.centre.add_device(boris, "").await.unwrap();
    assert_eq!(ask("/v1/users", &boris).await, 200);
    let sign_in = http().post(bed.url("/v1/web/sign-in"));
    let sign_in = sign_in.header("origin", format!("http://{}", bed.address));
    let body = serde_json::json!({"by": "link", "code": link, "name": ""});
    let answer = sign_in.json(&body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
}

/// After a loss a new database is made, and the copy put in its place: nothing of it counts.
#[tokio::test]
async fn a_database_that_knows_nobody_takes_nothing_from_a_copy() {
    let bed = bed().await;
    let first = database(&bed);
    let copy = bed.folder.path().join("copy.db");
    backup(&first, &copy).await.unwrap();
    let (folder, token) = end(bed).await;
    let database = format!("sqlite:{}", folder.path().join("other.db").display());
    drop(Centre::open(Options::new(&database)).await.unwrap());
    assert!(restored(&copy, &database).await.unwrap().rights_kept);
    let centre = Centre::open(Options::new(&database)).await.unwrap();
    let mut bed = bed_over(folder, centre).await;
    bed.token = token;
    assert!(bed.page("").await.items.is_empty());
}
