//! Refusals as `application/problem+json`.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error answer in amoCRM's form.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    validation: Vec<Value>,
}

/// What is wrong with one field of one item of a write.
#[derive(Debug)]
pub(crate) struct FieldError {
    pub(crate) code: &'static str,
    pub(crate) path: &'static str,
    pub(crate) detail: &'static str,
}

impl Problem {
    fn new(status: StatusCode, detail: &str) -> Self {
        Self {
            status,
            detail: detail.to_owned(),
            validation: Vec::new(),
        }
    }

    pub(crate) fn bad_request(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Неверный логин или пароль")
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Доступно только администраторам")
    }

    pub(crate) fn not_in_plan() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Недоступно на вашем тарифе")
    }

    pub(crate) fn not_found(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Метод не поддерживается")
    }

    pub(crate) fn too_many() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Слишком много запросов")
    }

    /// The trouble a test asked for.
    pub(crate) fn trouble(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        Self::new(status, "Сбой по просьбе теста")
    }

    /// A refused write; each item with something wrong names its `request_id`.
    pub(crate) fn invalid(items: Vec<(String, Vec<FieldError>)>) -> Self {
        let mut problem = Self::bad_request("Request validation failed");
        problem.validation = items
            .into_iter()
            .map(|(request_id, errors)| {
                let errors: Vec<Value> = errors
                    .iter()
                    .map(|e| json!({"code": e.code, "path": e.path, "detail": e.detail}))
                    .collect();
                json!({"request_id": request_id, "errors": errors})
            })
            .collect();
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status.as_u16();
        let mut body = json!({
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "type": format!("https://httpstatus.es/{status}"),
            "status": status,
            "detail": self.detail,
        });
        if !self.validation.is_empty() {
            body["validation-errors"] = Value::Array(self.validation);
        }
        let content_type = [(CONTENT_TYPE, "application/problem+json")];
        (self.status, content_type, body.to_string()).into_response()
    }
}
