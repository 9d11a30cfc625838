//! The stream through a real WebSocket client (STREAM, Rules and Close codes).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::ServeOptions;
use dealbell_protocol::{
    Cursor, ErrorCode,
    ingest::Act,
    stream::{Change, ClientFrame, MAX_FRAME, ResumeMode, ServerFrame},
};
use futures_util::SinkExt as _;
use std::time::Duration;
use support::{Bed, LONG, bed, bed_with, notice};
use tokio_tungstenite::tungstenite::{self, Message};

#[tokio::test]
async fn resuming_replays_every_entry_after_the_cursor_then_is_live() {
    let bed = bed().await;
    let (_, mode, start) = bed.started(None).await;
    assert_eq!((mode, start.seq), (ResumeMode::Snapshot, 0));
    bed.tell_anna(450).await; // more than two pages of the log

    let (mut client, mode, head) = bed.started(Some(start)).await;
    assert_eq!((mode, head.seq), (ResumeMode::Resumed, 450));
    for seq in 1..=450 {
        let event = client.event().await;
        assert_eq!((event.seq, event.prev), (seq, seq - 1));
        assert_eq!((event.unread.count, event.unread.at), (seq, seq));
    }
    assert_eq!(client.next().await, ServerFrame::Live { seq: 450 });
    bed.tell_anna(1).await;
    assert_eq!(client.event().await.seq, 451);
}

#[tokio::test]
async fn entries_committed_while_the_backlog_is_read_are_neither_missed_nor_doubled() {
    let bed = bed_with(ServeOptions {
        queue: 4,
        ..ServeOptions::default()
    })
    .await;
    bed.tell_anna(300).await;
    let zero = Cursor {
        seq: 0,
        ..bed.page("").await.as_of
    };
    let (mut client, mode, _) = bed.started(Some(zero)).await;
    assert_eq!(mode, ResumeMode::Resumed);
    let publish = async {
        for _ in 0..150 {
            bed.tell_anna(2).await;
        }
    };
    let read = async {
        let (mut next, mut live) = (1, 0);
        while next <= 600 {
            match client.next().await {
                ServerFrame::Event(event) => {
                    assert_eq!((event.seq, event.prev), (next, next - 1));
                    next += 1;
                }
                ServerFrame::Live { seq } => {
                    assert_eq!(seq, next - 1);
                    live += 1;
                }
                other => panic!("unexpected {other:?}"),
            }
        }
        assert_eq!(live, 1);
    };
    tokio::join!(publish, read);
}

#[tokio::test]
async fn a_snapshot_paged_while_new_ones_arrive_meets_the_stream_exactly() {
    let bed = bed().await;
    bed.tell_anna(25).await;
    let (mut client, mode, cursor) = bed.started(None).await;
    assert_eq!(mode, ResumeMode::Snapshot);
    let (listed, ()) = tokio::join!(bed.snapshot(&cursor, 10), async {
        bed.tell_anna(10).await;
    });
    let seqs: Vec<u64> = listed.iter().map(|item| item.created_seq).collect();
    assert_eq!(seqs, (1..=25).rev().collect::<Vec<_>>());
    let mut next = 26;
    while next <= 35 {
        if let ServerFrame::Event(event) = client.next().await {
            assert!(matches!(event.change, Change::Created(_)));
            assert_eq!(event.seq, next);
            next += 1;
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_epoch_is_reset() {
    let bed = bed().await;
    bed.tell_anna(3).await;
    let old = Cursor {
        epoch: "e0".to_owned(),
        seq: 2,
    };
    let (mut client, mode, head) = bed.started(Some(old)).await;
    assert_eq!((mode, head.seq), (ResumeMode::Reset, 3));
    assert_eq!(client.next().await, ServerFrame::Live { seq: 3 });
}

#[tokio::test]
async fn a_cursor_ahead_of_the_log_begins_a_new_epoch_for_all_of_the_users_devices() {
    let bed = bed().await;
    bed.tell_anna(3).await;
    let mut other = bed.live().await;
    let before = bed.page("").await.as_of;
    for ahead in [4, u64::MAX] {
        let known = bed.page("").await.as_of;
        let cursor = Cursor {
            seq: ahead,
            ..known.clone()
        };
        let (_, mode, head) = bed.started(Some(cursor)).await;
        assert_eq!((mode, head.seq), (ResumeMode::Reset, 3));
        assert_ne!(head.epoch, known.epoch);
    }
    assert_eq!(other.closed().await, 4004);
    let (_, mode, _) = bed.started(Some(before)).await;
    assert_eq!(mode, ResumeMode::Reset);
}

#[tokio::test]
async fn a_cursor_too_far_back_is_reset_and_never_half_resumed() {
    let bed = bed_with(ServeOptions {
        max_backlog: 5,
        ..ServeOptions::default()
    })
    .await;
    bed.tell_anna(6).await;
    let head = bed.page("").await.as_of;
    for (seq, expected) in [(0, ResumeMode::Reset), (1, ResumeMode::Resumed)] {
        let cursor = Cursor {
            seq,
            ..head.clone()
        };
        assert_eq!(bed.started(Some(cursor)).await.1, expected);
    }
}

#[tokio::test]
async fn marks_are_idempotent_and_reach_every_device() {
    let bed = bed().await;
    bed.tell_anna(3).await;
    let ids: Vec<_> = bed.page("").await.items.iter().map(|n| n.id).collect();
    let (mut clicks, mut watches) = (bed.live().await, bed.live().await);
    for id in [1, 2] {
        let read = ClientFrame::Read {
            id,
            ids: vec![ids[0], ids[0]],
        };
        clicks.send(&read).await;
        let ServerFrame::Ok { cursor, unread, .. } = clicks.answer(id).await else {
            panic!("the mark was refused")
        };
        assert_eq!((cursor.seq, unread.count, unread.at), (4, 2, 4));
    }
    let event = watches.event().await;
    assert_eq!(event.change, Change::Read { ids: vec![ids[0]] });
    assert_eq!(event.unread.count, 2);

    clicks
        .send(&ClientFrame::Unread {
            id: 3,
            ids: vec![ids[0], ids[1]],
        })
        .await;
    assert!(matches!(clicks.answer(3).await, ServerFrame::Ok { unread, .. } if unread.count == 3));
    let event = watches.event().await;
    assert_eq!(event.change, Change::Unread { ids: vec![ids[0]] });
}

#[tokio::test]
async fn read_all_leaves_what_came_during_the_click_and_refuses_another_epoch() {
    let bed = bed().await;
    bed.tell_anna(2).await;
    let seen = bed.page("").await.as_of;
    bed.tell_anna(1).await;
    let mut client = bed.live().await;
    let upto = seen.clone();
    client.send(&ClientFrame::ReadAll { id: 1, upto }).await;
    assert!(matches!(client.answer(1).await, ServerFrame::Ok { unread, .. } if unread.count == 1));
    let left = bed.page("unread=true").await.items;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].created_seq, 3);

    let other = Cursor {
        epoch: "e0".to_owned(),
        seq: 99,
    };
    let ahead = Cursor { seq: 99, ..seen };
    for (id, upto) in [(2, other), (3, ahead)] {
        client.send(&ClientFrame::ReadAll { id, upto }).await;
        let ServerFrame::Error {
            code, temporary, ..
        } = client.answer(id).await
        else {
            panic!("a mark of another history was taken")
        };
        assert_eq!((code, temporary), (ErrorCode::NotFound, false));
    }
    assert_eq!(bed.page("").await.unread.count, 1);
}

#[tokio::test]
async fn nobody_marks_what_is_not_his() {
    let bed = bed().await;
    bed.tell_anna(1).await;
    let id = bed.page("").await.items[0].id;
    bed.centre
        .add_user("boris@firm.ru", "", "en")
        .await
        .unwrap();
    let token = bed.centre.add_device("boris@firm.ru", "").await.unwrap();
    let mut boris = bed.connect_as(&token).await.unwrap();
    boris.start(None).await;
    boris
        .send(&ClientFrame::Read {
            id: 7,
            ids: vec![id],
        })
        .await;
    assert!(matches!(boris.answer(7).await, ServerFrame::Ok { cursor, .. } if cursor.seq == 0));
    assert_eq!(bed.page("").await.unread.count, 1);
}

#[tokio::test]
async fn too_many_marks_are_told_to_wait() {
    let bed = bed().await;
    let mut client = bed.live().await;
    for id in 0..300 {
        client.send(&ClientFrame::Read { id, ids: vec![] }).await;
    }
    let mut refused = 0;
    for id in 0..300 {
        if let ServerFrame::Error {
            code,
            temporary,
            retry_ms,
            ..
        } = client.answer(id).await
        {
            assert_eq!((code, temporary), (ErrorCode::RateLimited, true));
            assert!(retry_ms.is_some_and(|ms| ms > 0));
            refused += 1;
        }
    }
    assert!((1..=200).contains(&refused), "{refused}");
}

#[tokio::test]
async fn a_slow_reader_is_closed_with_4003_while_publishing_goes_on() {
    let bed = bed_with(ServeOptions {
        queue: 8,
        slow_after: Duration::from_millis(100),
        closing: LONG,
        ..ServeOptions::default()
    })
    .await;
    let mut slow = bed.live().await;
    let mut quick = bed.live().await;
    let mut notice = notice(bed.anna, "Длинное");
    notice.text = "ы".repeat(4_000);
    let mut told = 0;
    // The sockets hold some megabytes before a write has to wait.
    while bed.centre.connections() > 1 {
        bed.tell(
            (0..50)
                .map(|_| Act::Notify(Box::new(notice.clone())))
                .collect(),
        )
        .await;
        for _ in 0..50 {
            told += 1;
            assert_eq!(quick.event().await.seq, told);
        }
        assert!(told < 20_000, "the slow reader was never sent away");
    }
    assert_eq!(slow.closed().await, 4003);
}

#[tokio::test]
async fn a_burst_larger_than_the_queue_does_not_cost_a_quick_reader_its_connection() {
    let bed = bed_with(ServeOptions {
        queue: 4,
        ..ServeOptions::default()
    })
    .await;
    let mut client = bed.live().await;
    bed.tell_anna(1_000).await;
    for seq in 1..=1_000 {
        assert_eq!(client.event().await.seq, seq);
    }
}

fn quick() -> ServeOptions {
    ServeOptions {
        ping: Duration::from_millis(50),
        grace: Duration::from_millis(1_500),
        ..ServeOptions::default()
    }
}

#[tokio::test]
async fn pings_carry_the_newest_seq_and_silence_is_closed_with_4002() {
    let bed = bed_with(quick()).await;
    bed.tell_anna(2).await;
    let mut client = bed.live().await;
    // Longer than ping and grace together: answering keeps the connection.
    for _ in 0..35 {
        assert_eq!(client.next().await, ServerFrame::Ping { seq: 2 });
        client.send(&ClientFrame::Pong).await;
    }
    assert_eq!(client.closed().await, 4002);
}

#[tokio::test]
async fn a_client_that_never_starts_is_closed_with_4007() {
    let bed = bed_with(ServeOptions {
        start_timeout: Duration::from_millis(100),
        ..ServeOptions::default()
    })
    .await;
    assert_eq!(bed.connect().await.closed().await, 4007);
}

#[tokio::test]
async fn frames_that_break_the_protocol_get_an_error_and_4501() {
    let bed = bed().await;
    let large = format!(r#"{{"op":"pong","x":"{}"}}"#, "y".repeat(MAX_FRAME));
    let garbage = [
        Message::text("{"),
        Message::text(r#"{"op":"dance"}"#),
        Message::text(r#"{"op":"read","id":1,"ids":["x"]}"#),
        Message::text(large),
        Message::binary(vec![1, 2, 3]),
        Message::text(
            r#"{"op":"start","id":2,"cursor":null,"client":{"version":"1","platform":"web"}}"#,
        ),
    ];
    for message in garbage {
        let mut client = bed.live().await;
        client.socket.send(message.clone()).await.unwrap();
        let ServerFrame::Error { id, code, .. } = client.next().await else {
            panic!("{message:?} got no error")
        };
        assert_eq!((id, code), (None, ErrorCode::Protocol));
        assert_eq!(client.closed().await, 4501, "{message:?}");
    }
    // Out of order: a mark before start.
    let mut client = bed.connect().await;
    let mark = ClientFrame::Read { id: 1, ids: vec![] };
    client.send(&mark).await;
    assert_eq!(client.closed().await, 4501);
}

#[tokio::test]
async fn a_frame_beyond_all_bounds_ends_the_connection_and_nothing_else() {
    let bed = bed().await;
    let mut rude = bed.live().await;
    let mut polite = bed.live().await;
    // The centre may hang up before all of it is written.
    let _ = rude
        .socket
        .send(Message::text("z".repeat(5 * 1024 * 1024)))
        .await;
    while let Some(Ok(message)) = rude.message().await {
        if let Message::Close(Some(close)) = message {
            assert_eq!(u16::from(close.code), 4501);
        }
    }
    bed.tell_anna(1).await;
    assert_eq!(polite.event().await.seq, 1);
}

#[tokio::test]
async fn wrong_and_revoked_tokens_are_refused_before_the_upgrade() {
    let bed = bed().await;
    let status = |error| match error {
        tungstenite::Error::Http(answer) => answer.status().as_u16(),
        other => panic!("an HTTP answer was expected, not {other}"),
    };
    assert_eq!(
        status(bed.connect_as("dbd_wrong").await.err().unwrap()),
        401
    );
    let key = bed.centre.add_integration("Телефония").await.unwrap();
    assert_eq!(status(bed.connect_as(&key).await.err().unwrap()), 403);
    bed.centre.revoke_device(&bed.token).await.unwrap();
    assert_eq!(status(bed.connect_as(&bed.token).await.err().unwrap()), 401);
}

#[tokio::test]
async fn a_device_revoked_while_connected_is_closed_with_4504() {
    let bed = bed().await;
    let mut client = bed.live().await;
    let other = bed
        .centre
        .add_device(support::ANNA, "второй")
        .await
        .unwrap();
    let mut stays = bed.connect_as(&other).await.unwrap();
    stays.start(None).await;
    bed.centre.revoke_device(&bed.token).await.unwrap();
    assert_eq!(client.closed().await, 4504);
    assert!(matches!(stays.next().await, ServerFrame::Live { .. }));
    bed.tell_anna(1).await;
    assert_eq!(stays.event().await.seq, 1);
}

#[tokio::test]
async fn a_fresh_token_takes_the_place_of_the_old_one() {
    let bed = bed().await;
    let mut client = bed.live().await;
    let token = bed.centre.add_device(support::ANNA, "новый").await.unwrap();
    client
        .send(&ClientFrame::Token {
            token: token.into(),
        })
        .await;
    client.send(&ClientFrame::Read { id: 1, ids: vec![] }).await;
    client.answer(1).await; // frames are obeyed in order, so the token is known by now
    bed.centre.revoke_device(&bed.token).await.unwrap();
    bed.tell_anna(1).await;
    assert_eq!(client.event().await.seq, 1);
    let token = "dbd_wrong".to_owned();
    client
        .send(&ClientFrame::Token {
            token: token.into(),
        })
        .await;
    assert_eq!(client.closed().await, 4500);
}

#[tokio::test]
async fn a_planned_end_names_the_window_to_come_back_in() {
    let mut bed = bed().await;
    let mut client = bed.live().await;
    bed.stop();
    let frame = client.next().await;
    assert!(matches!(frame, ServerFrame::Reconnect { after_ms: [from, to] } if from < to));
    assert_eq!(client.closed().await, 1001);
    drop(client);
    bed.ended().await;
}

#[tokio::test]
async fn saved_channels_and_new_providers_are_entries_of_the_log() {
    let bed = bed().await;
    let mut client = bed.live().await;
    bed.centre.add_integration("Касса 24").await.unwrap();
    let Change::Providers(settings) = client.event().await.change else {
        panic!("a new provider is no providers entry")
    };
    let last = settings.providers.last().unwrap();
    assert_eq!(last.provider.id.as_str(), "касса-24");
    assert_eq!(last.provider.name, "Касса 24");
}

#[tokio::test]
async fn another_process_is_heard_at_the_next_ping() {
    let bed = bed_with(quick()).await;
    let mut client = bed.live().await;
    let database = bed.folder.path().join("centre.db");
    let options = dealbell_centre::Options::new(database.to_str().unwrap());
    let second = dealbell_centre::Centre::open(options).await.unwrap();
    second.add_integration("Почта").await.unwrap();
    let heard = async {
        loop {
            match client.next().await {
                ServerFrame::Event(event) => return event.change,
                ServerFrame::Ping { .. } => client.send(&ClientFrame::Pong).await,
                other => panic!("unexpected {other:?}"),
            }
        }
    };
    let change = tokio::time::timeout(LONG, heard).await.unwrap();
    assert!(matches!(change, Change::Providers(_)));
}

#[tokio::test]
async fn an_entry_of_another_process_is_sent_before_the_next_of_our_own() {
    let bed = bed().await;
    let mut client = bed.live().await;
    let database = bed.folder.path().join("centre.db");
    let options = dealbell_centre::Options::new(database.to_str().unwrap());
    let second = dealbell_centre::Centre::open(options).await.unwrap();
    second.add_integration("Почта").await.unwrap();
    bed.tell_anna(1).await;
    let event = client.event().await;
    assert_eq!(event.seq, 1);
    assert!(matches!(event.change, Change::Providers(_)));
    assert_eq!(client.event().await.seq, 2);
}

async fn connected(bed: &Bed) -> bool {
    use dealbell_protocol::ingest::Ingest as _;
    bed.centre.recipients().await.unwrap()[0].connected
}

#[tokio::test]
async fn connectors_are_told_who_is_connected() {
    let bed = bed().await;
    assert!(!connected(&bed).await);
    let mut client = bed.live().await;
    assert!(connected(&bed).await);
    client.socket.close(None).await.unwrap();
    tokio::time::timeout(LONG, async {
        while connected(&bed).await {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}
