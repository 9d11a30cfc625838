//! Files of every released schema become files of this one, with all that is in them and a copy of
//! how they were; what is no file of ours, or no file at all, is told in plain words.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Centre, CentreError, Options};
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, migrate::Migrator,
    sqlite::SqliteConnectOptions,
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use support::{ANNA, bed_over};

const TOKEN: &str = "a-device-of-an-earlier-version";
const USER: &str = "01K00000000000000000000001";

/// What a department had before: a user who has read one notification and not the other.
const DATA: &str = "
INSERT INTO users (id, email, name, language, epoch, seq, unread, created_at)
VALUES ('01K00000000000000000000001', 'anna@firm.ru', 'Анна', 'ru', 'e1', 3, 1, 1);
INSERT INTO providers (id, name, key_hash, created_at) VALUES ('site', 'Сайт', x'01', 1);
INSERT INTO channels (user, provider, desktop, email, mobile, browser)
VALUES ('01K00000000000000000000001', 'site', 0, 1, 0, 0);
INSERT INTO notifications (id, user, provider, kind, priority, title, text, at, created_at,
    created_seq, read_at, silent)
VALUES ('01K0000000000000000000000A', '01K00000000000000000000001', 'tasks', 'task_new', 'normal',
    'Позвонить', '', 1, 1, 1, 5, 0),
   ('01K0000000000000000000000B', '01K00000000000000000000001', 'site', 'message', 'high',
    'Заявка', 'с сайта', 2, 2, 2, NULL, 0);
INSERT INTO memory (source, key, value) VALUES ('amocrm:1', 'open', '[1,2]');
";

fn folder_of_migrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")
}

async fn opened(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    options.create_if_missing(true).connect().await.unwrap()
}

/// A file as the version with `schema` migrations left it.
async fn earlier(path: &Path, schema: i64) {
    let all = Migrator::new(folder_of_migrations()).await.unwrap();
    let mut db = opened(path).await;
    for upto in 1..=schema {
        let known = all.iter().filter(|one| one.version <= upto).cloned();
        let step = Migrator::with_migrations(known.collect());
        step.run_direct(None, &mut db, false).await.unwrap();
        if upto == 1 {
            sqlx::raw_sql(DATA).execute(&mut db).await.unwrap();
            sqlx::query(
                "INSERT INTO devices (id, user, name, token_hash, embedded, created_at)
                 VALUES ('01K0000000000000000000000D', ?, 'ноутбук', ?, 0, 1)",
            )
            .bind(USER)
            .bind(sha256(TOKEN))
            .execute(&mut db)
            .await
            .unwrap();
        }
    }
    db.close().await.unwrap();
}

fn sha256(text: &str) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).to_vec()
}

fn database(path: &Path) -> Options {
    Options::new(path.display().to_string())
}

/// The files beside the database, by what follows its name.
fn beside(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_prefix("centre.db").map(str::to_owned))
        .filter(|name| name.starts_with(".before") || name.starts_with(".copying"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn every_released_schema_becomes_this_one_with_all_that_is_in_it() {
    let all = Migrator::new(folder_of_migrations()).await.unwrap();
    let newest = all.iter().map(|one| one.version).max().unwrap();
    for schema in 1..=newest {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centre.db");
        earlier(&path, schema).await;
        let centre = Centre::open(database(&path)).await.unwrap();
        let mut bed = bed_over(folder, centre).await;
        bed.token = TOKEN.to_owned();
        let page = bed.page("").await;
        let titles: Vec<&str> = page.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["Заявка", "Позвонить"], "schema {schema}");
        assert_eq!(page.unread.count, 1);
        assert!(page.items[0].read_at.is_none() && page.items[1].read_at == Some(5));
        assert_eq!(page.as_of.epoch, "e1", "the history goes on");
        // And it works: something new arrives behind the old.
        bed.tell_anna(1).await;
        assert_eq!(bed.page("").await.items.len(), 3);
        assert!(bed.centre.add_device(ANNA, "новый").await.is_ok());

        let copies = beside(bed.folder.path());
        let expected = match schema {
            // Its tokens were in plain.
            1 => Vec::new(),
            schema if schema == newest => Vec::new(),
            _ => vec![format!(".before-{newest}")],
        };
        assert_eq!(copies, expected, "schema {schema}");
        if let Some(copy) = copies.first() {
            let copy = bed.folder.path().join(format!("centre.db{copy}"));
            let mut db = opened(&copy).await;
            let version: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
                .fetch_one(&mut db)
                .await
                .unwrap();
            let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM notifications")
                .fetch_one(&mut db)
                .await
                .unwrap();
            assert_eq!((version, kept), (schema, 2), "as it was");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = fs::metadata(&copy).unwrap().permissions().mode();
                assert_eq!(mode & 0o077, 0, "for its owner alone");
            }
        }
    }
}

/// A migration that was released is what is in files already: a change of it would be none there.
#[test]
fn a_released_migration_stays_as_it_is() {
    let released = include_str!("released-migrations.txt");
    let mut count = 0;
    for line in released.lines() {
        let (hash, name) = line.split_once("  ").unwrap();
        let text = fs::read_to_string(folder_of_migrations().join(name)).unwrap();
        let is: String = sha256(&text.replace("\r\n", "\n"))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(is, hash, "{name} was changed: write another one");
        count += 1;
    }
    assert!(count >= 12);
}

#[tokio::test]
async fn copies_of_earlier_schemas_are_few() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    earlier(&path, 5).await;
    for version in [2, 3, 4] {
        fs::write(
            folder.path().join(format!("centre.db.before-{version}")),
            "old",
        )
        .unwrap();
    }
    // What restores set aside: one of today, one of last month.
    let aside = |when: &str| {
        folder
            .path()
            .join(format!("centre.db.before-restore-{when}"))
    };
    for when in ["20260101T000000Z", "20260201T000000Z"] {
        fs::write(aside(when), "aside").unwrap();
    }
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(31 * 86_400);
    let old = fs::File::options()
        .write(true)
        .open(aside("20260101T000000Z"));
    old.unwrap().set_modified(long_ago).unwrap();
    drop(Centre::open(database(&path)).await.unwrap());
    assert!(!aside("20260101T000000Z").exists() && aside("20260201T000000Z").exists());
    fs::remove_file(aside("20260201T000000Z")).unwrap();
    let copies = beside(folder.path());
    assert_eq!(copies.len(), 2, "{copies:?}");
    assert!(copies.contains(&".before-4".to_owned()));
}

#[tokio::test]
async fn an_upgrade_whose_copy_cannot_be_written_changes_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    earlier(&path, 9).await;
    let all = Migrator::new(folder_of_migrations()).await.unwrap();
    let newest = all.iter().map(|one| one.version).max().unwrap();
    // Nothing can take the place of a folder.
    let taken = folder.path().join(format!("centre.db.before-{newest}"));
    fs::create_dir_all(taken.join("x")).unwrap();
    let error = Centre::open(database(&path)).await.unwrap_err();
    assert!(matches!(error, CentreError::NoCopy { .. }), "{error}");
    assert!(error.to_string().contains("make room"), "{error}");
    let mut db = opened(&path).await;
    let version: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(version, 9);
    db.close().await.unwrap();
    fs::remove_dir_all(taken).unwrap();
    assert!(Centre::open(database(&path)).await.is_ok());
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (name, sql) in [
        ("shop.db", "CREATE TABLE orders (id INTEGER PRIMARY KEY)"),
        (
            "other.db",
            "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT, installed_on
             TEXT, success BOOLEAN, checksum BLOB, execution_time BIGINT); CREATE TABLE users (id TEXT)",
        ),
    ] {
        let path = folder.path().join(name);
        let mut db = opened(&path).await;
        sqlx::raw_sql(sql).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        let before = fs::read(&path).unwrap();
        let error = Centre::open(database(&path)).await.unwrap_err();
        assert!(error.to_string().contains("belongs to another program"), "{error}");
        // The mark of the journal in the header aside.
        let after = fs::read(&path).unwrap();
        assert_eq!(after[100..], before[100..], "{name}");
    }
}

/// A power cut, a copy that broke off, a disk that lies.
#[tokio::test]
async fn a_file_cut_anywhere_opens_or_says_that_it_cannot_be_used() {
    let whole = tempfile::tempdir().unwrap();
    let path = whole.path().join("centre.db");
    earlier(&path, 12).await;
    let bytes = fs::read(&path).unwrap();
    let mut refused = 0;
    let step = (bytes.len() / 24).max(1);
    for length in (1..bytes.len())
        .step_by(step)
        .chain([15, 99, 100, 511, 4_095, 4_096, 4_097])
    {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centre.db");
        fs::write(&path, &bytes[..length]).unwrap();
        match Centre::open(database(&path)).await {
            Ok(_) => {}
            Err(error) => {
                let words = error.to_string();
                let plain = words.contains("cannot use the database")
                    || words.contains("could not store it")
                    || words.contains("could not be written");
                assert!(plain, "{length}: {words}");
                refused += 1;
            }
        }
    }
    assert!(refused > 10, "most of them are no database any more");
}

#[tokio::test]
async fn a_file_that_somebody_else_keeps_locked_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    drop(Centre::open(database(&path)).await.unwrap());
    let mut db = opened(&path).await;
    sqlx::raw_sql("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE x (y); ")
        .execute(&mut db)
        .await
        .unwrap();
    let error = Centre::open(database(&path)).await.unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");
}
