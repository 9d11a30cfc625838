//! Every answer of a push service, over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use dealbell_protocol::{
    courier::{Courier as _, CourierError, Parcel, PushAddress, Urgency},
    push::{PushKeys, PushTrouble},
};
use dealbell_push::{Reachable, SenderKey, WebCourier};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// What was asked of a push service: the head in small letters, and the body.
type Asked = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A push service that answers with the status that the path names; 0 never answers.
async fn service() -> (SocketAddr, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Asked::default();
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move {
                let (mut bytes, mut part) = (Vec::new(), [0; 8_192]);
                let (head, length) = loop {
                    let count = socket.read(&mut part).await.unwrap();
                    bytes.extend_from_slice(&part[..count]);
                    if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
                        let length = head.split("content-length: ").nth(1).unwrap();
                        let length: usize = length.lines().next().unwrap().parse().unwrap();
                        bytes.drain(..end + 4);
                        break (head, length);
                    }
                };
                while bytes.len() < length {
                    let count = socket.read(&mut part).await.unwrap();
                    bytes.extend_from_slice(&part[..count]);
                }
                let path = head.split(' ').nth(1).unwrap().to_owned();
                kept.lock().unwrap().push((head, bytes));
                let status = path.trim_start_matches('/').split('?').next().unwrap();
                if status == "0" {
                    std::future::pending::<()>().await;
                }
                let answer = format!(
                    "HTTP/1.1 {status} x\r\nretry-after: 120\r\nlocation: /201\r\n\
                     content-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            });
        }
    });
    (address, asked)
}

fn courier(reachable: Reachable, patience: Duration) -> WebCourier {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let contact = "mailto:it@firm.ru".parse().unwrap();
    WebCourier::new(SenderKey::generate(), contact, reachable, patience).unwrap()
}

fn parcel(endpoint: String) -> Parcel {
    Parcel {
        to: PushAddress {
            endpoint,
            keys: PushKeys {
                p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".to_owned(),
                auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
            },
        },
        message: b"{}".to_vec(),
        keep: Duration::from_secs(60),
        urgency: Urgency::High,
        topic: "topic".to_owned(),
        at: 1_795_255_200_000,
    }
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn every_answer_has_its_meaning_and_nobody_is_followed_elsewhere() {
    let (address, asked) = service().await;
    let courier = courier(Reachable::All, LONG);
    let bring = async |status: u16| {
        let parcel = parcel(format!("http://{address}/{status}"));
        courier.bring(&parcel).await
    };
    for good in [200, 201, 202] {
        assert_eq!(bring(good).await, Ok(()), "{good}");
    }
    for gone in [404, 410] {
        assert_eq!(bring(gone).await, Err(CourierError::Gone), "{gone}");
    }
    assert_eq!(bring(413).await, Err(CourierError::TooLong));
    for busy in [429, 500, 503] {
        let Err(CourierError::Later { trouble, after, .. }) = bring(busy).await else {
            panic!("{busy} may pass");
        };
        let expected = (PushTrouble::Busy, Some(Duration::from_secs(120)));
        assert_eq!((trouble, after), expected, "{busy}");
    }
    for refused in [301, 307, 400, 401, 403] {
        let answer = bring(refused).await;
        let refuses = matches!(answer, Err(CourierError::Refused { .. }));
        assert!(refuses, "{refused}: {answer:?}");
    }
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 14, "once each");
    let (head, body) = &asked[0];
    for line in [
        "post /200 http/1.1",
        "content-encoding: aes128gcm",
        "ttl: 60",
        "urgency: high",
        "topic: topic",
        "authorization: vapid t=",
    ] {
        assert!(head.contains(line), "{line} is missing: {head}");
    }
    assert_eq!(body.len(), 16 + 4 + 1 + 65 + 2 + 17);
}

#[tokio::test]
async fn who_does_not_answer_or_is_not_there_is_unreachable_and_the_address_is_told_to_nobody() {
    let (address, _) = service().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr();
    let courier = courier(Reachable::All, Duration::from_millis(300));
    for endpoint in [
        format!("http://{address}/0?secret"),
        format!("http://{}/secret", nobody.unwrap()),
    ] {
        let parcel = parcel(endpoint);
        let error = courier.bring(&parcel).await.unwrap_err();
        let CourierError::Later { trouble, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(*trouble, PushTrouble::Unreachable);
        assert!(!format!("{error:?} {parcel:?}").contains("secret"));
        assert!(!format!("{parcel:?} {courier:?}").contains("BTBZMqHH"));
    }
}

/// A name that is public when it is registered may lead elsewhere when it is asked.
#[tokio::test]
async fn the_own_network_is_not_asked_whatever_a_name_leads_to() {
    let (address, asked) = service().await;
    let courier = courier(Reachable::Public, LONG);
    for host in ["localhost", "localhost.", "127.0.0.1", "[::1]"] {
        let parcel = parcel(format!("https://{host}:{}/201", address.port()));
        let error = courier.bring(&parcel).await.unwrap_err();
        let kept = matches!(
            error,
            CourierError::Refused { .. }
                | CourierError::Later {
                    trouble: PushTrouble::Unreachable,
                    ..
                }
        );
        assert!(kept, "{host}: {error:?}");
    }
    assert_eq!(asked.lock().unwrap().len(), 0);
}
