//! The description of the HTTP face as one page: no script, nothing loaded from anywhere.

use dealbell_protocol::text::html as escaped;
use serde_json::Value;
use std::fmt::Write as _;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page of a description.
pub(crate) fn page(described: &Value) -> String {
    let mut toc = String::new();
    let mut body = String::new();
    for tag in described["tags"].as_array().into_iter().flatten() {
        let name = words(&tag["name"]);
        let about = words(&tag["description"]);
        // Writing into a string cannot fail.
        let _ = write!(toc, "<a href=\"#{name}\">{name}</a>");
        let _ = write!(
            body,
            "<h2 id=\"{name}\">{name}</h2><p class=\"soft\">{about}</p>"
        );
        let paths = described["paths"].as_object().into_iter().flatten();
        for (path, item) in paths {
            for method in METHODS {
                let operation = &item[method];
                if operation["tags"][0] == tag["name"] {
                    body.push_str(&operation_of(described, path, method, operation));
                }
            }
        }
    }
    let info = &described["info"];
    include_str!("docs.html")
        .replace("{version}", &words(&info["version"]))
        .replace("{about}", &words(&info["description"]))
        .replace("{toc}", &toc)
        .replace("{body}", &body)
}

fn operation_of(described: &Value, path: &str, method: &str, operation: &Value) -> String {
    let mut html = format!(
        "<details><summary><b class=\"{method}\">{}</b> <code>{}</code> <span>{}</span></summary>",
        method.to_uppercase(),
        escaped(path),
        words(&operation["summary"]),
    );
    if let Some(more) = operation["description"].as_str() {
        let _ = write!(html, "<p>{}</p>", marked(more));
    }
    let schemes = operation["security"].as_array().into_iter().flatten();
    for scheme in schemes
        .filter_map(Value::as_object)
        .flat_map(|one| one.keys())
    {
        let about = &described["components"]["securitySchemes"][scheme]["description"];
        let _ = write!(html, "<p class=\"soft\">{}</p>", words(about));
    }
    let given = operation["parameters"].as_array().into_iter().flatten();
    let rows: String = given
        .map(|given| {
            let place = format!("{}, {}", kind(&given["schema"]), words(&given["in"]));
            row(
                &given["name"],
                given["required"] == true,
                &place,
                &given["description"],
            )
        })
        .collect();
    html.push_str(&table("Parameters", &rows));
    let asked = &operation["requestBody"]["content"]["application/json"]["schema"];
    html.push_str(&table("Body", &fields(described, asked)));
    let answers = operation["responses"].as_object().into_iter().flatten();
    let mut rows = String::new();
    for (status, answer) in answers {
        let schema = &answer["content"]["application/json"]["schema"];
        let _ = write!(
            rows,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>",
            escaped(status),
            kind(schema),
            words(&answer["description"]),
        );
        if status.starts_with('2') {
            rows.push_str(&fields(described, schema));
        }
    }
    html.push_str(&table("Answers", &rows));
    html.push_str("</details>");
    html
}

fn table(title: &str, rows: &str) -> String {
    match rows {
        "" => String::new(),
        rows => format!("<h3>{title}</h3><div class=\"wide\"><table>{rows}</table></div>"),
    }
}

/// The fields of what a schema names, a row each.
fn fields(described: &Value, schema: &Value) -> String {
    let resolved = match schema["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix('#'))
    {
        Some(pointer) => described.pointer(pointer).unwrap_or(schema),
        None => schema,
    };
    let required = resolved["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let all = resolved["properties"].as_object().into_iter().flatten();
    all.map(|(name, field)| {
        let name_value = Value::from(name.as_str());
        row(
            &name_value,
            is_required(name),
            &kind(field),
            &field["description"],
        )
    })
    .collect()
}

fn row(name: &Value, required: bool, kind: &str, about: &Value) -> String {
    let star = if required { " <em>required</em>" } else { "" };
    format!(
        "<tr><th scope=\"row\"><code>{}</code>{star}</th><td>{kind}</td><td>{}</td></tr>",
        words(name),
        words(about),
    )
}

/// What a schema is, in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return escaped(name.rsplit('/').next().unwrap_or_default());
    }
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    if let Some(choices) = choices {
        let kinds: Vec<_> = choices
            .iter()
            .map(kind)
            .filter(|one| !one.is_empty())
            .collect();
        return kinds.join(" or ");
    }
    if let Some(all) = schema["enum"].as_array() {
        return all.iter().map(words).collect::<Vec<_>>().join(", ");
    }
    match &schema["type"] {
        Value::String(one) if one == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(one) if one == "null" => String::new(),
        Value::String(one) => escaped(one),
        Value::Array(several) => {
            let named = several.iter().filter(|one| *one != "null");
            named.map(words).collect::<Vec<_>>().join(" or ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

/// A text of the description, safe, what stands in backticks as code.
fn words(text: &Value) -> String {
    marked(text.as_str().unwrap_or_default())
}

fn marked(text: &str) -> String {
    let parts = text
        .split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => escaped(part),
            _ => format!("<code>{}</code>", escaped(part)),
        });
    parts.collect()
}
