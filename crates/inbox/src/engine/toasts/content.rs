//! How much a toast says, how it sounds, and what can be done from it.

use super::{Line, channels, one, titles, withdraw};
use crate::InboxError;
use crate::toast::{DeedFailure, Manners, ToastButton, ToastKey, ToastView};
use dealbell_protocol::stream::{Change, Popup, ServerFrame};
use dealbell_protocol::window::{ContentLevel, Language, Sound};
use dealbell_protocol::{
    ChannelSet, Kind, Notification, Priority, Provider, ProviderChannels, ProviderId,
};

fn from_irina(row: &mut Notification) {
    row.author = Some("Ирина Котова".to_owned());
    row.kind = Kind::ChatMessage;
}

fn said(view: &ToastView) -> (&str, &str) {
    (&view.title, &view.body)
}

#[tokio::test]
async fn three_levels_say_everything_who_it_is_or_nothing() {
    let mut line = Line::live().await;
    assert_eq!(
        said(&one(line.create(from_irina).await)),
        ("Задача 1", "Позвонить")
    );
    line.manners(|manners| manners.content = ContentLevel::Sender)
        .await;
    let view = one(line.create(from_irina).await);
    assert_eq!(said(&view), ("Ирина Котова", "Сообщение"));
    let view = one(line.create(|_| {}).await);
    assert_eq!(
        said(&view),
        ("Задачи", "Новая задача"),
        "nobody's: the provider's"
    );
    line.pass(3_000).await;
    line.manners(|manners| manners.content = ContentLevel::Nothing)
        .await;
    let view = one(line.create(from_irina).await);
    assert_eq!(said(&view), ("Новое уведомление", "Сообщение"));
    assert!(view.link.is_some(), "the click goes where it went");
}

#[tokio::test]
async fn complaint_contents_shown_while_sharing_the_screen() {
    let mut line = Line::live().await;
    line.create(from_irina).await;
    let hidden = one(line.manners(|manners| manners.sharing = true).await);
    assert_eq!(
        said(&hidden),
        ("Новое уведомление", "Сообщение"),
        "what is there, too"
    );
    assert_eq!(hidden.sound, Sound::Silent);
    for _ in 0..7 {
        for act in line.create(from_irina).await {
            assert_eq!(said(&one(vec![act])), ("Новое уведомление", "Сообщение"));
        }
    }
    let summary = line.pass(3_000).await;
    let summary = one(summary.into_iter().skip(1).collect());
    assert_eq!(
        said(&summary),
        ("Ещё 4 уведомления", ""),
        "neither names nor titles"
    );
    let data = Popup {
        provider: ProviderId::new("telephony"),
        title: "Звонит Ирина".to_owned(),
        text: "по кухне".to_owned(),
        link: None,
        icon: None,
        at: 0,
        test: false,
    };
    let popup = one(line.say(ServerFrame::Popup { data }).await);
    assert_eq!(said(&popup), ("Новое уведомление", ""));
    line.pass(10_000).await;
    line.manners(|manners| manners.hide_while_sharing = false)
        .await;
    line.pass(10_000).await;
    assert_eq!(
        one(line.create(from_irina).await).body,
        "Позвонить",
        "if he wants it so"
    );
}

#[tokio::test]
async fn when_sharing_begins_the_newest_are_reworded_and_the_rest_go() {
    let mut line = Line::live().await;
    for _ in 0..7 {
        line.create(from_irina).await;
        line.pass(3_000).await;
    }
    let acts = line.manners(|manners| manners.sharing = true).await;
    assert_eq!(acts[..2], [withdraw(1), withdraw(2)]);
    let titles = titles(&acts[2..]);
    assert_eq!(titles, ["Новое уведомление"; 5]);
    let acts = line.manners(|manners| manners.sharing = false).await;
    assert_eq!(acts, [], "afterwards none of them rings again");
}

#[tokio::test]
async fn an_integration_is_called_by_its_name() {
    let mut line = Line::live().await;
    let mut named = channels(true, true);
    named.providers.push(ProviderChannels {
        provider: Provider {
            id: ProviderId::new("telephony"),
            name: "Телефония".to_owned(),
            icon: None,
        },
        channels: ChannelSet::default(),
    });
    line.change(Change::Providers(Box::new(named))).await;
    line.manners(|manners| manners.content = ContentLevel::Sender)
        .await;
    let view = one(line
        .create(|row| row.provider = ProviderId::new("telephony"))
        .await);
    assert_eq!(view.title, "Телефония");
}

#[tokio::test]
async fn sounds_are_the_users_for_each_provider_and_low_ones_have_none() {
    let mut line = Line::live().await;
    line.manners(|manners| {
        manners
            .sound_of
            .insert(ProviderId::new("tasks"), Sound::Bell);
    })
    .await;
    assert_eq!(one(line.create(|_| {}).await).sound, Sound::Bell);
    let low = one(line.create(|row| row.priority = Priority::Low).await);
    assert_eq!(low.sound, Sound::Silent);
    let other = one(line
        .create(|row| row.provider = ProviderId::new("chats"))
        .await);
    assert_eq!(other.sound, Sound::Default);
    line.manners(|manners| manners.sounds = false).await;
    assert_eq!(one(line.create(|_| {}).await).sound, Sound::Silent);
}

#[tokio::test]
async fn what_is_due_stays_until_seen_and_can_be_done_from_the_toast() {
    let mut line = Line::live().await;
    let due = |row: &mut Notification| {
        row.kind = Kind::TaskDue;
        row.subject = Some("task:1".to_owned());
    };
    let view = one(line.create(due).await);
    assert!(view.stay);
    let done = [ToastButton::Open, ToastButton::Done, ToastButton::Snooze];
    assert_eq!(view.buttons, done);
    line.manners(|manners| manners.stay_when_due = false).await;
    let other = |row: &mut Notification| {
        due(row);
        row.subject = Some("task:2".to_owned());
    };
    assert!(!one(line.create(other).await).stay);
    let urgent = one(line.create(|row| row.priority = Priority::High).await);
    assert!(urgent.stay);
    let read = [
        ToastButton::Open,
        ToastButton::MarkRead,
        ToastButton::Snooze,
    ];
    assert_eq!(one(line.create(from_irina).await).buttons, read);
}

#[tokio::test]
async fn a_deed_is_answered_by_name_and_can_be_taken_back() {
    let line = Line::live().await;
    let manners = Manners::default();
    let mut task = line.next_row();
    task.kind = Kind::TaskDue;
    task.title = "Через 5 минут: перезвонить Ирине Котовой".to_owned();
    let done = ToastView::done(3, &task, &manners, Language::Ru);
    assert_eq!(said(&done), ("Выполнено: перезвонить Ирине Котовой", ""));
    assert_eq!((done.key, done.sound), (ToastKey::Deed(3), Sound::Silent));
    assert_eq!(done.buttons, [ToastButton::Undo]);
    task.kind = Kind::TaskNew;
    task.title = "Новая задача от Марины: встреча с дизайнером, завтра в 16:00".to_owned();
    let done = ToastView::done(4, &task, &manners, Language::Ru);
    assert_eq!(done.title, "Выполнено: встреча с дизайнером");
    let why = DeedFailure::of(&InboxError::Ended);
    let failed = ToastView::failed(5, &task, why, &manners, Language::Ru);
    assert_eq!(failed.title, "Не получилось, задача осталась как была");
    assert!(
        failed
            .body
            .ends_with("Сейчас нет связи. Попробуйте ещё раз чуть позже")
    );
    assert_eq!(failed.buttons, [ToastButton::Open]);
    let sharing = Manners {
        sharing: true,
        ..manners
    };
    let done = ToastView::done(6, &task, &sharing, Language::Ru);
    assert_eq!(done.title, "Задача выполнена");
}
