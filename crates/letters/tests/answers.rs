//! What a mail server answers, or fails to, and what becomes of the letter.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use async_trait::async_trait;
use dealbell_letters::{Sender, SmtpPost, SmtpSetup, SmtpSetupError};
use dealbell_protocol::letter::{Brink, Letter, LetterContent, Post as _, PostError};
use dealbell_protocol::window::Language;
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};
use support::{MailServer, Tls, header};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Longer than anything takes that is waited for.
const LONG: Duration = Duration::from_secs(20);
/// For answers that never come.
const SHORT: Duration = Duration::from_millis(400);

fn setup(url: &str) -> SmtpSetup {
    SmtpSetup {
        address: url.parse().unwrap(),
        password: None,
        ca: None,
        sender: Sender::new("bell@firm.ru", None).unwrap(),
        patience: LONG,
    }
}

fn letter(to: &str) -> Letter {
    Letter {
        id: format!("letter-{to}"),
        thread: None,
        to: format!("{to}@firm.ru"),
        name: String::new(),
        language: Language::En,
        zone: "UTC".to_owned(),
        at: 1_795_262_100_000,
        content: LetterContent::Test,
        unsubscribe: None,
        inbox: None,
    }
}

fn kind(error: &PostError) -> &'static str {
    match error {
        PostError::Later { .. } => "later",
        PostError::Unknown { .. } => "unknown",
        PostError::Never { .. } => "never",
        PostError::Closed { .. } => "closed",
    }
}

async fn refusal(post: &SmtpPost, to: &str) -> PostError {
    post.send(&letter(to)).await.unwrap_err()
}

#[tokio::test]
async fn a_refused_letter_says_why_and_the_next_one_goes_on_by_the_same_connection() {
    let server = MailServer::open();
    let post = SmtpPost::new(setup(&server.url(None))).unwrap();
    post.send(&letter("anna")).await.unwrap();
    let first = server.letter();
    for (to, meaning, said) in [
        ("nobody", "never", "550 5.1.1 no such user"),
        ("full", "later", "452 4.2.2 mailbox full"),
        ("policy", "closed", "550 5.7.8 sign in first"),
        ("spam", "never", "554 5.7.1 looks like spam"),
    ] {
        let error = refusal(&post, to).await;
        assert_eq!(kind(&error), meaning, "{error}");
        assert!(error.to_string().ends_with(said), "{error}");
    }
    post.send(&letter("anna")).await.unwrap();
    assert_eq!(server.letter()["connection"], first["connection"]);

    let mut stranger = setup(&server.url(None));
    stranger.sender = Sender::new("stranger@firm.ru", None).unwrap();
    let error = refusal(&SmtpPost::new(stranger).unwrap(), "anna").await;
    assert_eq!(kind(&error), "closed", "{error}");
    server.has_nothing_more();
}

#[tokio::test]
async fn a_deferred_letter_is_told_when_and_arrives_as_it_would_have() {
    let server = MailServer::open();
    let post = SmtpPost::new(setup(&server.url(None))).unwrap();
    let error = refusal(&post, "grey").await;
    match &error {
        PostError::Later { after, .. } => assert_eq!(*after, Some(Duration::from_secs(300))),
        other => panic!("a deferral was expected, not {other:?}"),
    }
    post.send(&letter("grey")).await.unwrap();
    post.send(&letter("grey")).await.unwrap();
    let (once, again) = (server.letter(), server.letter());
    assert_eq!(header(&once, "Message-ID"), Some("<letter-grey@firm.ru>"));
    assert_eq!(once["bytes"], again["bytes"], "tried again, it is the same");
}

#[tokio::test]
async fn no_answer_to_a_whole_letter_leaves_it_unknown() {
    let server = MailServer::open();
    let mut hasty = setup(&server.url(None));
    hasty.patience = SHORT;
    let post = SmtpPost::new(hasty).unwrap();
    for to in ["cut", "silent"] {
        let error = refusal(&post, to).await;
        assert_eq!(kind(&error), "unknown", "{to}: {error}");
    }
    server.has_nothing_more();
    post.send(&letter("anna")).await.unwrap();
    server.letter();
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_costs_no_letter() {
    let server = MailServer::start(Tls::None, None, &["--idle", "0.3"]);
    let post = SmtpPost::new(setup(&server.url(None))).unwrap();
    post.send(&letter("anna")).await.unwrap();
    let first = server.letter();
    server.has_hung_up();
    post.send(&letter("boris")).await.unwrap();
    let second = server.letter();
    assert_ne!(first["connection"], second["connection"]);
}

#[tokio::test]
async fn who_is_not_let_in_says_what_to_mend() {
    let server = MailServer::start(Tls::Starttls, Some("bell:hush"), &[]);
    let with = |user: Option<&str>, password: Option<&str>, ca: bool| SmtpSetup {
        password: password.map(str::to_owned),
        ca: ca.then(|| server.authority()),
        ..setup(&server.url(user))
    };
    for (setup, said) in [
        (
            with(Some("bell"), Some("wrong"), true),
            "does not let us sign in: 535",
        ),
        (with(None, None, true), "530"),
        (with(Some("bell"), Some("hush"), false), "UnknownIssuer"),
    ] {
        let error = refusal(&SmtpPost::new(setup).unwrap(), "anna").await;
        assert_eq!(kind(&error), "closed", "{error}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(!format!("{error:?}").contains("hush"));
    }
    let right = with(Some("bell"), Some("hush"), true);
    assert!(!format!("{right:?}").contains("hush"));
    SmtpPost::new(right)
        .unwrap()
        .send(&letter("anna"))
        .await
        .unwrap();
    server.letter();

    // One that does not encrypt, one that knows nobody, and one that speaks TLS from the start.
    let open = MailServer::open();
    let encrypted = open.url(None).replace("?tls=none", "");
    let named = SmtpSetup {
        password: Some("hush".to_owned()),
        ..setup(&open.url(Some("bell")))
    };
    let implicit = SmtpSetup {
        ca: Some(open.authority()),
        ..setup(
            &open
                .url(None)
                .replace("smtp:", "smtps:")
                .replace("?tls=none", ""),
        )
    };
    for (setup, said) in [
        (setup(&encrypted), "STARTTLS"),
        (named, "no way to sign in"),
        (implicit, "no safe connection"),
    ] {
        let error = refusal(&SmtpPost::new(setup).unwrap(), "anna").await;
        assert_eq!(kind(&error), "closed", "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
    open.has_nothing_more();
}

#[tokio::test]
async fn a_setup_that_cannot_work_is_told_before_the_first_letter() {
    let wrong = |setup| SmtpPost::new(setup).unwrap_err();
    let lonely = wrong(setup("smtp://bell@mail.firm.ru"));
    assert!(matches!(lonely, SmtpSetupError::NoPassword), "{lonely}");
    let nameless = SmtpSetup {
        password: Some("hush".to_owned()),
        ..setup("smtp://mail.firm.ru")
    };
    let nameless = wrong(nameless);
    assert!(matches!(nameless, SmtpSetupError::NoUser), "{nameless}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    for content in [None, Some("no certificate")] {
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let ca = SmtpSetup {
            ca: Some(path.clone()),
            ..setup("smtp://mail.firm.ru")
        };
        let error = wrong(ca);
        assert!(error.to_string().contains("ca.pem"), "{error}");
    }
}

/// A server that says its lines, each after it has heard something, and then `end`s.
async fn scripted(lines: &'static [&'static str], end: End) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = vec![0; 8_192];
            for (at, line) in lines.iter().enumerate() {
                if at > 0 && stream.read(&mut heard).await.unwrap_or(0) == 0 {
                    break;
                }
                if stream.write_all(line.as_bytes()).await.is_err() {
                    break;
                }
            }
            if end == End::Silence {
                // Until the other side has lost its patience.
                while stream.read(&mut heard).await.unwrap_or(0) > 0 {}
            }
        }
    });
    format!("smtp://127.0.0.1:{port}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Silence,
    Cut,
}

const OFFERS: &str = "250-mail.test\r\n250-8BITMIME\r\n250 STARTTLS\r\n";

#[tokio::test]
async fn whatever_a_server_does_wrong_the_letter_waits_no_longer_than_it_must() {
    for (lines, end, plain, meaning) in [
        (&[][..], End::Silence, true, "later"),
        (&[], End::Cut, true, "later"),
        (
            &["554 5.3.2 nobody may come in\r\n"],
            End::Cut,
            true,
            "closed",
        ),
        (&["421 4.3.2 too busy\r\n"], End::Cut, true, "later"),
        (&["220 a", "junk\u{0}\r\n"], End::Cut, true, "later"),
        (&["220 a\r\n", OFFERS], End::Silence, true, "later"),
        (
            &["220 a\r\n", OFFERS, "250 from\r\n"],
            End::Cut,
            true,
            "later",
        ),
        (
            &["220 a\r\n", OFFERS, "250 from\r\n", "250 to\r\n"],
            End::Silence,
            true,
            "later",
        ),
        (
            &["220 a\r\n", OFFERS, "454 4.7.0 no TLS today\r\n"],
            End::Cut,
            false,
            "later",
        ),
        (
            &["220 a\r\n", OFFERS, "220 go\r\n", "no TLS at all\r\n"],
            End::Cut,
            false,
            "closed",
        ),
        (
            &["220 a\r\n", OFFERS, "220 go\r\n"],
            End::Silence,
            false,
            "later",
        ),
        (
            &["220 a\r\n", OFFERS, "220 go\r\n250 said too early\r\n"],
            End::Silence,
            false,
            "closed",
        ),
    ] {
        let mut url = scripted(lines, end).await;
        if plain {
            url += "?tls=none";
        }
        let hasty = SmtpSetup {
            patience: SHORT,
            ..setup(&url)
        };
        let began = Instant::now();
        let error = refusal(&SmtpPost::new(hasty).unwrap(), "anna").await;
        assert_eq!(kind(&error), meaning, "{lines:?}: {error}");
        assert!(began.elapsed() < LONG, "{lines:?}");
    }
    // Nobody listens there any more.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let gone = setup(&format!("smtp://127.0.0.1:{port}?tls=none"));
    let error = refusal(&SmtpPost::new(gone).unwrap(), "anna").await;
    assert_eq!(kind(&error), "later", "{error}");
}

/// Notes when a letter may have been taken over.
struct Record {
    reached: Mutex<u32>,
    answer: Result<(), PostError>,
}

#[async_trait]
impl Brink for Record {
    async fn reached(&self) -> Result<(), PostError> {
        *self.reached.lock().unwrap() += 1;
        self.answer.clone()
    }
}

#[tokio::test]
async fn c8_the_record_is_written_when_nothing_but_the_letter_is_missing() {
    let server = MailServer::open();
    let post = SmtpPost::new(setup(&server.url(None))).unwrap();
    let record = |answer| Record {
        reached: Mutex::default(),
        answer,
    };
    let kept = record(Ok(()));
    post.send_from(&letter("anna"), &kept).await.unwrap();
    server.letter();
    assert_eq!(*kept.reached.lock().unwrap(), 1);

    let refused = record(Ok(()));
    post.send_from(&letter("nobody"), &refused)
        .await
        .unwrap_err();
    assert_eq!(*refused.reached.lock().unwrap(), 0, "it was never out");

    let reason = "the disk is full".to_owned();
    let full = record(Err(PostError::Later {
        reason,
        after: None,
    }));
    let error = post.send_from(&letter("anna"), &full).await.unwrap_err();
    assert_eq!(error.to_string(), "the disk is full");
    server.has_nothing_more();
    post.send(&letter("boris")).await.unwrap();
    server.letter();
}

#[tokio::test]
async fn an_address_with_other_letters_goes_where_they_are_known() {
    let server = MailServer::open();
    let post = SmtpPost::new(setup(&server.url(None))).unwrap();
    let error = refusal(&post, "анна").await;
    assert_eq!(kind(&error), "never", "{error}");
    for bad in ["", "a b", "a\r\nRCPT TO:<spy@evil.example>"] {
        let error = refusal(&post, bad).await;
        assert_eq!(kind(&error), "never", "{bad:?}: {error}");
    }
    server.has_nothing_more();
}
