//! `GET /v1/stream`: the way into a stream connection (`docs/stream.md`).

mod connection;
mod pace;

pub(crate) use pace::Pace;

use crate::http::{Device, Renewal, Served, problem};
use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use dealbell_protocol::ApiError;
use dealbell_protocol::{
    ErrorCode,
    stream::{MAX_FRAME, SUBPROTOCOL},
};

/// Small buffers: a desktop hears little, and ten thousand of them share the memory.
const BUFFER: usize = 2 * 1024;
/// What the socket lets through, so that a frame over the limit can be read to its end and gets its
/// answer; a client that goes beyond even this is cut off in the middle.
const SOCKET_LIMIT: usize = 4 * MAX_FRAME;

/// Upgrades to a WebSocket. A wrong token is refused before, so that clients see the reason.
#[utoipa::path(
    get,
    path = "/v1/stream",
    tag = "list",
    security(("device" = [])),
    responses(
        (status = 101, description = "A WebSocket, `dealbell.v1`"),
        (status = 400, description = "This is no WebSocket", body = ApiError),
        (status = 405, description = "This is no WebSocket", body = ApiError),
        (status = 426, description = "This is no WebSocket", body = ApiError),
    ),
)]
pub(crate) async fn upgrade(
    State(served): State<Served>,
    device: Device,
    Renewal(headers): Renewal,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade.protocols([SUBPROTOCOL]),
        Err(rejection) => {
            let message = format!("this is a WebSocket: {}", rejection.body_text());
            return refuse(rejection.status(), message);
        }
    };
    let offered = upgrade.requested_protocols().next().is_some();
    if offered && upgrade.selected_protocol().is_none() {
        let message = format!("this stream speaks {SUBPROTOCOL} alone");
        return refuse(StatusCode::BAD_REQUEST, message);
    }
    let upgraded = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(SOCKET_LIMIT)
        .max_frame_size(SOCKET_LIMIT)
        .on_upgrade(move |socket| connection::run(served, device.0, socket));
    (headers, upgraded).into_response()
}

fn refuse(status: StatusCode, message: String) -> Response {
    problem(status, ErrorCode::Protocol, &message).into_response()
}
