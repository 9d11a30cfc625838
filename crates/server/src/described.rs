//! What the server adds to the centre's addresses, described for `/openapi.json`: webhooks of the
//! CRM, figures, and the pages that people see in a browser.

use serde_json::{Map, Value, json};

/// The description of the routes beside the centre's own.
pub(crate) fn described() -> Value {
    let page = |summary: &str, name: Option<&str>, statuses: &[(&str, &str)]| {
        operation(summary, name, statuses, "text/html; charset=utf-8")
    };
    let figures = operation(
        "Figures for a Prometheus.",
        None,
        &[
            ("200", "The figures"),
            ("401", "Another token"),
            ("404", "No figures here"),
        ],
        "text/plain",
    );
    let hook = json!({
        "tags": ["other"],
        "summary": "Takes a webhook of the CRM.",
        "parameters": [named("secret")],
        "responses": {
            "204": {"description": "Taken"},
            "404": refusal("There is nothing here"),
            "408": refusal("The body did not come in time"),
            "413": refusal("The body is too large"),
            "429": refusal("Too much at once"),
        },
    });
    let subscription = [
        ("200", "The page"),
        ("404", "There is no such subscription"),
        ("503", "Try again later"),
    ];
    json!({"paths": {
        "/v1/hooks/{secret}": {"post": hook},
        "/metrics": {"get": figures},
        "/join/{code}": {"get": page("The page of an invitation.", Some("code"), &[
            ("200", "The page"), ("404", "There is no such invitation"),
            ("410", "It is used or too old"), ("429", "Too many tries"), ("503", "Try again later"),
        ])},
        "/": {"get": redirect()},
        "/app": {"get": redirect()},
        "/app/": {"get": page("The web inbox.", None, &[
            ("200", "The page"), ("304", "It is the known one"), ("503", "It was built without pages"),
        ])},
        "/inbox": {"get": page("Opens the app, from a letter.", None, &[("200", "The page")])},
        "/v1/unsubscribe/{token}": {
            "get": page("Asks before letters are switched off.", Some("token"), &subscription),
            "post": page("Switches letters off (RFC 8058).", Some("token"), &subscription),
        },
        "/v1/oauth/amocrm": {"get": page("A browser comes back from the CRM.", None, &[
            ("200", "The account is kept"), ("400", "Something is missing"),
            ("403", "Declined, or not the CRM's"), ("409", "Another account"),
            ("410", "Used or too old"), ("502", "The CRM does not answer"),
            ("503", "It could not be kept"),
        ])},
    }})
}

fn operation(summary: &str, name: Option<&str>, statuses: &[(&str, &str)], content: &str) -> Value {
    let answers = statuses.iter().map(|(status, description)| {
        let content = json!({content: {"schema": {"type": "string"}}});
        let answer = json!({"description": description, "content": content});
        ((*status).to_owned(), answer)
    });
    let answers: Map<String, Value> = answers.collect();
    let parameters: Vec<Value> = name.into_iter().map(named).collect();
    json!({"tags": ["other"], "summary": summary, "parameters": parameters, "responses": answers})
}

fn redirect() -> Value {
    let page = json!({"text/html; charset=utf-8": {"schema": {"type": "string"}}});
    let responses = json!({
        "200": {"description": "The web inbox, once that is followed", "content": page},
        "307": {"description": "To the web inbox"},
    });
    json!({"tags": ["other"], "summary": "Leads to the web inbox.", "responses": responses})
}

fn named(name: &str) -> Value {
    let schema = json!({"type": "string"});
    json!({"name": name, "in": "path", "required": true, "schema": schema})
}

fn refusal(description: &str) -> Value {
    let schema = json!({"$ref": "#/components/schemas/ApiError"});
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_beside_the_centres_own_is_described() {
        let sources = [
            include_str!("hooks.rs"),
            include_str!("join.rs"),
            include_str!("letter_links.rs"),
            include_str!("metrics.rs"),
            include_str!("sign_in.rs"),
        ];
        let described = described();
        let mut met = 0;
        for route in sources
            .iter()
            .flat_map(|source| source.split(".route(\"").skip(1))
        {
            let (path, handlers) = route.split_once('"').unwrap();
            let handlers = handlers.lines().next().unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                if handlers.contains(&format!("{method}(")) {
                    assert!(
                        described["paths"][path][method].is_object(),
                        "{method} {path}"
                    );
                    met += 1;
                }
            }
        }
        assert!(met >= 7, "{met}");
    }
}
