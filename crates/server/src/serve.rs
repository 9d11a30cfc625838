//! `serve`: the centre and its connectors, until Ctrl-C or SIGTERM.

use crate::{
    command::Database,
    connectors::{self, Common},
    described,
    hooks::Hooks,
    join,
    keep::Keep,
    letter_links::{self, Links},
    mail::Mail,
    metrics::Metrics,
    public_url::PublicUrl,
    push::Push,
    sign_in, web,
};
use anyhow::{Context as _, Result};
use clap::Args;
use dealbell_centre::{Beside, Centre, Delivery, Pushing, ServeOptions};
use dealbell_letters::SmtpPost;
use dealbell_protocol::Channel;
use sd_notify::NotifyState;
use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::{net::TcpListener, sync::watch};
use url::Url;

/// What `serve` is told; its flags are the options of the whole program (see [`crate::config`]).
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port to listen on.
    #[arg(long, env = "DEALBELL_LISTEN", default_value = "127.0.0.1:7780")]
    pub(crate) listen: SocketAddr,
    /// Where the world reaches this centre, such as https://bell.example: webhooks of connected
    /// accounts are registered under it, calendars are subscribed to there.
    #[arg(long, env = "DEALBELL_PUBLIC_URL", value_parser = PublicUrl::parse)]
    pub(crate) public_url: Option<PublicUrl>,
    /// Where people get the desktop app: linked on the page of an invitation.
    #[arg(long, env = "DEALBELL_APP_URL")]
    app_url: Option<Url>,
    /// Address of a reverse proxy that is believed who asks through it (the last of
    /// `X-Forwarded-For`); several with commas. Nobody is believed otherwise.
    #[arg(
        long,
        env = "DEALBELL_TRUSTED_PROXY",
        value_delimiter = ',',
        value_name = "ADDR"
    )]
    trusted_proxy: Vec<IpAddr>,
    #[command(flatten)]
    pub(crate) database: Database,
    #[command(flatten)]
    metrics: Metrics,
    #[command(flatten)]
    pub(crate) mail: Mail,
    #[command(flatten)]
    pub(crate) push: Push,
    #[command(flatten)]
    keep: Keep,
}

/// Serves until told to stop.
///
/// # Errors
/// When the database cannot be opened, the address not be listened on, or the listener fails.
pub(crate) async fn run(line: Serve) -> Result<()> {
    let Serve {
        listen,
        public_url,
        app_url,
        trusted_proxy,
        database,
        metrics,
        mail,
        push,
        keep,
    } = line;
    let post = mail.post()?;
    let pushes = push.is_on(public_url.as_ref());
    let mut able = Vec::new();
    if post.is_some() {
        able.push(Channel::Email);
    }
    if pushes {
        able.extend([Channel::Mobile, Channel::Browser]);
    }
    let centre = database.open_delivering(&able).await?;
    if pushes {
        push.set_up(&centre, public_url.as_ref()).await?;
    }
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AddrInUse => ": another program listens there, choose another --listen",
            ErrorKind::PermissionDenied => ": not allowed, choose a port above 1023",
            _ => "",
        };
        anyhow::Error::from(error).context(format!("cannot listen on {listen}{hint}"))
    })?;
    let options = ServeOptions {
        public_url: public_url.as_ref().map(|url| url.base().to_string()),
        trusted_proxies: trusted_proxy,
        ..ServeOptions::default()
    };
    let (stop, stopped) = watch::channel(());
    let hooks = Arc::new(Hooks::default());
    let figures = metrics.serve(&centre, stopped.clone()).await?;
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    let base = match &public_url {
        Some(url) => url.base().clone(),
        None => Url::parse(&format!("http://{address}"))?,
    };
    let beside = hooks
        .router()
        .merge(sign_in::router(centre.clone()))
        .merge(join::router(centre.clone(), base, app_url))
        .merge(metrics.router(&centre))
        .merge(letter_links::router(centre.clone()))
        .merge(web::router());
    let beside = Beside {
        routes: beside,
        described: described::described(),
    };
    let letters = match post {
        Some(post) => {
            let delivery = delivery(post, public_url.clone(), &centre).await?;
            let (centre, mut stopped) = (centre.clone(), stopped.clone());
            Some(tokio::spawn(async move {
                // Nothing is ever sent: it ends when the sender is gone, which is the signal.
                let stop = async move { while stopped.changed().await.is_ok() {} };
                centre.deliver(delivery, stop).await;
            }))
        }
        None => None,
    };
    let pushing = pushes.then(|| {
        let (centre, mut stopped) = (centre.clone(), stopped.clone());
        tokio::spawn(async move {
            // Nothing is ever sent: it ends when the sender is gone, which is the signal.
            let stop = async move { while stopped.changed().await.is_ok() {} };
            centre.push(Pushing::default(), stop).await;
        })
    });
    let common = Common {
        centre: centre.clone(),
        hooks,
        public_url,
    };
    let connectors = tokio::spawn(connectors::run(common, stopped.clone()));
    let trimming = tokio::spawn(trim(centre.clone(), keep, stopped));
    eprintln!("listening on http://{address}");
    tell_systemd(NotifyState::Ready);
    let signal = asked_to_stop()?;
    let served = centre.serve_with(listener, options, beside, signal).await;
    drop(stop);
    // One that broke has said so in the log.
    let _ = connectors.await;
    let _ = trimming.await;
    if let Some(figures) = figures {
        // Whoever reads them now has waited long enough.
        figures.abort();
    }
    if let Some(letters) = letters {
        let _ = letters.await;
    }
    if let Some(pushing) = pushing {
        let _ = pushing.await;
    }
    Ok(served?)
}

/// By `post`, with links where the world reaches us.
async fn delivery(
    post: SmtpPost,
    public_url: Option<PublicUrl>,
    centre: &Centre,
) -> Result<Delivery> {
    let delivery = Delivery::new(Arc::new(post));
    let Some(public_url) = public_url else {
        tracing::warn!(
            "without --public-url letters have no link to all notifications, nor one that \
             switches them off"
        );
        return Ok(delivery);
    };
    let links = Links::new(public_url, centre).await?;
    Ok(Delivery {
        links: Arc::new(links),
        ..delivery
    })
}

async fn trim(centre: Centre, keep: Keep, mut stopped: watch::Receiver<()>) {
    let stopped = async move {
        // Nothing is ever sent: it fails when the sender is gone, which is the signal.
        let _ = stopped.changed().await;
    };
    centre.keep_trimmed(keep.retention(), stopped).await;
}

/// Says how it stands where systemd has started us and waits to hear it.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd does not hear us");
    }
}

/// Returns at Ctrl-C and, where there is such a thing, at SIGTERM.
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send> {
    #[cfg(unix)]
    let mut terminate = {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate()).context("cannot listen to SIGTERM")?
    };
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        tracing::info!("stopping");
        tell_systemd(NotifyState::Stopping);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_this_machine_reaches_a_centre_that_was_told_nothing() {
        let command = Serve::augment_args(clap::Command::new("serve"));
        let listen = command
            .get_arguments()
            .find(|option| option.get_id() == "listen");
        let usual = listen.expect("there is the option").get_default_values();
        let usual: SocketAddr = usual[0]
            .to_str()
            .expect("a text")
            .parse()
            .expect("an address");
        assert!(usual.ip().is_loopback());
    }
}
