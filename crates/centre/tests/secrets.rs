//! Secrets at rest: what lies in the files, what a missing or wrong key does, what is good once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use dealbell_centre::{About, Centre, CentreError, ConnectionState, KeyError, Options};
use dealbell_protocol::ErrorCode;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const URL: &str = "https://firm.amocrm.ru/";
const HUSH: &str = "hush-hush-0123456789";

fn database(folder: &Path) -> PathBuf {
    folder.join("centre.db")
}

fn key(folder: &Path) -> PathBuf {
    folder.join("centre.db.key")
}

fn options(folder: &Path) -> Options {
    Options::new(database(folder).display().to_string())
}

async fn open(folder: &Path) -> Centre {
    Centre::open(options(folder)).await.unwrap()
}

fn about(url: &str) -> About {
    About {
        kind: "amocrm".to_owned(),
        url: url.to_owned(),
        connected_by: None,
    }
}

async fn kept(folder: &Path) -> Vec<(String, String)> {
    let kept = open(folder).await.connections_kept().await.unwrap();
    kept.into_iter().map(|c| (c.url, c.secret)).collect()
}

async fn plain_connection(folder: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(database(folder))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .connect()
        .await
        .unwrap()
}

/// The files in which `text` stands.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let has = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    files.filter(has).collect()
}

#[tokio::test]
async fn what_lets_us_in_stands_in_no_file() {
    let folder = TempDir::new().unwrap();
    let centre = open(folder.path()).await;
    assert!(!key(folder.path()).exists());
    let first = centre.keep_connection(about(URL), HUSH.to_owned()).await;
    let first = first.unwrap();
    assert_eq!((first.secret.as_str(), first.revision), (HUSH, 1));
    let state = centre.begin_sign_in(about(URL), "hush-pending".to_owned());
    let state = state.await.unwrap();
    let renewed = centre.save_connection_secret(&first.id, 1, URL, "hush-renewed");
    renewed.await.unwrap();
    for secret in [HUSH, "hush", &state] {
        assert_eq!(files_with(folder.path(), secret), Vec::<PathBuf>::new());
    }
    assert_ne!(files_with(folder.path(), URL), Vec::<PathBuf>::new());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(key(folder.path()))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Another process reads it with the same key.
    let renewed = [(URL.to_owned(), "hush-renewed".to_owned())];
    assert_eq!(kept(folder.path()).await, renewed);
}

#[tokio::test]
async fn an_account_keeps_its_id_and_its_latest_secret() {
    let folder = TempDir::new().unwrap();
    let centre = open(folder.path()).await;
    let anna = centre.add_user("anna@firm.ru", "", "ru").await.unwrap();
    let by_anna = About {
        connected_by: Some(anna),
        ..about(URL)
    };
    let first = centre
        .keep_connection(by_anna, "one".to_owned())
        .await
        .unwrap();
    centre.mark_refused(&first.id, 1).await.unwrap();
    let refused = centre.connections_kept().await.unwrap().remove(0);
    assert_eq!(refused.state, ConnectionState::Refused);
    assert_eq!(centre.connection_revisions().await.unwrap()[&first.id], 1);

    let again = centre
        .keep_connection(about(URL), "two".to_owned())
        .await
        .unwrap();
    assert_eq!(again.id, first.id);
    assert_eq!((again.state, again.revision), (ConnectionState::Usable, 2));
    assert_eq!(again.connected_by, Some(anna));
    // What was connected before renews and condemns nothing any more.
    centre.mark_refused(&first.id, 1).await.unwrap();
    let late = centre
        .save_connection_secret(&first.id, 1, URL, "late")
        .await;
    let CentreError::Refused(late) = late.unwrap_err() else {
        panic!("a refusal was expected")
    };
    assert_eq!(late.code, ErrorCode::NotFound);
    assert_eq!(
        centre.connections_kept().await.unwrap().last(),
        Some(&again)
    );

    // A moved account takes its secret along; not to an address that is taken.
    let other = "https://other.amocrm.ru/";
    let moved = centre.save_connection_secret(&again.id, 2, other, "three");
    moved.await.unwrap();
    centre
        .keep_connection(about(URL), "four".to_owned())
        .await
        .unwrap();
    let back = centre.save_connection_secret(&again.id, 2, URL, "five");
    back.await.unwrap();
    let all = [
        (other.to_owned(), "five".to_owned()),
        (URL.to_owned(), "four".to_owned()),
    ];
    assert_eq!(kept(folder.path()).await, all);

    assert!(centre.forget_connection(&again.id).await.unwrap());
    assert!(!centre.forget_connection(&again.id).await.unwrap());
    assert_eq!(kept(folder.path()).await.len(), 1);
}

/// A file as an earlier version left it, cut off while it was running.
async fn earlier_version(folder: &Path) {
    let migrations = TempDir::new().unwrap();
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/0001_centre.sql");
    fs::copy(first, migrations.path().join("0001_centre.sql")).unwrap();
    let before = TempDir::new().unwrap();
    let mut db = plain_connection(before.path()).await;
    let migrator = Migrator::new(migrations.path()).await.unwrap();
    migrator.run_direct(None, &mut db, false).await.unwrap();
    for (url, token) in [
        (URL, "hush-old"),
        ("http://127.0.0.1:1/", HUSH),
        (URL, "hush-new"),
    ] {
        let insert = "INSERT OR REPLACE INTO connections VALUES ('amocrm', ?, ?, 7)";
        let insert = sqlx::query(insert).bind(url).bind(token);
        insert.execute(&mut db).await.unwrap();
    }
    for file in fs::read_dir(before.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    assert_ne!(files_with(folder, HUSH), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn plain_tokens_of_an_earlier_version_are_sealed_and_wiped() {
    let folder = TempDir::new().unwrap();
    earlier_version(folder.path()).await;
    let centre = open(folder.path()).await;
    let secrets = centre.connections_kept().await.unwrap();
    let secrets: Vec<_> = secrets.iter().map(|c| c.secret.as_str()).collect();
    assert_eq!(secrets.len(), 2);
    assert!(secrets.contains(&HUSH) && secrets.contains(&"hush-new"));
    for secret in [HUSH, "hush"] {
        assert_eq!(files_with(folder.path(), secret), Vec::<PathBuf>::new());
    }
    let mut db = plain_connection(folder.path()).await;
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE name LIKE 'connections%'")
            .fetch_all(&mut db)
            .await
            .unwrap();
    assert_eq!(tables, ["connections"]);
}

#[tokio::test]
async fn plain_tokens_are_wiped_at_the_next_start_where_somebody_reads_at_this_one() {
    let folder = TempDir::new().unwrap();
    earlier_version(folder.path()).await;
    let mut reader = plain_connection(folder.path()).await;
    let mut reading = reader.begin().await.unwrap();
    let count = "SELECT count(*) FROM users";
    sqlx::query(count).execute(&mut *reading).await.unwrap();
    let centre = open(folder.path()).await;
    assert_eq!(centre.connections_kept().await.unwrap().len(), 2);
    assert_ne!(files_with(folder.path(), "hush"), Vec::<PathBuf>::new());
    drop(reading);
    reader.close().await.unwrap();
    drop(centre);
    assert_eq!(kept(folder.path()).await.len(), 2);
    assert_eq!(files_with(folder.path(), "hush"), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn plain_tokens_of_an_earlier_version_are_given_up_with_the_rest() {
    let folder = TempDir::new().unwrap();
    earlier_version(folder.path()).await;
    let centre = Centre::open_without_secrets(options(folder.path()))
        .await
        .unwrap();
    assert_eq!(centre.connections_kept().await.unwrap(), []);
    drop(centre);
    assert_eq!(kept(folder.path()).await, []);
    assert_eq!(files_with(folder.path(), "hush"), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_missing_and_a_wrong_key_are_said_and_nothing_is_lost() {
    let folder = TempDir::new().unwrap();
    let centre = open(folder.path()).await;
    centre
        .keep_connection(about(URL), HUSH.to_owned())
        .await
        .unwrap();
    drop(centre);
    let key = key(folder.path());
    let right = fs::read(&key).unwrap();

    fs::remove_file(&key).unwrap();
    let error = Centre::open(options(folder.path())).await.unwrap_err();
    assert!(matches!(&error, CentreError::Key(KeyError::Missing { path }) if *path == key));
    assert!(error.to_string().contains("put it back"), "{error}");
    assert!(!key.exists());

    fs::write(&key, [7; 32]).unwrap();
    let error = Centre::open(options(folder.path())).await.unwrap_err();
    assert!(
        matches!(error, CentreError::Key(KeyError::Wrong { .. })),
        "{error}"
    );
    assert_eq!(fs::read(&key).unwrap(), [7; 32]);

    // The key may lie elsewhere.
    let elsewhere = folder.path().join("credential");
    fs::write(&elsewhere, right).unwrap();
    let given = Options {
        key_file: Some(elsewhere),
        ..options(folder.path())
    };
    let centre = Centre::open(given).await.unwrap();
    assert_eq!(centre.connections_kept().await.unwrap()[0].secret, HUSH);
    centre.add_user("anna@firm.ru", "", "ru").await.unwrap();
    drop(centre);

    // Lost for good: the accounts are given up, and nothing else.
    let centre = Centre::open_without_secrets(options(folder.path()))
        .await
        .unwrap();
    assert_eq!(centre.connections_kept().await.unwrap(), []);
    centre.user("anna@firm.ru").await.unwrap();
    centre
        .keep_connection(about(URL), "new".to_owned())
        .await
        .unwrap();
    assert_eq!(kept(folder.path()).await[0].1, "new");
}

#[tokio::test]
async fn a_key_that_another_process_made_anew_is_taken_up() {
    let folder = TempDir::new().unwrap();
    let serving = open(folder.path()).await;
    let keep = |centre: Centre| async move {
        let kept = centre.keep_connection(about(URL), HUSH.to_owned());
        kept.await.unwrap()
    };
    keep(serving.clone()).await;
    fs::remove_file(key(folder.path())).unwrap();
    let beside = Centre::open_without_secrets(options(folder.path()))
        .await
        .unwrap();
    keep(beside).await;
    assert_eq!(serving.connections_kept().await.unwrap()[0].secret, HUSH);
    assert_eq!(keep(serving).await.revision, 2);
    assert_eq!(kept(folder.path()).await[0].1, HUSH);
}

#[tokio::test]
async fn an_account_whose_secret_was_changed_stops_no_other() {
    let folder = TempDir::new().unwrap();
    let centre = open(folder.path()).await;
    for url in [URL, "https://lopukh.amocrm.ru/"] {
        let kept = centre.keep_connection(about(url), HUSH.to_owned());
        kept.await.unwrap();
    }
    let mut db = plain_connection(folder.path()).await;
    let swap = "UPDATE connections SET secret = (SELECT secret FROM connections WHERE url <> ?1) WHERE url = ?1";
    sqlx::query(swap).bind(URL).execute(&mut db).await.unwrap();
    let mut kept = centre.connections_kept().await.unwrap();
    kept.sort_by_key(|kept| kept.url != URL);
    let states: Vec<_> = kept.iter().map(|c| (c.state, c.secret.as_str())).collect();
    let other = (ConnectionState::Usable, HUSH);
    assert_eq!(states, [(ConnectionState::Tampered, ""), other]);
    assert!(centre.forget_connection(&kept[0].id).await.unwrap());
}

#[tokio::test]
async fn a_sign_in_ends_once_with_its_own_state_and_in_time() {
    let folder = TempDir::new().unwrap();
    let centre = open(folder.path()).await;
    let begin = || centre.begin_sign_in(about(URL), HUSH.to_owned());
    let state = begin().await.unwrap();
    assert_eq!(state.len(), 64);
    for wrong in [
        "",
        "0",
        &state[1..],
        &state.to_uppercase().replace('0', "1"),
    ] {
        assert_eq!(centre.take_sign_in(wrong).await.unwrap(), None, "{wrong}");
    }
    let taken = centre.take_sign_in(&state).await.unwrap();
    assert_eq!(taken, Some((about(URL), HUSH.to_owned())));
    assert_eq!(centre.take_sign_in(&state).await.unwrap(), None);

    let late = begin().await.unwrap();
    let mut db = plain_connection(folder.path()).await;
    let age = "UPDATE sign_ins SET expires_at = expires_at - 1200001";
    sqlx::query(age).execute(&mut db).await.unwrap();
    assert_eq!(centre.take_sign_in(&late).await.unwrap(), None);
}
