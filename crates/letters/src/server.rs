//! One connection to a mail server: reaching it, signing in, handing letters over.

use crate::address::{Security, SmtpAddress};
use crate::mime::Sealed;
use crate::verdict::{Stage, Trouble};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How to talk to a mail server.
#[derive(Clone)]
pub(crate) struct Talk {
    pub(crate) address: SmtpAddress,
    pub(crate) tls: TlsParameters,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) hello: ClientId,
    /// How long any answer may take.
    pub(crate) patience: Duration,
}

/// Where a talk ended, and why.
pub(crate) type Failed = (Stage, Trouble);

/// A mail server that has let us in.
pub(crate) struct Server {
    connection: AsyncSmtpConnection,
    patience: Duration,
}

impl Talk {
    /// Reaches the server, encrypts and signs in.
    pub(crate) async fn begin(&self) -> Result<Server, Failed> {
        let mut connection = self.reach().await?;
        if self.address.security == Security::Required {
            if !connection.can_starttls() {
                let lacks = "does not offer encryption (STARTTLS): is it the right port?";
                return Err((Stage::Encrypting, Trouble::Lacks(lacks)));
            }
            let encrypted = connection.starttls(self.tls.clone(), &self.hello);
            in_time(self.patience, Stage::Encrypting, encrypted).await?;
        }
        if let Some(credentials) = &self.credentials {
            let known = [Mechanism::Plain, Mechanism::Login];
            if connection
                .server_info()
                .get_auth_mechanism(&known)
                .is_none()
            {
                let lacks = "offers no way to sign in that we know (PLAIN, LOGIN)";
                return Err((Stage::SignIn, Trouble::Lacks(lacks)));
            }
            let signed_in = connection.auth(&known, credentials);
            in_time(self.patience, Stage::SignIn, signed_in).await?;
        }
        Ok(Server {
            connection,
            patience: self.patience,
        })
    }

    async fn reach(&self) -> Result<AsyncSmtpConnection, Failed> {
        let at = (self.address.host.as_str(), self.address.port);
        let reached = async {
            match self.address.security {
                Security::Implicit => {
                    let (patience, tls) = (Some(self.patience), Some(self.tls.clone()));
                    AsyncSmtpConnection::connect_tokio1(at, patience, &self.hello, tls, None)
                        .await
                        .map_err(trouble)
                }
                Security::Required | Security::None => {
                    let stream = TcpStream::connect(at).await;
                    let stream = stream.map_err(|error| Trouble::Cut(error.to_string()))?;
                    let lines = Box::new(LineByLine(stream));
                    AsyncSmtpConnection::connect_with_transport(lines, &self.hello)
                        .await
                        .map_err(trouble)
                }
            }
        };
        let reached = timeout(self.patience, reached).await;
        let reached = reached.unwrap_or(Err(Trouble::Silence));
        reached.map_err(|trouble| (Stage::Greeting, trouble))
    }
}

impl Server {
    /// Names sender and recipient of a letter; after it nothing but the letter itself is missing.
    pub(crate) async fn announce(&mut self, sealed: &Sealed) -> Result<(), Failed> {
        let (patience, to) = (self.patience, sealed.envelope.to());
        let connection = &mut self.connection;
        let mut options = Vec::new();
        // All else is encoded: it can only be an address.
        if !sealed.bytes.is_ascii() {
            let offered = connection.server_info();
            if !offered.supports_feature(Extension::SmtpUtfEight)
                || !offered.supports_feature(Extension::EightBitMime)
            {
                // As if it had said so itself: its answer to this address is no.
                let text = "5.6.7 letters other than a–z in the address (no SMTPUTF8)".to_owned();
                return Err((Stage::To, Trouble::Reply { code: 550, text }));
            }
            options.push(MailParameter::SmtpUtfEight);
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let mail = Mail::new(sealed.envelope.from().cloned(), options);
        in_time(patience, Stage::From, connection.command(mail)).await?;
        for address in to {
            let rcpt = Rcpt::new(address.clone(), Vec::new());
            in_time(patience, Stage::To, connection.command(rcpt)).await?;
        }
        in_time(patience, Stage::Letter, connection.command(Data)).await?;
        Ok(())
    }

    /// Gives the letter that was announced; what the server answered.
    pub(crate) async fn give(&mut self, sealed: &Sealed) -> Result<String, Failed> {
        // The end of the letter is written when its parts are at an end.
        let out = AtomicBool::new(false);
        let end = std::iter::from_fn(|| {
            out.store(true, Ordering::Relaxed);
            None
        });
        let parts = std::iter::once(sealed.bytes.as_slice()).chain(end);
        let sent = self.connection.message_iter(parts);
        // Whoever hangs up too early here gets the letter delivered twice.
        let answered = in_time(4 * self.patience, Stage::Letter, sent).await;
        match answered {
            Ok(response) => Ok(said(&response)),
            Err((_, trouble)) if out.into_inner() => Err((Stage::Answer, trouble)),
            Err(failed) => Err(failed),
        }
    }

    /// Makes it forget a letter it has refused; whether it can be used on.
    pub(crate) async fn start_over(&mut self) -> bool {
        let reset = self.connection.command(Rset);
        in_time(self.patience, Stage::From, reset).await.is_ok()
    }

    /// Takes leave.
    pub(crate) async fn leave(mut self) {
        // It is about to be closed, whatever is answered.
        let _ = timeout(self.patience, self.connection.quit()).await;
    }
}

async fn in_time<T>(
    patience: Duration,
    stage: Stage,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failed> {
    match timeout(patience, answer).await {
        Ok(answered) => answered.map_err(|error| (stage, trouble(error))),
        Err(_) => Err((stage, Trouble::Silence)),
    }
}

fn said(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

fn trouble(error: Error) -> Trouble {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        let code = code.into();
        return Trouble::Reply { code, text };
    }
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    let mut innermost = error.to_string();
    while let Some(one) = cause {
        innermost = one.to_string();
        if let Some(io) = one.downcast_ref::<io::Error>() {
            let tls = io
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>());
            if let Some(tls) = tls {
                return Trouble::Tls(tls.to_string());
            }
            if io.kind() == io::ErrorKind::TimedOut {
                return Trouble::Silence;
            }
        }
        cause = one.source();
    }
    match error.is_response() {
        true => Trouble::Cut(format!("it stopped talking ({innermost})")),
        false => Trouble::Cut(innermost),
    }
}

/// A connection read one line at a time: what somebody on the way put behind the answer to STARTTLS
/// is left to the handshake, which fails over it, and is not taken for a later answer.
#[derive(Debug)]
struct LineByLine(TcpStream);

impl AsyncTokioStream for LineByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

impl AsyncRead for LineByLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut room = [0; 4_096];
        let most = into.remaining().min(room.len());
        let mut ahead = ReadBuf::new(&mut room[..most]);
        ready!(self.0.poll_peek(context, &mut ahead))?;
        let seen = ahead.filled();
        let end = seen.iter().position(|&byte| byte == b'\n');
        let take = end.map_or(seen.len(), |at| at + 1);
        let mut line = ReadBuf::new(&mut room[..take]);
        ready!(Pin::new(&mut self.0).poll_read(context, &mut line))?;
        into.put_slice(line.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineByLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
