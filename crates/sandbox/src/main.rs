//! `dealbell-sandbox`: serves a stand-in amoCRM account from the command line.

use std::io::{self, IsTerminal, Read, Write};
use std::net::SocketAddr;
use std::thread;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use dealbell_sandbox::{ACCOUNT_NAME, Config, Integration, SUBDOMAIN, Sandbox};
use serde::Serialize;
#[cfg(unix)]
use tokio::signal::unix;
#[cfg(windows)]
use tokio::signal::windows;
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// A stand-in amoCRM account over HTTP, with a busy sales floor.
#[derive(Debug, Parser)]
#[command(version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until Ctrl-C; the last line of standard output is a JSON object with url and users.
    Serve(Serve),
}

#[derive(Debug, Args)]
struct Serve {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:7790")]
    listen: SocketAddr,
    /// Let a busy department set, move, complete and delete tasks, decided by this seed.
    #[arg(long, value_name = "SEED")]
    sales_floor: Option<u64>,
    /// The first user's token; the others get T-2, T-3 and so on. Random ones without it.
    #[arg(long, value_name = "T")]
    token: Option<String>,
    /// How many people work there, 1 to 60; the first is the administrator.
    #[arg(long, value_name = "NUMBER", default_value_t = Config::default().staff)]
    staff: usize,
    /// The id of the integration that people can grant access to.
    #[arg(long, value_name = "ID", default_value_t = Integration::default().id)]
    integration: String,
    /// Its secret key.
    #[arg(long, value_name = "SECRET", default_value_t = Integration::default().secret)]
    secret: String,
    /// Where people come back to after their consent.
    #[arg(long, value_name = "URL", default_value_t = Integration::default().redirect_uri)]
    redirect_uri: String,
    /// End when standard input does, so that nothing is left behind by a parent that died.
    #[arg(long)]
    until_stdin_closes: bool,
}

/// The last line of standard output.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    integrations: Vec<ReadyIntegration<'a>>,
    account: &'a str,
    users: Vec<ReadyUser<'a>>,
}

#[derive(Serialize)]
struct ReadyIntegration<'a> {
    id: &'a str,
    secret: &'a str,
    redirect_uri: &'a str,
}

#[derive(Serialize)]
struct ReadyUser<'a> {
    id: u64,
    name: &'a str,
    email: &'a str,
    token: &'a str,
    is_admin: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    let Command::Serve(serve) = CommandLine::parse().command;

    // First of all, so that no signal finds the default behaviour.
    let asked_to_end = asked_to_end(serve.until_stdin_closes)?;
    let sandbox = Sandbox::start(Config {
        listen: serve.listen,
        sales_floor: serve.sales_floor,
        token: serve.token,
        staff: serve.staff,
        integrations: vec![Integration {
            id: serve.integration,
            secret: serve.secret,
            redirect_uri: serve.redirect_uri,
        }],
        ..Config::default()
    })
    .await?;
    introduce(&sandbox).context("cannot write to standard output")?;

    asked_to_end.await;
    sandbox.stop().await;
    Ok(())
}

/// A table for people on standard error, and the line for programs on standard output.
fn introduce(sandbox: &Sandbox) -> Result<()> {
    let mut table = io::stderr().lock();
    writeln!(table, "{ACCOUNT_NAME} ({SUBDOMAIN}) – {}", sandbox.url())?;
    for user in sandbox.users() {
        let role = if user.is_admin {
            "администратор"
        } else {
            "менеджер"
        };
        writeln!(
            table,
            "  {}  {:<19} {:<14} {:<40} {}",
            user.id, user.name, role, user.email, user.token
        )?;
    }
    let ready = Ready {
        url: sandbox.url(),
        integrations: sandbox
            .integrations()
            .iter()
            .map(|one| ReadyIntegration {
                id: &one.id,
                secret: &one.secret,
                redirect_uri: &one.redirect_uri,
            })
            .collect(),
        account: SUBDOMAIN,
        users: sandbox
            .users()
            .iter()
            .map(|user| ReadyUser {
                id: user.id,
                name: &user.name,
                email: &user.email,
                token: &user.token,
                is_admin: user.is_admin,
            })
            .collect(),
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(&ready)?)?;
    out.flush()?;
    Ok(())
}

/// Ends with Ctrl-C, SIGTERM or, if asked for, the end of standard input. It listens from now on,
/// not from when it is awaited.
fn asked_to_end(until_stdin_closes: bool) -> Result<impl Future<Output = ()>> {
    let stdin = until_stdin_closes.then(stdin_closed);
    let (mut interrupt, mut terminate) = signals().context("cannot listen for signals")?;
    Ok(async move {
        let stdin = async {
            match stdin {
                // A sender that is gone has ended like the input it watched.
                Some(closed) => drop(closed.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stdin => {}
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(unix)]
fn signals() -> io::Result<(unix::Signal, unix::Signal)> {
    use unix::{SignalKind, signal};
    Ok((
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ))
}

#[cfg(windows)]
fn signals() -> io::Result<(windows::CtrlC, windows::CtrlBreak)> {
    Ok((windows::ctrl_c()?, windows::ctrl_break()?))
}

/// Resolves at the end of standard input. A thread of its own reads it: tokio's would keep the
/// runtime from ending while a read is pending.
fn stdin_closed() -> oneshot::Receiver<()> {
    let (tell, closed) = oneshot::channel();
    thread::spawn(move || {
        let mut buffer = [0; 256];
        while matches!(io::stdin().read(&mut buffer), Ok(read) if read > 0) {}
        let _ = tell.send(());
    });
    closed
}
