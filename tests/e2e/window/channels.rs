//! The channels page (RULES C2 to C6).

use anyhow::Result;
use dealbell_protocol::rest::SaveChannels;
use dealbell_protocol::{Channel, ChannelSet, ChannelSettings};
use dealbell_tests::eventually;
use serde_json::json;

use crate::page::Window;
use crate::team::{INTEGRATION, Team};

/// Every provider's switch of one channel, by provider.
fn row<'a>(settings: &'a ChannelSettings, provider: &str) -> &'a ChannelSet {
    let mut rows = settings.providers.iter();
    &rows
        .find(|row| row.provider.id.as_str() == provider)
        .expect("the provider is listed")
        .channels
}

/// What another device would save: these settings with one provider's toasts switched.
fn switched(settings: &ChannelSettings, provider: &str) -> SaveChannels {
    let mut channels = *row(settings, provider);
    channels.desktop = !channels.desktop;
    SaveChannels {
        quiet: None,
        email: None,
        push: None,
        receive: settings.receive,
        providers: [(provider.to_owned(), channels)].into(),
    }
}

async fn open(team: &Team) -> Result<Window> {
    let window = Window::open(team).await?;
    window.click("to-channels").await?;
    window.see("provider-tasks").await?;
    Ok(window)
}

#[tokio::test]
async fn every_provider_and_channel_is_there_and_the_list_is_locked_on() -> Result<()> {
    let team = Team::start().await?;
    let window = open(&team).await?;
    let settings = team.channels().await?;
    assert!(
        settings.providers.len() >= 7,
        "the CRM's own and the integration"
    );
    for provider in &settings.providers {
        let id = provider.provider.id.as_str();
        let (sets, channels) = (provider.channels, &settings.deliverable);
        let interface = format!("channel-{id}-interface");
        assert_eq!(window.property(&interface, "checked").await?, true);
        assert_eq!(window.property(&interface, "disabled").await?, true);
        for (name, channel, on) in [
            ("desktop", Channel::Desktop, sets.desktop),
            ("email", Channel::Email, sets.email),
            ("mobile", Channel::Mobile, sets.mobile),
            ("browser", Channel::Browser, sets.browser),
        ] {
            let testid = format!("channel-{id}-{name}");
            assert_eq!(window.property(&testid, "checked").await?, on, "{testid}");
            let locked = !channels.contains(&channel);
            assert_eq!(
                window.property(&testid, "disabled").await?,
                locked,
                "{testid}"
            );
        }
    }
    assert!(window.text().await.contains(INTEGRATION));
    assert_eq!(window.property("master-switch", "checked").await?, true);
    window.picture("channels").await?;
    Ok(())
}

#[tokio::test]
async fn a_change_counts_from_save_on() -> Result<()> {
    let team = Team::start().await?;
    let window = open(&team).await?;
    let before = team.channels().await?;
    window.click("channel-tasks-desktop").await?;
    window.click("channel-calls-desktop").await?;
    window.click("master-switch").await?;
    window.see("save").await?;
    window.picture("channels-dirty").await?;
    assert_eq!(
        team.channels().await?,
        before,
        "nothing is saved before Save"
    );
    window.click("save").await?;
    window.see("saved").await?;
    let after = team.channels().await?;
    assert!(after.revision > before.revision);
    assert!(!after.receive);
    for provider in &before.providers {
        let id = provider.provider.id.as_str();
        let mut wanted = provider.channels;
        wanted.desktop ^= ["tasks", "calls"].contains(&id);
        assert_eq!(*row(&after, id), wanted, "{id}");
    }
    Ok(())
}

#[tokio::test]
async fn leaving_with_unsaved_changes_asks() -> Result<()> {
    let team = Team::start().await?;
    let window = open(&team).await?;
    let before = team.channels().await?;
    window.click("channel-tasks-desktop").await?;
    window.click("back").await?;
    window.see("leave-dialog").await?;
    window.picture("leave").await?;
    window.click("leave-stay").await?;
    window.gone("leave-dialog").await?;
    assert_eq!(
        window.property("channel-tasks-desktop", "checked").await?,
        false
    );

    window.click("back").await?;
    window.click("leave-discard").await?;
    window.see("read-all").await?;
    assert_eq!(team.channels().await?, before);
    window.click("to-channels").await?;
    assert_eq!(
        window.property("channel-tasks-desktop", "checked").await?,
        true
    );

    window.click("channel-tasks-desktop").await?;
    window.click("back").await?;
    window.click("leave-save").await?;
    window.see("read-all").await?;
    assert!(!row(&team.channels().await?, "tasks").desktop);
    // Nothing is unsaved any more.
    window.click("to-channels").await?;
    window.click("back").await?;
    window.see("read-all").await?;
    Ok(())
}

#[tokio::test]
async fn what_another_device_saved_meanwhile_is_explained() -> Result<()> {
    let team = Team::start().await?;
    let window = open(&team).await?;
    window.click("channel-tasks-desktop").await?;
    let before = team.channels().await?;
    let newer = switched(&before, "calls");
    team.save_channels(before.revision, &newer).await?;
    window.see("conflict").await?;
    window.picture("conflict").await?;
    assert_eq!(window.property("save", "disabled").await?, true);
    window.click("conflict-newer").await?;
    window.gone("conflict").await?;
    window.gone("save").await?;
    let shown = async |testid: &str| window.property(testid, "checked").await;
    assert_eq!(shown("channel-calls-desktop").await?, false);
    assert_eq!(shown("channel-tasks-desktop").await?, true);

    // The other choice: the user's own change on top of what is new.
    window.click("channel-tasks-desktop").await?;
    let before = team.channels().await?;
    let newer = switched(&before, "chats");
    team.save_channels(before.revision, &newer).await?;
    window.see("conflict").await?;
    window.click("conflict-mine").await?;
    window.gone("conflict").await?;
    window.click("save").await?;
    window.see("saved").await?;
    let after = team.channels().await?;
    for off in ["tasks", "calls", "chats"] {
        assert!(!row(&after, off).desktop, "{off}");
    }
    assert!(row(&after, "deals").desktop);
    Ok(())
}

#[tokio::test]
async fn a_provider_without_toasts_is_listed_and_counted() -> Result<()> {
    let team = Team::start().await?;
    let other = team.integration("Склад").await?;
    let window = open(&team).await?;
    let settings = team.channels().await?;
    let named = |row: &&dealbell_protocol::ProviderChannels| row.provider.name == INTEGRATION;
    let muted = settings.providers.iter().find(named).expect("it is listed");
    let testid = format!("channel-{}-desktop", muted.provider.id);
    window.click(&testid).await?;
    window.click("save").await?;
    window.see("saved").await?;
    window.click("back").await?;

    team.say("Тихо").await?;
    team.publish_as(&other, json!({"title": "Громко"})).await?;
    window.wait_badge(2).await?;
    let rows = window.wait_rows("both", |rows| rows.len() == 2).await?;
    assert_eq!(
        (rows[0].title.as_str(), rows[1].title.as_str()),
        ("Громко", "Тихо")
    );
    let recorder = &window.desktop.recorder;
    recorder.wait_toast(|toast| toast.title == "Громко").await?;
    let calls = recorder.recorded().calls;
    assert!(
        calls.iter().all(|toast| toast.title != "Тихо"),
        "{calls:#?}"
    );

    // The master switch silences the rest.
    window.click("to-channels").await?;
    window.click("master-switch").await?;
    window.click("save").await?;
    window.see("saved").await?;
    team.publish_as(&other, json!({"title": "Тоже тихо"}))
        .await?;
    team.wait_unread(3).await?;
    let tray = recorder.wait_item().await?;
    let three = |text: &str| text.contains('3');
    tray.wait(|tray| three(&tray.tooltip_text) || three(&tray.tooltip_title))
        .await?;
    window.click("master-switch").await?;
    window.click("save").await?;
    eventually("the switch at the centre", async || {
        Ok(team.channels().await?.receive.then_some(()))
    })
    .await?;
    window.see("saved").await?;
    team.publish_as(&other, json!({"title": "Снова громко"}))
        .await?;
    recorder
        .wait_toast(|toast| toast.title == "Снова громко")
        .await?;
    let calls = recorder.recorded().calls;
    assert!(
        calls.iter().all(|toast| toast.title != "Тоже тихо"),
        "{calls:#?}"
    );
    Ok(())
}
