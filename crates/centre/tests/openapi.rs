//! `/openapi.json` and `/docs`: every address is described, and every description has an address.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use support::{Bed, bed, http};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

async fn described(bed: &Bed) -> Value {
    let answer = http().get(bed.url("/openapi.json")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

fn operations(described: &Value) -> BTreeSet<(String, String)> {
    let paths = described["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| (path.clone(), method.clone()))
    });
    all.collect()
}

/// What the source routes: each path with each method.
fn routed() -> BTreeSet<(String, String)> {
    let source = include_str!("../src/http/mod.rs");
    let mut all = BTreeSet::new();
    for part in source.split(".route(").skip(1) {
        let (_, rest) = part.split_once('"').unwrap();
        let (path, rest) = rest.split_once('"').unwrap();
        let mut handlers = rest.split("\n            .").next().unwrap().to_owned();
        let name = handlers.trim_matches([',', ' ', ')', '\n']).to_owned();
        if let Some((_, found)) = source.split_once(&format!("let {name} = ")) {
            handlers = format!(" {}", found.split(';').next().unwrap());
        }
        let before = handlers.len();
        for method in METHODS {
            let called = [' ', '.', '\n'].map(|c| format!("{c}{method}("));
            if called.iter().any(|call| handlers.contains(call)) {
                all.insert((path.to_owned(), method.to_owned()));
                handlers.push('+');
            }
        }
        assert!(handlers.len() > before, "no method of {path} is seen");
    }
    all
}

#[tokio::test]
async fn every_address_is_described_and_every_description_has_an_address() {
    let bed = bed().await;
    let described = described(&bed).await;
    let operations = operations(&described);
    let routed = routed();
    assert!(routed.len() > 50, "{routed:?}");
    let missing: Vec<_> = routed.difference(&operations).collect();
    assert!(missing.is_empty(), "not described: {missing:?}");
    for (path, method) in &operations {
        let url = bed.url(&path.replace(['{', '}'], "x"));
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let answer = http().request(method, url).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert!(!text.contains("there is nothing here"), "{path}");
    }
}

#[tokio::test]
async fn every_refusal_is_an_api_error_and_every_reference_leads_somewhere() {
    let bed = bed().await;
    let described = described(&bed).await;
    let text = described.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(described.pointer(pointer).is_some(), "{pointer}");
    }
    let error = "#/components/schemas/ApiError";
    for (path, method) in operations(&described) {
        let operation = &described["paths"][&path][&method];
        assert!(
            operation["summary"].is_string(),
            "{method} {path} says nothing"
        );
        for (status, answer) in operation["responses"].as_object().unwrap() {
            if status.starts_with(['4', '5']) && path != "/healthz" {
                let schema = &answer["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, error, "{method} {path} {status}");
            }
        }
        if operation.get("security").is_some() && path.starts_with("/v1/") {
            assert!(operation["responses"].get("401").is_some(), "{path}");
        }
    }
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let bed = bed().await;
    let answer = http().get(bed.url("/docs")).send().await.unwrap();
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = answer.text().await.unwrap();
    for (path, _) in operations(&described(&bed).await) {
        assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for foreign in ["<script", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("prefers-color-scheme: dark"));
}
