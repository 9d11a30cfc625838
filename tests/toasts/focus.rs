//! The desktop's own do-not-disturb, told by each desktop's own programs.

use std::env::consts::ARCH;
use std::path::Path;

use dealbell_tests::{
    DesktopOptions, Environment, PATIENCE, PrivateBus, PrivateDesktop, Process, Recorder,
    RecorderOptions, eventually,
};
use dealbell_toasts::linux::Freedesktop;
use dealbell_toasts::{ToastBackend, ToastEvent, ToastEvents};

async fn next(events: &mut ToastEvents) -> Option<bool> {
    loop {
        let event = tokio::time::timeout(PATIENCE, events.recv()).await;
        match event.expect("an event comes").expect("the backend lives") {
            ToastEvent::Focus { quiet, sharing } => {
                assert_eq!(sharing, None, "no desktop tells");
                return quiet;
            }
            ToastEvent::DaemonBack | ToastEvent::DaemonGone => {}
            event => panic!("{event:?}"),
        }
    }
}

async fn probed(bus: &PrivateBus, variables: &[(&str, &str)]) -> (Freedesktop, ToastEvents) {
    let address = Some(bus.address().to_owned());
    let (backend, events) = Freedesktop::new("Dealbell", "dealbell", address);
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let backend = backend.in_environment(variables.iter().map(owned).collect());
    backend.probe().await.unwrap();
    (backend, events)
}

fn daemon_called(name: &str) -> RecorderOptions {
    RecorderOptions {
        daemon_name: name.to_owned(),
        ..Default::default()
    }
}

/// A program of the desktop, on this bus, at home in this folder.
fn start(program: &str, args: &[&str], bus: &PrivateBus, home: &Path) -> Process {
    Process::start(Path::new(program), args, &environment(bus, home)).unwrap()
}

fn environment(bus: &PrivateBus, home: &Path) -> Environment {
    let path = std::env::var_os("PATH").unwrap();
    [
        ("PATH", path),
        ("DBUS_SESSION_BUS_ADDRESS", bus.address().into()),
        ("HOME", home.into()),
        ("XDG_CONFIG_HOME", home.join("config").into()),
        ("XDG_CACHE_HOME", home.join("cache").into()),
        ("XDG_RUNTIME_DIR", home.into()),
    ]
    .map(|(name, value)| (name.into(), value))
    .into()
}

/// Waits until somebody has this name on the bus.
async fn owned(bus: &PrivateBus, name: &'static str) {
    let connection = bus.connect().await.unwrap();
    let names = zbus::fdo::DBusProxy::new(&connection).await.unwrap();
    let there = eventually(name, async || {
        let owned = names.name_has_owner(name.try_into().unwrap()).await?;
        Ok(owned.then_some(()))
    });
    there.await.unwrap();
}

#[tokio::test]
async fn a_daemon_that_does_not_tell_is_unknown_and_told_once() {
    let bus = PrivateBus::start().await.unwrap();
    let recorder = Recorder::start(&bus, RecorderOptions::default());
    let recorder = recorder.await.unwrap();
    let (backend, mut events) = probed(&bus, &[]).await;
    assert_eq!(next(&mut events).await, None);
    recorder.stop_daemon().await.unwrap();
    recorder.start_daemon().await.unwrap();
    recorder.inhibit(true).await.unwrap();
    assert_eq!(next(&mut events).await, Some(true));
    backend.probe().await.unwrap();
}

#[tokio::test]
async fn kde_says_when_it_is_inhibited() {
    let bus = PrivateBus::start().await.unwrap();
    let options = RecorderOptions {
        inhibited: Some(true),
        ..daemon_called("Plasma")
    };
    let recorder = Recorder::start(&bus, options).await.unwrap();
    let (_backend, mut events) = probed(&bus, &[]).await;
    assert_eq!(next(&mut events).await, Some(true), "from the start");
    for inhibited in [false, true] {
        recorder.inhibit(inhibited).await.unwrap();
        assert_eq!(next(&mut events).await, Some(inhibited));
    }
    recorder.stop_daemon().await.unwrap();
    assert_eq!(next(&mut events).await, None, "nobody is left to say");
}

#[tokio::test(flavor = "multi_thread")]
async fn dunst_says_when_it_is_paused() {
    let mut options = DesktopOptions::default();
    options.recorder.daemon = false;
    let desktop = PrivateDesktop::start(options).await.unwrap();
    let program = |name: &str, args: &[&str]| {
        Process::start(Path::new(name), args, desktop.environment()).unwrap()
    };
    let _dunst = program("dunst", &[]);
    owned(&desktop.bus, "org.freedesktop.Notifications").await;
    let (_backend, mut events) = probed(&desktop.bus, &[]).await;
    assert_eq!(next(&mut events).await, Some(false));
    for paused in [true, false] {
        let _dunstctl = program("dunstctl", &["set-paused", &paused.to_string()]);
        assert_eq!(next(&mut events).await, Some(paused));
    }
}

#[tokio::test]
async fn xfce_keeps_it_in_xfconf() {
    let bus = PrivateBus::start().await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let xfconfd = format!("/usr/lib/{}-linux-gnu/xfce4/xfconf/xfconfd", ARCH);
    let _xfconfd = start(&xfconfd, &[], &bus, home.path());
    owned(&bus, "org.xfce.Xfconf").await;
    let recorder = Recorder::start(&bus, daemon_called("Xfce Notify Daemon"));
    let _recorder = recorder.await.unwrap();
    let (_backend, mut events) = probed(&bus, &[]).await;
    assert_eq!(next(&mut events).await, Some(false), "never switched on");
    let switch = |args: &[&str]| {
        let channel = ["-c", "xfce4-notifyd", "-p", "/do-not-disturb"];
        start(
            "xfconf-query",
            &[&channel[..], args].concat(),
            &bus,
            home.path(),
        )
    };
    let _query = switch(&["-n", "-t", "bool", "-s", "true"]);
    assert_eq!(next(&mut events).await, Some(true));
    let _query = switch(&["-r"]);
    assert_eq!(next(&mut events).await, Some(false), "reset");
}

#[tokio::test]
async fn gnome_keeps_it_in_its_settings() {
    let bus = PrivateBus::start().await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let _writer = start("/usr/libexec/dconf-service", &[], &bus, home.path());
    owned(&bus, "ca.desrt.dconf").await;
    let recorder = Recorder::start(&bus, daemon_called("gnome-shell"));
    let _recorder = recorder.await.unwrap();
    let environment = environment(&bus, home.path());
    let variables: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (name.to_str().unwrap(), value.to_str().unwrap()))
        .collect();
    let (_backend, mut events) = probed(&bus, &variables).await;
    assert_eq!(next(&mut events).await, Some(false));
    for (banners, quiet) in [("false", true), ("true", false)] {
        let set = [
            "set",
            "org.gnome.desktop.notifications",
            "show-banners",
            banners,
        ];
        let _gsettings = start("gsettings", &set, &bus, home.path());
        assert_eq!(next(&mut events).await, Some(quiet));
    }
}
