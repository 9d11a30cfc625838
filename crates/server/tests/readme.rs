//! The README's examples of publishing, run exactly as they are printed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::process::Command;
use support::{Serving, feed, said};
use tempfile::TempDir;

const OLGA: &str = "olga@example.org";

/// The fenced blocks of one language that publish.
fn examples(language: &str) -> Vec<String> {
    let readme = include_str!("../../../README.md");
    let fence = format!("```{language}\n");
    let blocks = readme.split(&fence).skip(1);
    blocks
        .map(|block| block.split("\n```").next().unwrap().to_owned())
        .filter(|block| block.contains("DEALBELL_KEY"))
        .collect()
}

#[tokio::test]
async fn the_examples_publish_as_printed_and_a_second_try_counts_once() {
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", OLGA]);
    let token = said(folder.path(), &["device", "add", OLGA]);
    let key = said(folder.path(), &["integration", "add", "Склад 1С"]);
    let serving = Serving::start(folder.path());
    let ways = [
        ("sh", &["sh", "-c"][..], "118"),
        ("python", &["python3", "-c"], "119"),
        ("js", &["node", "--input-type=module", "-e"], "120"),
    ];
    for (language, way, number) in ways {
        let [example] = &examples(language)[..] else {
            panic!("the README has not one example in {language}");
        };
        let run = || {
            let mut command = Command::new(way[0]);
            command.args(&way[1..]).arg(example);
            command.env("DEALBELL_CENTRE", &serving.url);
            command.env("DEALBELL_KEY", &key);
            let output = command.env("PYTHONUTF8", "1").output().unwrap();
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{language}: {words}");
            String::from_utf8(output.stdout).unwrap()
        };
        let first = run();
        assert_eq!(run(), first, "{language}");
        let page = feed(&serving.url, &token).await;
        let item = &page.items[0];
        assert!(first.contains(&item.id.to_string()), "{language}: {first}");
        assert_eq!(item.title, format!("Заказ {number} собран"));
        assert_eq!(item.subject, Some(format!("order:{number}")));
        let link = format!("https://name.amocrm.ru/leads/detail/{number}");
        assert_eq!(item.link, Some(link));
    }
    assert_eq!(feed(&serving.url, &token).await.items.len(), ways.len());
}
