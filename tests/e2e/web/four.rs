//! One person, two desktops, a browser and a phone.

use anyhow::{Context, Result};
use dealbell_tests::{DesktopOptions, Device, Logind, PrivateDesktop};
use std::collections::BTreeMap;

use crate::department::Department;
use crate::page::Page;
use crate::{QUIET, TWO, says};

/// Few enough for each to ring by itself.
const TITLES: [&str; 5] = [
    "Котова ждёт счёт",
    "Громов перезвонит",
    "Белов прислал план",
    "Заявка с сайта",
    "Сделка передана",
];

/// Each toast of a desktop by how often it rang.
fn rang(desktop: &PrivateDesktop) -> BTreeMap<String, usize> {
    let mut rang = BTreeMap::new();
    for call in desktop.recorder.recorded().calls {
        *rang.entry(call.title).or_default() += 1;
    }
    rang
}

/// Issue: marks from all of them, one asleep; all agree at the end, nothing rang twice on one device.
#[tokio::test(flavor = "multi_thread")]
async fn four_devices_agree_and_none_rings_twice() -> Result<()> {
    let department = Department::start().await?;
    let logind = Logind::start().await?;
    let (office, laptop) = (crate::desktop().await?, crate::desktop().await?);
    let browsers = PrivateDesktop::start(DesktopOptions::default()).await?;
    let first = department.desktop(&office).await?;
    let second = department.desktop_with(&laptop, &logind.entries()).await?;
    let browser = Page::enter(&department, &browsers, Device::Computer).await?;
    let phone = Page::enter(&department, &browsers, Device::Phone).await?;
    let in_office = office.recorder.wait_item().await?;
    let on_laptop = laptop.recorder.wait_item().await?;
    says(&in_office, QUIET).await.with_context(|| first.log())?;
    says(&on_laptop, QUIET)
        .await
        .with_context(|| second.log())?;
    let listens = |line: &str| {
        line.contains("the system tells when it sleeps")
            .then_some(())
    };
    second.wait_stderr(listens).await?;

    let mut ids = Vec::new();
    for title in &TITLES[..2] {
        ids.push(department.say(title).await?);
        for desktop in [&office, &laptop] {
            desktop
                .recorder
                .wait_toast(|call| call.title == *title)
                .await?;
        }
    }
    browser.wait_unread(2).await?;
    phone.wait_unread(2).await?;

    // The laptop sleeps through the rest; frozen, so that it cannot hear by chance.
    logind.sleep().await?;
    second.freeze()?;
    for title in &TITLES[2..] {
        ids.push(department.say(title).await?);
        office
            .recorder
            .wait_toast(|call| call.title == *title)
            .await?;
    }
    browser.mark(ids[0]).await?;
    phone.mark(ids[1]).await?;
    in_office.click_menu(TITLES[4]).await?;
    browser.wait_unread(2).await?;
    // Read, and unread again by another.
    phone.mark(ids[2]).await?;
    browser.wait_unread(1).await?;
    browser.mark(ids[2]).await?;
    phone.wait_unread(2).await?;

    second.thaw()?;
    logind.wake().await?;
    for item in [&in_office, &on_laptop] {
        says(item, TWO).await?;
    }
    department.wait_unread(2).await?;
    for page in [&browser, &phone] {
        let rows = page.wait_unread(2).await?;
        let unread: Vec<_> = rows.iter().filter(|row| row.unread).collect();
        let ids: Vec<_> = unread.iter().map(|row| row.title.as_str()).collect();
        assert_eq!(ids, [TITLES[3], TITLES[2]]);
        assert_eq!(rows.len(), TITLES.len());
    }
    // In the office each rang once; on the laptop those before its sleep, and what it slept through as one.
    let office = rang(&office);
    for title in TITLES {
        assert_eq!(office.get(title), Some(&1), "{title}: {office:#?}");
    }
    let laptop = rang(&laptop);
    assert!(laptop.values().all(|times| *times == 1), "{laptop:#?}");

    browser.click("read-all").await?;
    for item in [&in_office, &on_laptop] {
        says(item, QUIET).await?;
    }
    phone.wait_unread(0).await?;
    department.wait_unread(0).await
}
