//! `GET /join/CODE`: the page of an invitation. Looking uses nothing up, so that previews and
//! scanners of links may; the app asks before it does.

use crate::{
    letter_links::language,
    sheet::{Button, Mark, Sheet},
};
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};
use dealbell_centre::{Centre, CentreError, Whence};
use dealbell_protocol::{ErrorCode, join::JoinLink, people::InvitationSeen, web, window::Language};
use dealbell_texts::{Value, text};
use url::Url;

/// What the page knows.
#[derive(Clone)]
struct Door {
    centre: Centre,
    /// Where links of this centre lead.
    base: Url,
    /// Where people get the app.
    app: Option<Url>,
}

/// The route to serve beside the centre's own.
pub(crate) fn router(centre: Centre, base: Url, app: Option<Url>) -> Router {
    let door = Door { centre, base, app };
    Router::new()
        .route("/join/{code}", get(page))
        .with_state(door)
}

async fn page(
    State(door): State<Door>,
    Extension(from): Extension<Whence>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Response {
    let language = language(&headers);
    let (seen, link) = (
        door.centre.invitation(&code, from.0).await,
        JoinLink::new(&door.base, &code),
    );
    let sheet = match (seen, link) {
        (Ok(seen), Some(link)) => door.asks(&seen, &link, language),
        (Ok(_), None) => door.says(StatusCode::NOT_FOUND, "invited-unknown", language),
        (Err(error), _) => {
            let (status, id) = refusal(&error);
            door.says(status, id, language)
        }
    };
    sheet.answer(language)
}

impl Door {
    fn host(&self) -> Value {
        self.base.host_str().unwrap_or_default().into()
    }

    fn asks(&self, seen: &InvitationSeen, link: &JoinLink, language: Language) -> Sheet {
        let who = match seen.name.is_empty() {
            true => &seen.email,
            false => &seen.name,
        };
        let args = [
            ("host", self.host()),
            ("who", who.as_str().into()),
            ("email", seen.email.as_str().into()),
            ("by", seen.by.as_str().into()),
        ];
        let say = |id: &str| text(language, id, &args);
        let words = match seen.by.is_empty() {
            true => "invited-text",
            false => "invited-text-by",
        };
        let mut tip = format!("{} {}", say("invited-once"), say("invited-missing"));
        if self.app.is_none() {
            tip.push(' ');
            tip.push_str(&say("invited-ask"));
        }
        let app = self.app.as_ref();
        Sheet {
            status: StatusCode::OK,
            mark: Mark::Bell,
            title: say("invited-title"),
            text: say(words),
            tip: Some(tip),
            button: Some(Button::Go(say("invited-open"), link.app())),
            other: self
                .browser(link)
                .map(|page| (say("invited-browser"), page.into())),
            link: app.map(|app| (say("invited-get"), app.to_string())),
        }
    }

    /// The same invitation in this browser; none where none can be signed in.
    fn browser(&self, link: &JoinLink) -> Option<Url> {
        let mut page = web::page(&self.base)?;
        page.set_fragment(Some(&format!("join={}", link.code())));
        Some(page)
    }

    fn says(&self, status: StatusCode, id: &str, language: Language) -> Sheet {
        let args = [("host", self.host())];
        Sheet {
            status,
            mark: Mark::Bad,
            title: text(language, &format!("{id}-title"), &args),
            text: text(language, &format!("{id}-text"), &args),
            tip: None,
            button: None,
            other: None,
            link: None,
        }
    }
}

fn refusal(error: &CentreError) -> (StatusCode, &'static str) {
    let code = match error {
        CentreError::Refused(error) => Some(error.code),
        _ => None,
    };
    match code {
        Some(ErrorCode::InvitationUsed) => (StatusCode::GONE, "invited-used"),
        Some(ErrorCode::InvitationExpired) => (StatusCode::GONE, "invited-expired"),
        Some(ErrorCode::InvitationUnknown) => (StatusCode::NOT_FOUND, "invited-unknown"),
        Some(ErrorCode::RateLimited) => (StatusCode::TOO_MANY_REQUESTS, "invited-often"),
        _ => {
            tracing::error!(%error, "an invitation cannot be read");
            (StatusCode::SERVICE_UNAVAILABLE, "invited-later")
        }
    }
}
