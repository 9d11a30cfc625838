//! Newer versions of Dealbell: found, told, fetched and put in place; only what our own key has signed.
//!
//! The key and the address come with the build (`cargo xtask package`). Without them, and where the
//! system's packages brought Dealbell, it never replaces itself: it says where a newer one comes from.

use dealbell_inbox::{Network, NetworkError};
use dealbell_protocol::Millis;
use dealbell_protocol::window::{ProxyChoice, Update, UpdateStep, WindowErrorCode};
use std::path::PathBuf;
use std::time::Duration;
use tauri::utils::config::BundleType;
use tauri::utils::platform::bundle_type;
use tauri::{AppHandle, Runtime};
use tauri_plugin_updater::{Error, UpdaterExt};
use url::Url;

/// A server that does not answer within this has none.
const PATIENCE: Duration = Duration::from_secs(30);
/// A download that takes longer hangs.
const DOWNLOAD: Duration = Duration::from_secs(60 * 60);
/// How often we look by ourselves, milliseconds.
const DAY: Millis = 24 * 60 * 60 * 1_000;
/// Not while everything else starts.
pub(crate) const AFTER_START: Duration = Duration::from_secs(5 * 60);
/// Notes are for reading in a small window; what is longer is cut, characters.
const NOTES: usize = 4_000;

/// Why there is no newer version to be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpdateError {
    /// This build knows no address or no key.
    #[error("this build looks for no updates: they come from where Dealbell was installed")]
    NoSource,
    /// The server, the network or the proxy.
    #[error("the update's server: {0}")]
    Unreachable(Error),
    /// What the server says makes no sense, or has nothing for this system.
    #[error("the update's description: {0}")]
    Unusable(Error),
    /// It is not signed by us, or was signed as another version.
    #[error("the update is not signed by us: {0}")]
    NotOurs(Error),
    /// The way to the network, as chosen.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The new one could not be put in the old one's place.
    #[error("the update could not be put in place: {0}")]
    Install(Error),
    /// What was to put it there ended midway.
    #[error("the update was not put in place to its end")]
    Interrupted,
    /// The system's packages bring it; we do not try.
    #[error("the system's packages bring new versions")]
    BySystem,
}

impl UpdateError {
    /// How the window words it.
    pub(crate) fn code(&self) -> WindowErrorCode {
        match self {
            Self::NoSource | Self::BySystem => WindowErrorCode::Unavailable,
            Self::Unreachable(_) => WindowErrorCode::Offline,
            Self::Network(NetworkError::Proxy) => WindowErrorCode::ProxyWrong,
            Self::Network(NetworkError::CaUnreadable(_) | NetworkError::CaEmpty) => {
                WindowErrorCode::CaWrong
            }
            Self::Unusable(_) | Self::NotOurs(_) | Self::Install(_) | Self::Interrupted => {
                WindowErrorCode::UpdateFailed
            }
        }
    }
}

/// Who brings a newer version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bringer {
    /// We ourselves: installer, disk image, AppImage.
    Dealbell,
    /// apt, dnf and their like, or whoever built this program.
    System,
}

impl Bringer {
    /// As this program was packed.
    pub(crate) fn of_this_program() -> Self {
        Self::of(bundle_type())
    }

    fn of(packed: Option<BundleType>) -> Self {
        match packed {
            Some(
                BundleType::AppImage
                | BundleType::Nsis
                | BundleType::Msi
                | BundleType::App
                | BundleType::Dmg,
            ) => Self::Dealbell,
            Some(BundleType::Deb | BundleType::Rpm) | None => Self::System,
        }
    }
}

/// When to look next by ourselves: once a day, and not at once after the start. A last look in the
/// future was dated by a wrong clock.
pub(crate) fn next_look(last: Option<Millis>, now: Millis) -> Millis {
    let soon = now + Millis::try_from(AFTER_START.as_millis()).unwrap_or(DAY);
    match last {
        Some(last) if last <= now => soon.max(last + DAY),
        Some(_) | None => soon,
    }
}

/// Whether this build knows where to look.
pub(crate) fn has_source<R: Runtime>(app: &AppHandle<R>) -> bool {
    !matches!(app.updater_builder().build(), Err(Error::EmptyEndpoints))
}

/// A newer version that was found.
pub(crate) struct Found {
    update: tauri_plugin_updater::Update,
    bringer: Bringer,
}

/// A newer version that was fetched and is signed by us.
pub(crate) struct Package(Vec<u8>);

/// Asks the server of this build for a newer version, by the user's way to the network.
///
/// # Errors
/// [`UpdateError::NoSource`] where the build has none; otherwise what went wrong on the way.
pub(crate) async fn look<R: Runtime>(
    app: &AppHandle<R>,
    network: &Network,
    bringer: Bringer,
) -> Result<Option<Found>, UpdateError> {
    let mut builder = app.updater_builder().timeout(PATIENCE);
    match &network.proxy {
        ProxyChoice::System => {}
        ProxyChoice::Direct => builder = builder.no_proxy(),
        ProxyChoice::Through { url } => {
            let url = Url::parse(url).map_err(|error| UpdateError::Unreachable(error.into()))?;
            builder = builder.proxy(url);
        }
    }
    let own = network.certificates()?;
    if !own.is_empty() {
        builder = builder.configure_client(move |client| client.tls_certs_merge(own.clone()));
    }
    let updater = builder.build().map_err(|error| match error {
        Error::EmptyEndpoints => UpdateError::NoSource,
        other => UpdateError::Unusable(other),
    })?;
    let found = updater.check().await.map_err(sort)?;
    Ok(found.map(|mut update| {
        update.timeout = Some(DOWNLOAD);
        Found { update, bringer }
    }))
}

impl Found {
    /// For the window, which shows it before anything is fetched.
    pub(crate) fn view(&self) -> Update {
        let step = match self.bringer {
            Bringer::Dealbell => UpdateStep::Found,
            Bringer::System => UpdateStep::BySystem,
        };
        let notes = self.update.body.as_deref().unwrap_or_default();
        Update {
            version: self.update.version.clone(),
            notes: notes.chars().take(NOTES).collect(),
            step,
        }
    }

    /// Fetches it, telling how far it is, per cent; none where the server does not say its size.
    ///
    /// # Errors
    /// Where it cannot be had, or is not signed by us: then nothing of it is kept.
    pub(crate) async fn fetch(
        &self,
        mut progress: impl FnMut(Option<u8>) + Send,
    ) -> Result<Package, UpdateError> {
        if self.bringer == Bringer::System {
            return Err(UpdateError::BySystem);
        }
        let mut done: u64 = 0;
        let mut told = None;
        let chunk = |length: usize, whole: Option<u64>| {
            done += length as u64;
            let percent = whole.map(|whole| percent(done, whole));
            if told != Some(percent) {
                told = Some(percent);
                progress(percent);
            }
        };
        let bytes = self.update.download(chunk, || ()).await.map_err(sort)?;
        Ok(Package(bytes))
    }

    /// Puts it in our place. On Windows the installer takes over and this process ends; elsewhere
    /// Dealbell has to be started anew.
    ///
    /// # Errors
    /// Where the system does not let us; the old one stays.
    pub(crate) fn install(&self, package: &Package) -> Result<(), UpdateError> {
        self.update
            .install(&package.0)
            .map_err(UpdateError::Install)
    }
}

fn percent(done: u64, whole: u64) -> u8 {
    let percent = done.saturating_mul(100) / whole.max(1);
    u8::try_from(percent.min(100)).unwrap_or(100)
}

/// Who is to blame: the way, the description, or whoever signed it.
fn sort(error: Error) -> UpdateError {
    match error {
        Error::Reqwest(ref cause) if cause.is_decode() => UpdateError::Unusable(error),
        Error::Reqwest(_) | Error::Network(_) | Error::ReleaseNotFound => {
            UpdateError::Unreachable(error)
        }
        Error::Minisign(_)
        | Error::Base64(_)
        | Error::SignatureUtf8(_)
        | Error::SignedVersionMismatch { .. }
        | Error::MissingSignedVersion => UpdateError::NotOurs(error),
        other => UpdateError::Unusable(other),
    }
}

/// What became of the file this program was started from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only Linux lets a running file be replaced")
)]
pub(crate) enum OwnFile {
    /// It is there.
    Same,
    /// An upgrade put another in its place: a restart brings the new version.
    Replaced(PathBuf),
    /// It is gone: Dealbell was uninstalled.
    Gone,
}

/// Looks at the file this program was started from. Other systems let nobody replace a running one.
pub(crate) fn own_file() -> OwnFile {
    #[cfg(target_os = "linux")]
    {
        replaced::look("/proc/self/exe".as_ref())
    }
    #[cfg(not(target_os = "linux"))]
    {
        OwnFile::Same
    }
}

#[cfg(target_os = "linux")]
mod replaced {
    use super::OwnFile;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    /// What the kernel adds to the name of a file that is gone.
    const MARK: &[u8] = b" (deleted)";

    pub(super) fn look(link: &Path) -> OwnFile {
        let (Ok(target), Ok(running)) = (link.read_link(), link.metadata()) else {
            return OwnFile::Same;
        };
        let name = target.as_os_str().as_bytes();
        let path = PathBuf::from(OsStr::from_bytes(name.strip_suffix(MARK).unwrap_or(name)));
        match path.metadata() {
            Ok(there) if (there.dev(), there.ino()) == (running.dev(), running.ino()) => {
                OwnFile::Same
            }
            Ok(_) => OwnFile::Replaced(path),
            Err(_) => OwnFile::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use minisign::KeyPair;
    use serde_json::json;
    use std::io::Cursor;
    use std::sync::{Arc, Mutex};
    use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};

    const CONTENT: &[u8] = b"the new Dealbell";

    /// A server of releases with a key of its own.
    struct Release {
        key: KeyPair,
        signature: String,
        version: String,
        content: Vec<u8>,
    }

    impl Release {
        fn of(version: &str) -> Self {
            let key = KeyPair::generate_unencrypted_keypair().unwrap();
            let signature = sign(&key, CONTENT, version);
            Self {
                key,
                signature,
                version: version.to_owned(),
                content: CONTENT.to_vec(),
            }
        }

        /// Serves it; an app of version 0.1.0 that trusts its key.
        async fn served(&self) -> tauri::App<MockRuntime> {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            let system = ["linux", "windows", "darwin"];
            let processor = ["x86_64", "aarch64"];
            let file = json!({ "url": format!("{base}/file"), "signature": self.signature });
            let platforms: serde_json::Map<_, _> = system
                .iter()
                .flat_map(|system| processor.map(|processor| format!("{system}-{processor}")))
                .map(|name| (name, file.clone()))
                .collect();
            let latest = json!({
                "version": self.version,
                "notes": "Тише по ночам",
                "platforms": platforms,
            })
            .to_string();
            let content = self.content.clone();
            let router = Router::new()
                .route("/latest.json", get(async move || latest))
                .route("/file", get(async move || content));
            tokio::spawn(async move { axum::serve(listener, router).await });
            let public = BASE64_STANDARD.encode(self.key.pk.to_box().unwrap().to_string());
            app(&public, &[format!("{base}/latest.json")])
        }
    }

    /// As Tauri's command signs: in base64, and the version within what is signed.
    fn sign(key: &KeyPair, content: &[u8], version: &str) -> String {
        let comment = format!("timestamp:1\tfile:dealbell\tversion:{version}");
        let signature = minisign::sign(
            Some(&key.pk),
            &key.sk,
            Cursor::new(content),
            Some(&comment),
            Some("signature"),
        );
        BASE64_STANDARD.encode(signature.unwrap().to_string())
    }

    fn app(key: &str, endpoints: &[String]) -> tauri::App<MockRuntime> {
        let mut context = mock_context(noop_assets());
        context.package_info_mut().version = "0.1.0".parse().unwrap();
        let own: serde_json::Value =
            serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        let mut config = own["plugins"]["updater"].clone();
        if !key.is_empty() {
            config["pubkey"] = json!(key);
            config["endpoints"] = json!(endpoints);
        }
        let plugins = &mut context.config_mut().plugins.0;
        plugins.insert("updater".to_owned(), config);
        mock_builder()
            .plugin(tauri_plugin_updater::Builder::new().build())
            .build(context)
            .unwrap()
    }

    fn direct() -> Network {
        Network {
            proxy: ProxyChoice::Direct,
            ca_file: None,
        }
    }

    async fn found(release: &Release, bringer: Bringer) -> Option<Found> {
        let app = release.served().await;
        look(app.handle(), &direct(), bringer).await.unwrap()
    }

    #[tokio::test]
    async fn a_newer_version_is_found_with_its_notes_and_fetched_with_progress() {
        let found = found(&Release::of("0.2.0"), Bringer::Dealbell).await;
        let found = found.unwrap();
        let view = found.view();
        assert_eq!(
            (view.version.as_str(), view.step),
            ("0.2.0", UpdateStep::Found)
        );
        assert_eq!(view.notes, "Тише по ночам");
        let told = Arc::new(Mutex::new(Vec::new()));
        let seen = told.clone();
        let package = found.fetch(move |percent| seen.lock().unwrap().push(percent));
        assert_eq!(package.await.unwrap().0, CONTENT);
        assert_eq!(told.lock().unwrap().last(), Some(&Some(100)));
    }

    #[tokio::test]
    async fn the_same_and_an_older_version_are_none() {
        for version in ["0.1.0", "0.0.9"] {
            let found = found(&Release::of(version), Bringer::Dealbell).await;
            assert!(found.is_none(), "{version}");
        }
    }

    /// Another's key, other bytes, and an old release that is announced as a new one.
    #[tokio::test]
    async fn what_is_not_signed_by_us_as_this_version_is_refused() {
        let mut forged = Release::of("0.2.0");
        let another = KeyPair::generate_unencrypted_keypair().unwrap();
        forged.signature = sign(&another, CONTENT, "0.2.0");
        let mut changed = Release::of("0.2.0");
        changed.content = b"something else".to_vec();
        let mut old = Release::of("0.2.0");
        old.signature = sign(&old.key, CONTENT, "0.0.9");
        for release in [forged, changed, old] {
            let found = found(&release, Bringer::Dealbell).await.unwrap();
            let error = found.fetch(|_| ()).await.err().unwrap();
            assert!(matches!(error, UpdateError::NotOurs(_)), "{error}");
            assert_eq!(error.code(), WindowErrorCode::UpdateFailed);
        }
    }

    #[tokio::test]
    async fn where_the_system_brings_new_versions_nothing_is_fetched() {
        let found = found(&Release::of("0.2.0"), Bringer::System).await.unwrap();
        assert_eq!(found.view().step, UpdateStep::BySystem);
        let error = found.fetch(|_| ()).await.err().unwrap();
        assert!(matches!(error, UpdateError::BySystem), "{error}");
        assert_eq!(Bringer::of(Some(BundleType::Deb)), Bringer::System);
        assert_eq!(Bringer::of(Some(BundleType::AppImage)), Bringer::Dealbell);
        assert_eq!(Bringer::of_this_program(), Bringer::System, "built by hand");
    }

    #[tokio::test]
    async fn a_build_without_an_address_says_so_and_an_absent_server_is_no_answer() {
        let handle = app("", &[]);
        assert!(!has_source(handle.handle()));
        let error = look(handle.handle(), &direct(), Bringer::Dealbell)
            .await
            .err();
        assert!(matches!(error, Some(UpdateError::NoSource)));

        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = closed.local_addr().unwrap();
        drop(closed);
        let handle = app("key", &[format!("http://{address}/latest.json")]);
        let error = look(handle.handle(), &direct(), Bringer::Dealbell)
            .await
            .err();
        assert_eq!(error.unwrap().code(), WindowErrorCode::Offline);
    }

    #[tokio::test]
    async fn a_file_without_certificates_is_told_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "nothing").unwrap();
        let network = Network {
            ca_file: Some(file),
            ..direct()
        };
        let app = Release::of("0.2.0").served().await;
        let error = look(app.handle(), &network, Bringer::Dealbell).await.err();
        assert_eq!(error.unwrap().code(), WindowErrorCode::CaWrong);
    }

    #[test]
    fn we_look_once_a_day_and_not_while_starting() {
        let (now, minute) = (1_000 * DAY, 60 * 1_000);
        assert_eq!(next_look(None, now), now + 5 * minute);
        let hour_ago = now - 60 * minute;
        assert_eq!(next_look(Some(hour_ago), now), hour_ago + DAY);
        let long_ago = now - 9 * DAY;
        assert_eq!(next_look(Some(long_ago), now), now + 5 * minute);
        let clock_was_wrong = now + 9 * DAY;
        assert_eq!(next_look(Some(clock_was_wrong), now), now + 5 * minute);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_upgrade_over_the_running_program_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("dealbell");
        std::fs::copy("/bin/sleep", &program).unwrap();
        let mut running = std::process::Command::new(&program)
            .arg("600")
            .spawn()
            .unwrap();
        let link = PathBuf::from(format!("/proc/{}/exe", running.id()));
        assert_eq!(replaced::look(&link), OwnFile::Same);
        std::fs::copy("/bin/sleep", folder.path().join("new")).unwrap();
        std::fs::rename(folder.path().join("new"), &program).unwrap();
        assert_eq!(replaced::look(&link), OwnFile::Replaced(program.clone()));
        std::fs::remove_file(&program).unwrap();
        assert_eq!(replaced::look(&link), OwnFile::Gone);
        running.kill().unwrap();
        running.wait().unwrap();
    }
}
