//! The whole inbox against the real centre: over TCP, with real databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use dealbell_centre::{Centre, Options, ServeOptions};
use dealbell_inbox::{
    Config, Inbox, InboxError, Manners, Network, RestError, State, ToastAct, ToastKey,
    ToastOutcome, UserQuiet,
};
use dealbell_protocol::act::{ActError, Actor, Deed};
use dealbell_protocol::ingest::{Act, Again, Batch, Ingest, Notice};
use dealbell_protocol::rest::OpenTask;
use dealbell_protocol::rest::SaveChannels;
use dealbell_protocol::window::{Connection, Language, ListQuery, SignedOutReason};
use dealbell_protocol::{Channel, ErrorCode, Kind, NotificationId, Priority, ProviderId, UserId};
use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(30);

struct Served {
    centre: Centre,
    user: UserId,
    token: String,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn serve(folder: &Path, address: &str, token: Option<String>) -> Served {
    // Whoever was first; reqwest needs one even for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let database = format!("sqlite:{}", folder.join("centre.db").display());
    let centre = Centre::open(Options::new(database)).await.unwrap();
    let token = match token {
        Some(token) => token,
        None => {
            centre.add_user("a@b.c", "Анна", "ru").await.unwrap();
            centre.add_device("a@b.c", "desktop").await.unwrap()
        }
    };
    let user = centre.recipients().await.unwrap()[0].id;
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = centre.clone();
    let task = tokio::spawn(async move {
        let options = ServeOptions::embedded();
        let stopped = async { drop(stopped.await) };
        serving.serve(listener, options, stopped).await.unwrap();
    });
    Served {
        centre,
        user,
        token,
        address,
        stop,
        task,
    }
}

impl Served {
    async fn notify(&self, subjects: std::ops::Range<u32>) {
        for subject in subjects {
            let notice = Notice {
                author: None,
                user: self.user,
                provider: ProviderId::new("tasks"),
                kind: Kind::TaskNew,
                priority: Priority::Normal,
                subject: Some(format!("task:{subject}")),
                dedup_key: None,
                again: Again::Any,
                title: format!("Задача {subject}"),
                text: "Позвонить".to_owned(),
                context: None,
                link: Some("https://demo.amocrm.ru/leads/detail/1".to_owned()),
                at: 1,
                deadline: None,
                silent: false,
            };
            self.commit(Act::Notify(Box::new(notice))).await;
        }
    }

    async fn withdraw(&self, subject: u32) {
        let act = Act::Withdraw {
            user: None,
            provider: ProviderId::new("tasks"),
            subject: format!("task:{subject}"),
            kinds: Vec::new(),
        };
        self.commit(act).await;
    }

    async fn commit(&self, act: Act) {
        let batch = Batch {
            source: "test".to_owned(),
            acts: vec![act],
            memory: Vec::new(),
        };
        self.centre.commit(batch).await.unwrap();
    }

    async fn end(self) -> (SocketAddr, String) {
        drop(self.stop);
        self.task.await.unwrap();
        (self.address, self.token)
    }
}

fn config(folder: &Path, centre: SocketAddr, token: &str) -> Config {
    Config {
        centre: format!("http://{centre}"),
        allow_plain: false,
        token: token.to_owned(),
        store: folder.join("inbox.db"),
        owner: "test".to_owned(),
        language: Language::Ru,
        version: "0".to_owned(),
        platform: "linux".to_owned(),
        device: String::new(),
        keep_days: 0,
        network: Network::default(),
    }
}

async fn until(inbox: &Inbox, mut wanted: impl FnMut(&State) -> bool) -> State {
    let mut state = inbox.state();
    let found = tokio::time::timeout(PATIENCE, state.wait_for(|state| wanted(state))).await;
    match found {
        Ok(found) => found.unwrap().clone(),
        Err(_) => panic!("it never came to that: {:?}", inbox.state().borrow()),
    }
}

async fn next(acts: &mut mpsc::Receiver<ToastAct>) -> ToastAct {
    let act = tokio::time::timeout(PATIENCE, acts.recv()).await;
    act.expect("an act in time").expect("a running inbox")
}

async fn shown(inbox: &Inbox, acts: &mut mpsc::Receiver<ToastAct>) -> (ToastKey, String) {
    let act = next(acts).await;
    let ToastAct::Show { attempt, view } = act else {
        panic!("{act:?}");
    };
    inbox.toast_outcome(attempt.unwrap(), ToastOutcome::Shown);
    (view.key, view.title)
}

fn online(state: &State) -> bool {
    state.connection == Connection::Online
}

#[tokio::test]
async fn a_notification_rings_and_a_mark_reaches_the_centre() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let config = config(folder.path(), served.address, &served.token);
    let (inbox, mut acts) = Inbox::start(config).await.unwrap();
    until(&inbox, online).await;

    served.notify(1..2).await;
    let (key, title) = shown(&inbox, &mut acts).await;
    assert_eq!(title, "Задача 1");
    let ToastKey::Notification(id) = key else {
        panic!("{key:?}");
    };
    let state = until(&inbox, |state| state.unread == 1).await;
    assert_eq!(state.newest[0].id, id);

    inbox.mark(&[id], true).await.unwrap();
    assert_eq!(
        inbox.state().borrow().unread,
        0,
        "shown before the centre knows"
    );
    assert_eq!(next(&mut acts).await, ToastAct::Withdraw { key });
    let second = second_device(&served, folder.path()).await;
    until(&second.0, |state| online(state) && state.unread == 0).await;

    second.0.mark(&[id], false).await.unwrap();
    until(&inbox, |state| state.unread == 1).await;

    served.notify(2..3).await;
    let (second_key, _) = shown(&inbox, &mut acts).await;
    served.withdraw(2).await;
    assert_eq!(
        next(&mut acts).await,
        ToastAct::Withdraw { key: second_key }
    );
    let page = inbox.list(ListQuery::default(), 0, 10).await.unwrap();
    assert_eq!((page.total, page.items[0].id), (1, id));
    inbox.mark_all(page.cursor.unwrap()).await.unwrap();
    until(&second.0, |state| state.unread == 0).await;
}

async fn second_device(served: &Served, folder: &Path) -> (Inbox, mpsc::Receiver<ToastAct>) {
    let token = served.centre.add_device("a@b.c", "second").await.unwrap();
    let config = Config {
        store: folder.join("second.db"),
        ..config(folder, served.address, &token)
    };
    Inbox::start(config).await.unwrap()
}

#[tokio::test]
async fn a_restarted_centre_and_a_restarted_inbox_go_on_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let config = config(folder.path(), served.address, &served.token);
    let (inbox, mut acts) = Inbox::start(config.clone()).await.unwrap();
    until(&inbox, online).await;
    served.notify(1..3).await;
    for _ in 0..2 {
        shown(&inbox, &mut acts).await;
    }

    let (address, token) = served.end().await;
    until(&inbox, |state| !online(state)).await;
    let page = inbox.list(ListQuery::unread(), 0, 1).await.unwrap();
    inbox.mark(&[page.items[0].id], true).await.unwrap();
    assert!(matches!(next(&mut acts).await, ToastAct::Withdraw { .. }));
    assert_eq!(inbox.state().borrow().unread, 1, "marked offline");

    let served = serve(folder.path(), &address.to_string(), Some(token)).await;
    served.notify(3..4).await;
    inbox.reconnect_now();
    until(&inbox, online).await;
    assert_eq!(shown(&inbox, &mut acts).await.1, "Задача 3");
    until(&inbox, |state| state.unread == 2).await;
    drop(inbox);
    while acts.recv().await.is_some() {}

    served.notify(4..20).await;
    let (inbox, mut acts) = Inbox::start(config).await.unwrap();
    until(&inbox, |state| online(state) && state.unread == 18).await;
    let (key, title) = shown(&inbox, &mut acts).await;
    assert_eq!(key, ToastKey::Summary);
    assert_eq!(title, "Пока вас не было: 16 уведомлений");
    let page = inbox.list(ListQuery::default(), 0, 200).await.unwrap();
    let ids: HashSet<NotificationId> = page.items.iter().map(|row| row.id).collect();
    assert_eq!((page.total, ids.len()), (19, 19));
    assert!(acts.try_recv().is_err(), "nothing else rings");
}

#[tokio::test]
async fn channels_are_saved_and_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let config = config(folder.path(), served.address, &served.token);
    let (inbox, mut acts) = Inbox::start(config).await.unwrap();
    until(&inbox, online).await;
    let channels = inbox.channels().await.unwrap();
    let off = SaveChannels {
        quiet: None,
        email: None,
        push: None,
        receive: false,
        providers: BTreeMap::new(),
    };
    let saved = inbox.save_channels(channels.revision, &off).await.unwrap();
    assert!(!saved.receive);
    let stale = inbox.save_channels(channels.revision, &off).await;
    assert!(stale.is_err(), "If-Match");
    served.notify(1..2).await;
    until(&inbox, |state| state.unread == 1).await;
    assert!(
        acts.try_recv().is_err(),
        "the master switch is off (RULES C5)"
    );
}

#[tokio::test]
async fn a_wrong_token_and_a_revoked_one_sign_out() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let wrong = config(folder.path(), served.address, "wrong");
    let (inbox, _acts) = Inbox::start(wrong).await.unwrap();
    let signed_out =
        |reason| move |state: &State| state.connection == Connection::SignedOut { reason };
    until(&inbox, signed_out(SignedOutReason::TokenInvalid)).await;
    drop(inbox);

    let (inbox, _acts) = second_device(&served, folder.path()).await;
    until(&inbox, online).await;
    inbox.sign_out().await.unwrap();
    until(&inbox, signed_out(SignedOutReason::NoAccount)).await;
    assert!(
        inbox.list(ListQuery::default(), 0, 1).await.is_err(),
        "it has ended"
    );

    let right = Config {
        store: folder.path().join("third.db"),
        ..config(folder.path(), served.address, &served.token)
    };
    let (inbox, _acts) = Inbox::start(right).await.unwrap();
    until(&inbox, online).await;
    served.centre.revoke_device(&served.token).await.unwrap();
    until(&inbox, |state| {
        matches!(state.connection, Connection::SignedOut { .. })
    })
    .await;
}

/// Whoever copied the token before the user signed out has nothing of it.
#[tokio::test]
async fn a_device_that_signs_out_leaves_no_access_behind() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let first = config(folder.path(), served.address, &served.token);
    let (first, _acts) = Inbox::start(first).await.unwrap();
    let token = served.centre.add_device("a@b.c", "second").await.unwrap();
    let copied = Config {
        store: folder.path().join("second.db"),
        ..config(folder.path(), served.address, &token)
    };
    let (second, _acts) = Inbox::start(copied.clone()).await.unwrap();
    until(&second, online).await;
    let wiped = second.clone();
    wiped.sign_out().await.unwrap();
    second.give_up_access().await.unwrap();
    let (thief, _acts) = Inbox::start(copied).await.unwrap();
    until(&thief, |state| {
        matches!(state.connection, Connection::SignedOut { .. })
    })
    .await;
    // It is this device alone.
    until(&first, online).await;
    assert_eq!(first.devices().await.unwrap().len(), 1);
}

/// A CRM that has one task and completes it once.
struct Crm(Mutex<Vec<(String, String)>>);

#[async_trait]
impl Actor for Crm {
    async fn act(&self, _: UserId, subject: &str, deed: Deed) -> Result<(), ActError> {
        let mut done = self.0.lock().unwrap();
        let Deed::Complete { result } = deed else {
            return done.pop().map(drop).ok_or(ActError::Unknown);
        };
        if !done.is_empty() {
            return Err(ActError::Refused("Задача уже закрыта".to_owned()));
        }
        done.push((subject.to_owned(), result));
        Ok(())
    }

    async fn tasks(&self, _user: UserId) -> Vec<OpenTask> {
        let open = self.0.lock().unwrap().is_empty();
        let task = OpenTask {
            subject: "task:7".to_owned(),
            title: "Перезвонить".to_owned(),
            context: None,
            link: None,
            due_at: 0,
            all_day: false,
            author: None,
        };
        open.then_some(task).into_iter().collect()
    }
}

#[tokio::test]
async fn a_deed_reaches_the_crm_and_a_refusal_comes_back_in_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let config = config(folder.path(), served.address, &served.token);
    let (inbox, mut acts) = Inbox::start(config).await.unwrap();
    until(&inbox, online).await;
    served.notify(7..8).await;
    let (key, _) = shown(&inbox, &mut acts).await;
    let ToastKey::Notification(id) = key else {
        panic!("{key:?}");
    };
    let deed = || Deed::Complete {
        result: "Договорились".to_owned(),
    };
    let code = |error| match error {
        InboxError::Rest(RestError::Refused { code, message, .. }) => (code.unwrap(), message),
        other => panic!("{other:?}"),
    };
    let nobody = inbox.act(id, deed()).await.unwrap_err();
    assert_eq!(code(nobody).0, ErrorCode::NotFound);

    let crm = Arc::new(Crm(Mutex::default()));
    let registered = served.centre.register_actor(crm.clone());
    inbox.act(id, deed()).await.unwrap();
    let done = [("task:7".to_owned(), "Договорились".to_owned())];
    assert_eq!(*crm.0.lock().unwrap(), done);
    let again = inbox.act(id, deed()).await.unwrap_err();
    let reason = "Задача уже закрыта".to_owned();
    assert_eq!(code(again), (ErrorCode::CrmRefused, reason));
    drop(registered);
    served.end().await;
    let gone = inbox.act(id, deed()).await.unwrap_err();
    assert!(matches!(gone, InboxError::Rest(RestError::Unreachable(_))));
}

#[tokio::test]
async fn everything_marked_read_by_mistake_is_unread_again_on_every_device() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let config = config(folder.path(), served.address, &served.token);
    let (inbox, _acts) = Inbox::start(config).await.unwrap();
    let (second, _second_acts) = second_device(&served, folder.path()).await;
    until(&inbox, online).await;
    served.notify(1..5).await;
    until(&inbox, |state| state.unread == 4).await;
    let page = inbox.list(ListQuery::unread(), 0, 10).await.unwrap();
    let marked = inbox.mark_all(page.cursor.unwrap()).await.unwrap();
    assert_eq!(marked.count, 4);
    until(&second, |state| online(state) && state.unread == 0).await;

    inbox.undo_mark_all(marked.undo).await.unwrap();
    until(&second, |state| state.unread == 4).await;
    let state = until(&inbox, |state| state.unread == 4).await;
    let search = ListQuery {
        search: "ЗАДАЧ 3".to_owned(),
        ..ListQuery::unread()
    };
    let found = inbox.list(search, 0, 10).await.unwrap();
    assert_eq!(
        (found.total, found.items[0].title.as_str()),
        (1, "Задача 3")
    );
    assert_eq!(state.newest.len(), 4);
    let late = inbox.undo_mark_all(marked.undo).await;
    assert!(matches!(late, Err(InboxError::TooLate)));
}

#[tokio::test]
async fn a_task_of_the_day_is_completed_and_opened_again_without_a_notification() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let config = config(folder.path(), served.address, &served.token);
    let (inbox, _acts) = Inbox::start(config).await.unwrap();
    until(&inbox, online).await;
    let crm = Arc::new(Crm(Mutex::default()));
    let _registered = served.centre.register_actor(crm.clone());
    let today = inbox.tasks().await.unwrap().tasks;
    assert_eq!(today[0].subject, "task:7");
    let deed = Deed::Complete {
        result: String::new(),
    };
    inbox.act_on("task:7", deed).await.unwrap();
    assert_eq!(inbox.tasks().await.unwrap().tasks, []);
    inbox.act_on("task:7", Deed::Reopen).await.unwrap();
    assert_eq!(inbox.tasks().await.unwrap().tasks, today);
}

#[tokio::test]
async fn a_test_of_toasts_is_shown_in_the_quiet_and_one_that_cannot_be_delivered_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0", None).await;
    let config = config(folder.path(), served.address, &served.token);
    let quiet = Manners {
        user_quiet: Some(UserQuiet { until: None }),
        ..Manners::default()
    };
    let (inbox, mut acts) = Inbox::start_with(config, quiet).await.unwrap();
    until(&inbox, online).await;
    served.notify(7..8).await;
    until(&inbox, |state| state.quiet_held == 1).await;
    inbox.test(Channel::Desktop).await.unwrap();
    let ToastAct::Show { view, .. } = next(&mut acts).await else {
        panic!("something was withdrawn");
    };
    assert!(matches!(view.key, ToastKey::Popup(_)), "{view:?}");
    let refused = inbox.test(Channel::Email).await.unwrap_err();
    let InboxError::Rest(RestError::Refused { code, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(code, Some(ErrorCode::Unavailable));
}
