//! What the centre is able to deliver on changes with how it is served; desktops hear of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Centre, Options};
use dealbell_protocol::{Channel, stream::Change};
use support::{ANNA, Bed, bed, bed_over};

/// What the device with this token is told it can have, having missed it.
async fn told(bed: &Bed, cursor: dealbell_protocol::Cursor) -> Vec<Channel> {
    let (mut client, _, _) = bed.started(Some(cursor)).await;
    match client.event().await.change {
        Change::Providers(settings) => settings.deliverable,
        other => panic!("new settings were expected, not {other:?}"),
    }
}

/// «I added an integration, and letters were gone from everybody's settings.»
#[tokio::test]
async fn the_command_line_delivers_on_what_is_served_and_desktops_hear_when_that_changes() {
    let mut first = bed().await;
    let (client, _, before) = first.started(None).await;
    drop(client);
    let options = Options::new(first.folder.path().join("centre.db").display().to_string());
    first.stop();
    first.ended().await;
    let Bed { folder, token, .. } = first;

    let mut with_letters = options.clone();
    with_letters.deliverable.push(Channel::Email);
    let all = with_letters.deliverable.clone();
    let serving = Centre::open(with_letters).await.unwrap();
    let mut served = bed_over(folder, serving).await;
    served.token = token;
    // It is told before anybody can ask.
    let (_, _, now) = served.started(None).await;
    assert_eq!(told(&served, before).await, all);

    let beside = Centre::open_beside(options).await.unwrap();
    beside.add_integration("Касса").await.unwrap();
    assert_eq!(told(&served, now).await, all);
    assert!(
        beside.add_user(ANNA, "", "ru").await.is_err(),
        "the same file"
    );
}
