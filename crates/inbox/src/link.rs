//! One WebSocket to the centre: frames in and out, nothing decided.

use crate::Address;
use crate::rest::Rest;
use crate::session::{Generation, Input};
use dealbell_network::{ConnectError, Network};
use dealbell_protocol::secret::Secret;
use dealbell_protocol::stream::{ClientFrame, CloseCode, MAX_FRAME, SUBPROTOCOL, ServerFrame};
use dealbell_protocol::{ApiError, ErrorCode};
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::header::{
    AUTHORIZATION, HeaderValue, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL,
};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    client_async_with_config,
};
use url::Url;

/// Read and write buffers, bytes; a frame is usually smaller.
const BUFFER: usize = 4 * 1024;
/// How long a write may take before the link counts as dead.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a close frame may take; nobody waits for the answer.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// What the link is to do.
#[derive(Debug)]
pub enum Order {
    /// Say this.
    Say(ClientFrame),
    /// Say goodbye and end.
    Close(CloseCode),
}

/// Makes a link that tells `inputs` what happens and ends when its orders do.
pub(crate) fn start(
    generation: Generation,
    address: Address,
    token: Secret,
    network: Network,
    rest: Arc<Rest>,
    inputs: mpsc::Sender<Input>,
) -> mpsc::UnboundedSender<Order> {
    let socket = async move { connect(&address, &token, &network).await };
    spawn(generation, socket, Some(rest), inputs)
}

/// The same over `stream`, which leads to the centre already and needs no TLS: for whoever brings a
/// network of his own.
pub fn over<S>(
    generation: Generation,
    stream: S,
    address: &Address,
    token: &str,
    inputs: mpsc::Sender<Input>,
) -> mpsc::UnboundedSender<Order>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = request(&address.stream(), token);
    let socket = async move {
        let (socket, _) = client_async_with_config(request?, stream, Some(config())).await?;
        Ok(socket)
    };
    spawn(generation, socket, None, inputs)
}

fn spawn<S>(
    generation: Generation,
    socket: impl Future<Output = Result<WebSocketStream<S>, Error>> + Send + 'static,
    rest: Option<Arc<Rest>>,
    inputs: mpsc::Sender<Input>,
) -> mpsc::UnboundedSender<Order>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (orders, received) = mpsc::unbounded_channel();
    tokio::spawn(run(generation, socket, rest, inputs, received));
    orders
}

async fn run<S>(
    generation: Generation,
    socket: impl Future<Output = Result<WebSocketStream<S>, Error>>,
    rest: Option<Arc<Rest>>,
    inputs: mpsc::Sender<Input>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let connected = tokio::select! {
        biased;
        // Nothing is said before the link stands: this is the end of it.
        _ = orders.recv() => return,
        connected = socket => connected,
    };
    let last = match connected {
        Ok(socket) => {
            if inputs.send(Input::Opened { generation }).await.is_err() {
                return;
            }
            let code = talk(generation, socket, &inputs, &mut orders).await;
            Input::Closed { generation, code }
        }
        Err(error) => {
            tracing::debug!(%error, "no link to the centre");
            let Refused { code, retry_ms } = tokio::select! {
                biased;
                _ = orders.recv() => return,
                refused = refused(&error, rest.as_deref()) => refused,
            };
            Input::ConnectFailed {
                generation,
                code,
                retry_ms,
            }
        }
    };
    // Nobody listens once the inbox has gone.
    let _ = inputs.send(last).await;
}

async fn connect(
    address: &Address,
    token: &str,
    network: &Network,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
    let url = address.stream();
    let request = request(&url, token)?;
    let stream = network.connect(&url).await.map_err(not_reached)?;
    let tls = match url.scheme() {
        "wss" => Connector::Rustls(network.tls().map_err(|error| not_reached(error.into()))?),
        _ => Connector::Plain,
    };
    let (socket, _) =
        client_async_tls_with_config(request, stream, Some(config()), Some(tls)).await?;
    Ok(socket)
}

fn request(url: &Url, token: &str) -> Result<Request, Error> {
    let mut request = url.as_str().into_client_request()?;
    let mut bearer = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|error| Error::HttpFormat(error.into()))?;
    bearer.set_sensitive(true);
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, bearer);
    headers.insert(
        SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(SUBPROTOCOL),
    );
    Ok(request)
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_message_size(Some(MAX_FRAME))
        .max_frame_size(Some(MAX_FRAME))
}

fn not_reached(error: ConnectError) -> Error {
    Error::Io(std::io::Error::other(error))
}

/// Carries frames until the link ends; the centre's close code.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    generation: Generation,
    mut socket: WebSocketStream<S>,
    inputs: &mpsc::Sender<Input>,
    orders: &mut mpsc::UnboundedReceiver<Order>,
) -> Option<u16> {
    loop {
        let input = tokio::select! {
            biased;
            order = orders.recv() => {
                let Some(Order::Say(frame)) = order else {
                    say_goodbye(socket, order).await;
                    return None;
                };
                say(&mut socket, &frame).await?;
                continue;
            }
            message = socket.next() => match message? {
                Ok(Message::Text(text)) => read(generation, text.as_str()),
                Ok(Message::Ping(_) | Message::Pong(_)) => Input::Heard { generation },
                Ok(Message::Binary(_) | Message::Frame(_)) => Input::Garbage { generation },
                Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Err(Error::Capacity(_) | Error::Utf8(_) | Error::Protocol(_)) => {
                    Input::Garbage { generation }
                }
                Err(_) => return None,
            },
        };
        let garbage = matches!(input, Input::Garbage { .. });
        inputs.send(input).await.ok()?;
        if garbage {
            return None;
        }
    }
}

/// A frame, or garbage. An `op` of a later version carries no log entry and can be passed over.
fn read(generation: Generation, text: &str) -> Input {
    const OPS: [&str; 9] = [
        "hello",
        "ready",
        "event",
        "live",
        "ping",
        "popup",
        "ok",
        "error",
        "reconnect",
    ];
    match serde_json::from_str::<ServerFrame>(text) {
        Ok(frame) => Input::Frame {
            generation,
            frame: Box::new(frame),
        },
        Err(error) => {
            let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            let op = value.get("op").and_then(serde_json::Value::as_str);
            if op.is_some_and(|op| !OPS.contains(&op)) {
                return Input::Heard { generation };
            }
            // The reader's own words would quote what a customer wrote.
            let (why, at) = (error.classify(), error.column());
            tracing::warn!(?why, at, "a frame cannot be read");
            Input::Garbage { generation }
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    frame: &ClientFrame,
) -> Option<()> {
    let text = serde_json::to_string(frame).ok()?;
    let sent = tokio::time::timeout(WRITE_TIMEOUT, socket.send(Message::text(text))).await;
    sent.ok()?.ok()
}

async fn say_goodbye<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: WebSocketStream<S>,
    order: Option<Order>,
) {
    let code = match order {
        Some(Order::Close(code)) => code,
        Some(Order::Say(_)) | None => CloseCode::GoingAway,
    };
    // 1001 and ours from 4000 on may be sent by a client.
    let frame = CloseFrame {
        code: code.number().into(),
        reason: "".into(),
    };
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, socket.close(Some(frame))).await;
}

/// Why there is no link, as far as the other side has said.
#[derive(Default)]
struct Refused {
    code: Option<ErrorCode>,
    retry_ms: Option<u64>,
}

async fn refused(error: &Error, rest: Option<&Rest>) -> Refused {
    let Error::Http(answer) = error else {
        return Refused::default();
    };
    let after = answer.headers().get(RETRY_AFTER);
    let seconds = after.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    // What came along with the headers; of a refusal that came in pieces it is not all.
    let body = answer.body().as_deref().unwrap_or_default();
    let said: Option<ApiError> = serde_json::from_slice(body).ok();
    let code = match said {
        Some(error) => Some(error.code),
        None if matches!(answer.status().as_u16(), 401 | 403) => match rest {
            Some(rest) => ask_why(rest).await,
            None => None,
        },
        None => None,
    };
    Refused {
        code,
        retry_ms: seconds.map(|seconds| seconds.saturating_mul(1_000)),
    }
}

/// What the centre itself thinks of our token; none where a portal or a proxy answers instead.
async fn ask_why(rest: &Rest) -> Option<ErrorCode> {
    rest.me().await.err()?.code()
}
