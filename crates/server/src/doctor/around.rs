//! What is around the centre: its address, the public one, the clock, the mail server, systemd.

use super::{Finding, PATIENCE};
use crate::{mail::Mail, public_url::PublicUrl, push::Push};
use anyhow::{Context as _, Result, bail};
use dealbell_amocrm::Network;
use reqwest::{Response, StatusCode, header::DATE};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    process::Stdio,
};
use tokio::{
    net::{TcpListener, TcpStream},
    process::Command,
};
use url::Url;

/// How far the clock may be off, seconds: due notices come five minutes before a deadline.
const OFF: i64 = 30;

/// Where a server that listens on `listen` is reached from here.
fn reached(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Asks the server that should listen there how it is.
///
/// # Errors
/// In its own words, where it is not well.
pub(super) async fn live(listen: SocketAddr) -> Result<()> {
    let url = Url::parse(&format!("http://{}/healthz", reached(listen)))?;
    let answer = ask(&url).await?;
    if answer.status() != StatusCode::OK {
        bail!("{}", answer.text().await?);
    }
    Ok(())
}

async fn ask(url: &Url) -> Result<Response> {
    let client = Network::default()
        .http_client_builder(url)?
        .timeout(PATIENCE)
        .build()?;
    let asked = client.get(url.clone()).send().await;
    asked.with_context(|| format!("{url} does not answer"))
}

pub(super) async fn listening(listen: SocketAddr) -> Finding {
    const PART: &str = "server";
    let connected = TcpStream::connect(reached(listen)).await.is_ok();
    if connected {
        return match live(listen).await {
            Ok(()) => Finding::ok(PART, format!("it serves {listen} and is well")),
            Err(error) => Finding::wrong(
                PART,
                format!("{listen}: {error:#}"),
                "if another program listens there, choose another --listen",
            ),
        };
    }
    match TcpListener::bind(listen).await {
        Ok(_) => Finding::attention(
            PART,
            format!("nobody serves {listen}"),
            "start it: systemctl start dealbell-centre",
        ),
        Err(error) => Finding::wrong(
            PART,
            format!("{listen} cannot be listened on: {error}"),
            "choose another --listen",
        ),
    }
}

/// Whether the public address leads here; and by its answer, whether our clock is right.
pub(super) async fn public(address: Option<&PublicUrl>) -> (Finding, Finding) {
    const PART: &str = "public address";
    let Some(address) = address else {
        let todo = "give --public-url, under which webhooks, sign-ins and letters' links work";
        let finding = Finding::attention(PART, "there is none", todo);
        return (finding, clock(None));
    };
    let mut url = address.base().clone();
    let path = format!("{}/healthz", url.path().trim_end_matches('/'));
    url.set_path(&path);
    match ask(&url).await {
        Ok(answer) => {
            let date = answer
                .headers()
                .get(DATE)
                .and_then(|date| date.to_str().ok());
            let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
            let clock = clock(date.map(|date| date.timestamp().as_second()));
            let status = answer.status();
            // What answers in our place knows nothing of ok.
            let body = answer.text().await.unwrap_or_default();
            let ours = serde_json::from_str::<serde_json::Value>(&body)
                .is_ok_and(|body| body["ok"].is_boolean());
            let finding = match (ours, status) {
                (true, StatusCode::OK) => Finding::ok(PART, format!("{url} reaches a centre")),
                (true, _) => Finding::wrong(PART, format!("{url} says {body}"), ""),
                (false, _) => Finding::wrong(
                    PART,
                    format!("{url} is answered by something else ({status})"),
                    "let the reverse proxy pass everything below it to the centre",
                ),
            };
            (finding, clock)
        }
        Err(error) => {
            let todo = "from outside it may work all the same; look at DNS, the reverse proxy and the \
                        firewall";
            (
                Finding::attention(PART, format!("{error:#}"), todo),
                clock(None),
            )
        }
    }
}

/// By what another machine says, else by whether anybody sets it.
fn clock(theirs: Option<i64>) -> Finding {
    const PART: &str = "clock";
    const TODO: &str = "have it set by the network: timedatectl set-ntp true";
    if let Some(theirs) = theirs {
        let off = jiff::Timestamp::now().as_second() - theirs;
        return if off.abs() > OFF {
            Finding::wrong(PART, format!("it is {off} seconds off"), TODO)
        } else {
            Finding::ok(PART, "it agrees with the public address's")
        };
    }
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Finding::ok(PART, "it is set by the network");
    }
    Finding::attention(PART, "nobody here says whether it is right", TODO)
}

/// Whether the mail server can be reached; `mail test` tries the rest.
pub(super) async fn mail(mail: &Mail) -> Finding {
    const PART: &str = "mail";
    match mail.post() {
        Err(error) => return Finding::wrong(PART, format!("{error:#}"), ""),
        Ok(None) => {
            let todo = "give --smtp and --mail-from if there shall be letters";
            return Finding::attention(PART, "no letters are sent", todo);
        }
        Ok(Some(_)) => {}
    }
    let Some((host, port)) = mail.server() else {
        return Finding::ok(PART, "it is set up");
    };
    let todo = "look at the address and the firewall";
    match tokio::time::timeout(PATIENCE, TcpStream::connect((host.as_str(), port))).await {
        Ok(Ok(_)) => Finding::ok(
            PART,
            format!("{host}:{port} is reached; `dealbell-centre mail test` sends a letter"),
        ),
        Ok(Err(error)) => Finding::wrong(PART, format!("{host}:{port}: {error}"), todo),
        Err(_) => Finding::wrong(PART, format!("{host}:{port} does not answer"), todo),
    }
}

/// Whether browsers and phones are pushed to.
pub(super) fn push(push: &Push, address: Option<&PublicUrl>) -> Finding {
    const PART: &str = "push";
    if !push.is_on(address) {
        let todo = "give --public-url if browsers and phones shall be pushed to";
        return Finding::attention(PART, "nobody is pushed to", todo);
    }
    match push.contact(address) {
        Err(error) => Finding::wrong(PART, format!("{error:#}"), ""),
        Ok(_) if push.allows_private() => Finding::attention(
            PART,
            "push services of the own network are taken",
            "leave --push-allow-private out where there is none",
        ),
        Ok(_) => Finding::ok(PART, "browsers and phones are pushed to"),
    }
}

/// What systemd says of the service, where there is a systemd.
pub(super) async fn systemd() -> Option<Finding> {
    const PART: &str = "systemd";
    const UNIT: &str = "dealbell-centre.service";
    if !Path::new("/run/systemd/system").is_dir() {
        return None;
    }
    let told = Command::new("systemctl")
        .args([
            "show",
            "--property=LoadState,ActiveState,UnitFileState",
            UNIT,
        ])
        .stdin(Stdio::null())
        .output()
        .await
        .ok()?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let is = |line: &str| told.lines().any(|told| told == line);
    Some(if !is("LoadState=loaded") {
        let todo = "install the package, or start it by your own means";
        Finding::attention(PART, format!("{UNIT} is not installed"), todo)
    } else if !is("ActiveState=active") {
        let todo = format!("systemctl status {UNIT} says why");
        Finding::wrong(PART, format!("{UNIT} does not run"), todo)
    } else if !is("UnitFileState=enabled") {
        let todo = format!("systemctl enable {UNIT}");
        Finding::attention(PART, format!("{UNIT} will not start by itself"), todo)
    } else {
        Finding::ok(PART, format!("{UNIT} runs and starts by itself"))
    })
}
