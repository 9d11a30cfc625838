//! A push through the program itself, read by libraries that have never heard of us: `http-ece`
//! decrypts it, `py-vapid` verifies who sent it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::{Value, json};
use std::process::Command;
use support::{ANNA, Serving, said};
use tempfile::TempDir;

/// A browser with a push service of its own: subscribes, asks for a test, is told something, and
/// prints what came as JSON.
const BROWSER: &str = r#"
import base64, http_ece, json, os, queue, sys, threading, urllib.request
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from http.server import BaseHTTPRequestHandler, HTTPServer
from py_vapid import Vapid02

centre, token, key = sys.argv[1:]
came = queue.Queue()

class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        came.put((self.path, dict(self.headers), self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(201)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass

service = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{service.server_port}/upABC?up=1"

def ask(method, path, bearer, body):
    request = urllib.request.Request(centre + path, method=method, data=json.dumps(body).encode(),
        headers={"authorization": "Bearer " + bearer, "content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)

def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

private, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
public = private.public_key().public_bytes(
    serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
row = ask("POST", "/v1/push-subscriptions", token, {"endpoint": endpoint, "channel": "mobile",
    "keys": {"p256dh": encoded(public), "auth": encoded(auth)}, "name": "ntfy"})

def read():
    path, headers, body = came.get(timeout=60)
    headers = {name.lower(): value for name, value in headers.items()}
    authorization = headers["authorization"]
    believed = Vapid02.verify(authorization)
    parts = dict(part.split("=", 1) for part in authorization.split(" ", 1)[1].split(","))
    claims = json.loads(decoded(parts["t"].split(".")[1]))
    message = http_ece.decrypt(body, private_key=private, auth_secret=auth, version="aes128gcm")
    return {"path": path, "believed": believed, "key": parts["k"], "claims": claims,
        "encoding": headers["content-encoding"], "ttl": headers["ttl"],
        "urgency": headers["urgency"], "topic": headers["topic"],
        "message": json.loads(message), "bytes": len(body)}

ask("POST", f"/v1/push-subscriptions/{row['id']}/test", token, {})
test = read()
ask("POST", "/v1/notifications", key, {"users": ["anna@firm.ru"], "title": "Оплата", "text": "я" * 4000,
    "subject": "deal:7", "priority": "high"})
print(json.dumps({"origin": f"http://127.0.0.1:{service.server_port}", "test": test, "told": read()}))
"#;

#[test]
fn a_foreign_library_reads_a_push_and_another_believes_who_sent_it() {
    let python = std::env::var("DEALBELL_JUDGES")
        .expect("DEALBELL_JUDGES names no Python with http-ece: run `cargo xtask test`");
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", ANNA]);
    let token = said(folder.path(), &["device", "add", ANNA]);
    let key = said(folder.path(), &["integration", "add", "Касса"]);
    let more = [
        "--push",
        "on",
        "--push-allow-private",
        "--push-subject",
        "mailto:it@firm.ru",
    ];
    let serving = Serving::start_with(folder.path(), "127.0.0.1:0", &more);
    let output = Command::new(python)
        .args(["-c", BROWSER, &serving.url, &token, &key])
        .env("PYTHONUTF8", "1")
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    let came: Value = serde_json::from_slice(&output.stdout).unwrap();
    let now = jiff::Timestamp::now().as_second();
    for push in [&came["test"], &came["told"]] {
        assert_eq!(push["believed"], json!(true));
        assert_eq!(push["path"], json!("/upABC?up=1"));
        assert_eq!(push["claims"]["aud"], came["origin"]);
        assert_eq!(push["claims"]["sub"], json!("mailto:it@firm.ru"));
        let holds = push["claims"]["exp"].as_i64().unwrap() - now;
        assert!((1..=24 * 3_600).contains(&holds), "{holds}");
        assert_eq!(push["encoding"], json!("aes128gcm"));
        assert_eq!(push["topic"].as_str().unwrap().len(), 32);
        assert!(push["bytes"].as_u64().unwrap() <= 4_096);
    }
    assert_eq!(came["test"]["message"]["type"], json!("test"));
    let told = &came["told"];
    assert_eq!(told["urgency"], json!("high"));
    // What is left of a day since it was told.
    let ttl: u32 = told["ttl"].as_str().unwrap().parse().unwrap();
    assert!((86_000..=86_400).contains(&ttl), "{ttl}");
    let message = &told["message"];
    assert_eq!(
        (&message["title"], &message["tag"]),
        (&json!("Оплата"), &json!("deal:7"))
    );
    assert!(message["text"].as_str().unwrap().ends_with('…'));
    // No address of a push service is in the log, nor what decrypts.
    let heard = serving.heard();
    assert!(!heard.contains("upABC"), "{heard}");
}
