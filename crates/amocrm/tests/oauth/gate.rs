//! A line to the CRM that can be held at a step of a token renewal. What else passes, passes.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Where a token request is held for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    Nowhere,
    /// It does not reach the CRM.
    Request,
    /// The CRM answers; the answer does not reach us.
    Answer,
}

pub(crate) struct Gate {
    pub(crate) url: String,
    hold: Arc<Mutex<Hold>>,
    held: Arc<Notify>,
}

impl Gate {
    pub(crate) async fn before(crm: &str) -> Self {
        let crm = crm.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (hold, held) = (Arc::new(Mutex::new(Hold::Nowhere)), Arc::new(Notify::new()));
        let (holds, notify) = (Arc::clone(&hold), Arc::clone(&held));
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let (crm, holds, notify) = (crm.clone(), Arc::clone(&holds), Arc::clone(&notify));
                tokio::spawn(async move { pass(line, &crm, &holds, &notify).await });
            }
        });
        Self { url, hold, held }
    }

    pub(crate) fn hold(&self, at: Hold) {
        *self.hold.lock().unwrap() = at;
    }

    /// Until a token request is held.
    pub(crate) async fn held(&self) {
        self.held.notified().await;
    }
}

/// One connection. A renewal has one of its own, so its first bytes say what it is.
async fn pass(mut line: TcpStream, crm: &str, hold: &Mutex<Hold>, held: &Notify) {
    let mut first = vec![0; 16 * 1024];
    let Ok(read @ 1..) = line.read(&mut first).await else {
        return;
    };
    let is_renewal = first.starts_with(b"POST /oauth2/access_token");
    let at = match is_renewal {
        true => *hold.lock().unwrap(),
        false => Hold::Nowhere,
    };
    if at == Hold::Request {
        held.notify_one();
        return std::future::pending().await;
    }
    let mut there = TcpStream::connect(crm).await.unwrap();
    there.write_all(&first[..read]).await.unwrap();
    if at == Hold::Answer {
        // Until the CRM has answered; the rest of the request goes on to it.
        let (mut from_us, mut to_us) = line.split();
        let (mut from_crm, mut to_crm) = there.split();
        let answered = async {
            let mut byte = [0];
            from_crm.read_exact(&mut byte).await
        };
        tokio::select! {
            answered = answered => drop(answered.unwrap()),
            _ = tokio::io::copy(&mut from_us, &mut to_crm) => {}
        }
        held.notify_one();
        std::future::pending::<()>().await;
        return to_us.shutdown().await.unwrap();
    }
    let _ = tokio::io::copy_bidirectional(&mut line, &mut there).await;
}
