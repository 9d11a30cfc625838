//! Due and overdue: what the clock alone brings about (RULES T3, T5).

use super::{
    Context, KnownTask, Missed, Outcome, Phase, Say, TaskSettings, Tell, What, task_subject,
};
use crate::model::Seconds;
use jiff::Timestamp;
use jiff::civil::Time;

/// What the time says about a task that nobody touched.
pub fn ring(known: KnownTask, context: &Context) -> Outcome {
    if known.completed {
        return Outcome::of(known);
    }
    let overdue = context.now >= known.deadline;
    let due = context.now >= due_at(&known, context.settings);
    match known.phase {
        Phase::Overdue if overdue => Outcome::of(known),
        // The clock was put back. What was told is not told again, but says what is true.
        Phase::Overdue if known.due_listed => told(known, Phase::Due, Loudness::Update, context),
        Phase::Overdue => Outcome::of(KnownTask {
            phase: Phase::Waiting,
            ..known
        }),
        Phase::Due if overdue => told(known, Phase::Overdue, Loudness::Update, context),
        Phase::Skipped if overdue => told(known, Phase::Overdue, Loudness::Silent, context),
        Phase::Waiting if overdue && was_told_as_new(&known, context) => {
            told(known, Phase::Overdue, Loudness::Silent, context)
        }
        Phase::Waiting if overdue => told(known, Phase::Overdue, Loudness::Missed, context),
        Phase::Waiting if due => told(known, Phase::Due, Loudness::Rings, context),
        Phase::Waiting | Phase::Skipped | Phase::Due => Outcome::of(known),
    }
}

/// Whether [`ring`] has something to say.
pub fn stirs(known: &KnownTask, context: &Context) -> bool {
    let early = known.phase == Phase::Overdue && !known.completed && context.now < known.deadline;
    early || wake(known, context.settings).is_some_and(|at| at <= context.now)
}

/// When [`ring`] has something to say next, Unix seconds; none where it never will, as long as the
/// clock goes on.
pub fn wake(known: &KnownTask, settings: &TaskSettings) -> Option<Seconds> {
    match known.phase {
        _ if known.completed => None,
        Phase::Waiting => Some(due_at(known, settings).min(known.deadline)),
        Phase::Skipped | Phase::Due => Some(known.deadline),
        Phase::Overdue => None,
    }
}

/// Whether a deadline means "that day" (RULES T5).
pub fn is_all_day(deadline: Seconds, settings: &TaskSettings) -> bool {
    let Ok(at) = Timestamp::from_second(deadline) else {
        return false;
    };
    let time = at.to_zoned(settings.time_zone.clone()).time();
    time.hour() == 23 && time.minute() == 59
}

/// When a task is told as due: its lead before the deadline, or the hour of its day (RULES T3, T5).
pub(super) fn due_at(known: &KnownTask, settings: &TaskSettings) -> Seconds {
    let hour = || {
        let zone = settings.time_zone.clone();
        let day = Timestamp::from_second(known.deadline)
            .ok()?
            .to_zoned(zone.clone())
            .date();
        let hour = Time::new(settings.all_day_hour, 0, 0, 0).ok()?;
        let at = day.to_datetime(hour).to_zoned(zone).ok()?;
        Some(at.timestamp().as_second())
    };
    is_all_day(known.deadline, settings)
        .then(hour)
        .flatten()
        .unwrap_or_else(|| known.deadline.saturating_sub(settings.lead))
}

enum Loudness {
    Rings,
    /// The same item says something else: no second toast.
    Update,
    Silent,
    Missed,
}

/// It was given with a deadline that had passed: *new task* has just said so.
fn was_told_as_new(known: &KnownTask, context: &Context) -> bool {
    !context.baseline && known.armed >= known.deadline
}

fn told(mut known: KnownTask, phase: Phase, loudness: Loudness, context: &Context) -> Outcome {
    known.phase = phase;
    let Some(&user) = context.people.get(&known.responsible) else {
        return Outcome::of(known);
    };
    known.due_listed = !(context.baseline && matches!(loudness, Loudness::Missed));
    let tell = Tell {
        user,
        what: what(phase),
        key: key(&known),
        silent: matches!(loudness, Loudness::Silent),
        missed: match loudness {
            Loudness::Missed if context.baseline => Missed::Baseline,
            Loudness::Missed => Missed::Away,
            Loudness::Rings | Loudness::Update | Loudness::Silent => Missed::No,
        },
        task: known.clone(),
    };
    Outcome {
        says: vec![Say::Tell(Box::new(tell))],
        known: Some(known),
    }
}

/// The listed due notice in other words, without a toast.
pub(super) fn reworded(known: &KnownTask, context: &Context) -> Option<Say> {
    let user = context.people.get(&known.responsible).copied()?;
    known.due_listed.then(|| {
        Say::Tell(Box::new(Tell {
            user,
            what: what(known.phase),
            key: key(known),
            silent: true,
            missed: Missed::No,
            task: known.clone(),
        }))
    })
}

fn what(phase: Phase) -> What {
    match phase {
        Phase::Overdue => What::Overdue,
        Phase::Due | Phase::Waiting | Phase::Skipped => What::Due,
    }
}

fn key(known: &KnownTask) -> String {
    let subject = task_subject(known.id);
    format!("{subject}:due:{}:{}", known.deadline, known.armed)
}
