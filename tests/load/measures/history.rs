//! What a publish, a page and a search cost as what is stored grows.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::bench::Bench;
use crate::ours::Ours;
use crate::plot::{Plot, Scale};
use crate::publisher::Asker;
use crate::table::{Aim, Report, Rounds, micros, millis};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Without the last, which takes long to make.
const QUICK: usize = 3;
/// How much dearer the last may be than the first.
const AIM: f64 = 1.2;
/// Questions of each kind.
const ASKED: usize = 50;

/// What one history has shown, in seconds.
struct Shown {
    stored: usize,
    /// Processor time of a publish.
    cpu: Rounds,
    /// How long one takes, alone.
    wait: Rounds,
}

/// Each history in turn, then the next round.
pub(crate) async fn take(bench: &Bench<'_>) -> Result<Report> {
    let sizes = &SIZES[..bench.or_quick(SIZES.len(), QUICK)];
    let count = bench.or_quick(2_000, 1_000);
    let mut shown: Vec<Shown> = Vec::new();
    for stored in sizes {
        bench.department.with_history(*stored).await?;
        shown.push(Shown {
            stored: *stored,
            cpu: Rounds::default(),
            wait: Rounds::default(),
        });
    }
    let mut asked = Vec::new();
    let rounds = bench.rounds.min(3);
    for round in 0..rounds {
        for one in &mut shown {
            let from = bench.department.with_history(one.stored).await?;
            let centre = bench.department.open(&bench.centre, Some(&from)).await?;
            let (cpu, wait) = publish(bench, &centre, count).await?;
            one.cpu.add(cpu);
            one.wait.add(wait);
            if round + 1 == rounds {
                asked.push((one.stored, ask(bench, &centre, one.stored).await?));
            }
        }
    }
    let mut report = Report::new(format!(
        "One user who has so many notifications; {count} more published to him one after the other, none \
         connected, by the processor time of the server, the write of the journal back into the database included. \
         Then his list as `GET /v1/notifications` and `GET /v1/list` give it, 50 rows, {ASKED} times each, p50 / p95."
    ));
    let first = shown.first().map_or(0.0, |one| one.cpu.median());
    for one in &shown {
        let what = format!("{} stored: a publish, processor time", one.stored);
        report.compare(what, &one.cpu, None, Aim::None, micros);
        let what = format!("{} stored: a publish, from request to answer", one.stored);
        report.compare(what, &one.wait, None, Aim::None, millis);
    }
    if let Some(last) = shown.last() {
        let ratio = last.cpu.median() / first.max(f64::MIN_POSITIVE);
        report.judged(
            format!(
                "a publish with {} stored instead of {}",
                last.stored, SIZES[0]
            ),
            format!("{ratio:.2} ×"),
            "≤ 1.2 ×",
            ratio <= AIM,
        );
    }
    for (stored, figures) in &asked {
        for (what, median, most) in figures {
            let told = format!("{} / {}", millis(*median), millis(*most));
            report.figure(format!("{stored} stored: {what}"), told);
        }
    }
    let points = |pick: fn(&Shown) -> f64| -> Vec<(f64, f64)> {
        shown
            .iter()
            .map(|one| (one.stored as f64, pick(one)))
            .collect()
    };
    let plot = Plot {
        title: "A publish by what is stored, µs of processor time",
        x: Scale::Log,
        y: Scale::Linear,
        series: vec![("publish", points(|one| one.cpu.median() * 1_000_000.0))],
    };
    report.below(&plot.put(&bench.plots, "centre-history")?);
    let of = |which: usize| -> Vec<(f64, f64)> {
        let all = asked.iter();
        all.filter_map(|(stored, figures)| Some((*stored as f64, figures.get(which)?.1 * 1_000.0)))
            .collect()
    };
    let plot = Plot {
        title: "Page and search by what is stored, ms",
        x: Scale::Log,
        y: Scale::Linear,
        series: vec![("first page", of(0)), ("search", of(2))],
    };
    report.below(&plot.put(&bench.plots, "centre-list")?);
    Ok(report)
}

/// Processor time and time of one publish, the median of the latter.
async fn publish(bench: &Bench<'_>, centre: &Ours, count: usize) -> Result<(f64, f64)> {
    let mut asker = Asker::open(centre.program.address).await?;
    let say = |number| {
        bench
            .department
            .post(number, 0..1, "Анна Петрова, +7 900 123-45-67")
    };
    for number in 0..100 {
        asker.publish(&say(number)).await?;
    }
    let before = centre.program.cpu()?;
    let mut took = Vec::with_capacity(count);
    for number in 0..count {
        let start = Instant::now();
        asker.publish(&say(number)).await?;
        took.push(start.elapsed());
    }
    let worked = centre.program.cpu()? - before;
    took.sort_unstable();
    let median = took[took.len() / 2].as_secs_f64();
    Ok((worked.as_secs_f64() / count as f64, median))
}

type Figure = (&'static str, f64, f64);

async fn ask(bench: &Bench<'_>, centre: &Ours, stored: usize) -> Result<Vec<Figure>> {
    let token = &bench.department.tokens[0];
    let headers = format!("Authorization: Bearer {token}\r\n");
    let far = stored / 2;
    let questions = [
        ("newest page", "/v1/notifications?limit=50".to_owned()),
        (
            "page from the middle",
            format!("/v1/notifications?limit=50&before={far}"),
        ),
        (
            "search «перез»",
            "/v1/list?limit=50&search=%D0%BF%D0%B5%D1%80%D0%B5%D0%B7".to_owned(),
        ),
        (
            "search «дог моск», unread",
            "/v1/list?limit=50&unread=true&search=%D0%B4%D0%BE%D0%B3%20%D0%BC%D0%BE%D1%81%D0%BA"
                .to_owned(),
        ),
        (
            "unread, newest page",
            "/v1/list?limit=50&unread=true".to_owned(),
        ),
    ];
    let mut asker = Asker::open(centre.program.address).await?;
    let mut figures = Vec::new();
    for (what, path) in questions {
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..ASKED {
            let start = Instant::now();
            let answer = asker.ask("GET", &path, &headers, "").await?;
            took.push(start.elapsed());
            let body = String::from_utf8_lossy(&answer.body);
            ensure!(answer.status == 200, "{path}: {body}");
        }
        took.sort_unstable();
        let at =
            |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)].as_secs_f64();
        figures.push((what, at(50), at(95)));
    }
    Ok(figures)
}
