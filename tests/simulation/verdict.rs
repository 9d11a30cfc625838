//! What must hold when everything has healed.

use crate::network::WINDOW;
use crate::world::World;
use dealbell_protocol::rest::FeedPage;
use dealbell_protocol::window::{ListQuery, Suppression, ToastOutcome};
use dealbell_protocol::{Notification, NotificationId};
use http::StatusCode;
use std::collections::{BTreeMap, HashMap};

impl World {
    /// Holds everything against everything else.
    pub(crate) async fn judge(&mut self) -> anyhow::Result<()> {
        let mut lists = Vec::new();
        for user in 0..self.users.len() {
            let of_user = |desk: &crate::desk::Desk| desk.user == user;
            let Some(desk) = self.desks.iter().position(of_user) else {
                continue;
            };
            let list = self.centre_list(desk).await?;
            self.judge_told(user, &list.0);
            self.judge_counter(user, &list);
            self.judge_marks(&list.0);
            lists.push(list);
        }
        for desk in 0..self.desks.len() {
            let (list, unread) = lists[self.desks[desk].user].clone();
            self.judge_desk(desk, &list, unread).await?;
            self.judge_toasts(desk, &list).await?;
        }
        self.judge_bounds();
        Ok(())
    }

    /// A user's whole list as the centre has it, newest first, and its counter.
    async fn centre_list(&self, desk: usize) -> anyhow::Result<(Vec<Notification>, u64)> {
        let mut all = Vec::new();
        let mut before = String::new();
        loop {
            let path = format!("/v1/notifications?limit=200{before}");
            let answer = self.get(desk, &path).await;
            let (status, body) = answer.ok_or_else(|| anyhow::anyhow!("the centre is away"))?;
            if status != StatusCode::OK {
                anyhow::bail!("{desk} may not read the list: {status}");
            }
            let page: FeedPage = serde_json::from_slice(&body)?;
            all.extend(page.items);
            let Some(next) = page.next else {
                return Ok((all, page.unread.count));
            };
            before = format!("&before={next}");
        }
    }

    /// Everything that was told is there once, in its last words; nothing else is.
    fn judge_told(&mut self, user: usize, list: &[Notification]) {
        let mut expected = self.connector.expected(user);
        let mut may: BTreeMap<&str, ()> = BTreeMap::new();
        let requests = self.integration.requests.clone();
        for request in requests.iter().filter(|request| request.user == user) {
            for title in &request.titles {
                match request.forgotten {
                    true => drop(may.insert(title, ())),
                    false => drop(expected.insert(title.clone(), String::new())),
                }
            }
        }
        for row in list {
            let wanted = expected.remove(&row.title);
            if wanted.is_none() && may.remove(row.title.as_str()).is_none() {
                self.wrong(format!("{} is there once too often", row.title));
            }
            if wanted.is_some_and(|text| text != row.text) {
                self.wrong(format!("{} says {:?}", row.title, row.text));
            }
        }
        for title in expected.keys() {
            self.wrong(format!("{title} is lost"));
        }
    }

    fn judge_counter(&mut self, user: usize, (list, unread): &(Vec<Notification>, u64)) {
        let counted = list.iter().filter(|row| row.is_unread()).count() as u64;
        if counted != *unread {
            self.wrong(format!("user {user}: {counted} unread, {unread} counted"));
        }
    }

    /// What a user has marked is as he marked it; what he has not is unread. Where devices said
    /// different things of a row at once, any of them may be the last.
    fn judge_marks(&mut self, list: &[Notification]) {
        for row in list.iter().filter(|row| !self.open.contains(&row.id)) {
            let acts = self.acts.get(&row.id).map_or(&[][..], Vec::as_slice);
            let one = acts.windows(2).all(|two| two[0].desk == two[1].desk);
            let all_read = acts.iter().all(|act| act.read);
            let wanted = match acts.last() {
                None => false,
                Some(last) if one => last.read,
                Some(_) if all_read => true,
                Some(_) => continue,
            };
            if row.is_unread() == wanted {
                let what = format!("{}: read {}, {acts:?}", row.title, !row.is_unread());
                self.violations.push(what);
            }
        }
    }

    async fn judge_desk(
        &mut self,
        number: usize,
        list: &[Notification],
        unread: u64,
    ) -> anyhow::Result<()> {
        let (own, _) = self.desks[number].list().await?;
        let shown: Vec<&str> = own.iter().map(|row| row.title.as_str()).collect();
        let there: Vec<&str> = list.iter().map(|row| row.title.as_str()).collect();
        if shown != there {
            self.wrong(format!("{number} lists {shown:?}, the centre {there:?}"));
        } else if let Some((own, there)) = own.iter().zip(list).find(|(own, there)| own != there) {
            self.wrong(format!("{number} has {own:?}, the centre {there:?}"));
        }
        let Some(engine) = &mut self.desks[number].engine else {
            return Ok(());
        };
        let counted = engine.list(&ListQuery::unread(), 0, 0).await?.total;
        let says = engine.state().unread;
        if says != unread || u64::from(counted) != unread {
            self.wrong(format!(
                "{number} says {says} and lists {counted} unread, the centre counts {unread}"
            ));
        }
        Ok(())
    }

    /// Nothing rang twice; what is unread and was wanted rang, or a summary spoke for it.
    async fn judge_toasts(&mut self, number: usize, list: &[Notification]) -> anyhow::Result<()> {
        let titles: HashMap<NotificationId, &str> = list
            .iter()
            .map(|row| (row.id, row.title.as_str()))
            .collect();
        let desk = &mut self.desks[number];
        let mut wrong = Vec::new();
        for (id, times) in &desk.rung {
            let put_off = desk.put_off.get(id).copied().unwrap_or(0);
            if *times > 1 + put_off {
                let title = titles.get(id).copied().unwrap_or("one that is gone");
                wrong.push(format!("{number} rang {times} times for {title}"));
            }
        }
        let Some(engine) = &mut desk.engine else {
            return Ok(());
        };
        if engine.state().quiet_held > 0 {
            wrong.push(format!("{number} still holds back what no quiet keeps"));
        }
        // What quiet held back stays marked so; the summary that named it came later.
        let mut summarised = 0;
        let mut outcomes: HashMap<NotificationId, Vec<(i64, ToastOutcome)>> = HashMap::new();
        for attempt in engine.attempts(5_000).await? {
            match (attempt.notification, attempt.outcome) {
                (Some(id), Some(outcome)) => {
                    outcomes.entry(id).or_default().push((attempt.id, outcome));
                }
                (None, Some(ToastOutcome::Shown)) => summarised = summarised.max(attempt.id),
                _ => {}
            }
        }
        for row in list {
            let put_off = desk.put_off.contains_key(&row.id);
            if self.acts.contains_key(&row.id) || put_off {
                continue;
            }
            let of_row = outcomes.get(&row.id).map_or(&[][..], Vec::as_slice);
            let silent = row.silent;
            let touched = self.channels_touched;
            let told = of_row.iter().any(|(attempt, outcome)| match outcome {
                ToastOutcome::Shown | ToastOutcome::Replaced | ToastOutcome::Coalesced => true,
                ToastOutcome::Suppressed { by } => match by {
                    Suppression::Silent => silent,
                    Suppression::MasterSwitch => touched,
                    Suppression::UserQuiet | Suppression::QuietHours => *attempt < summarised,
                    _ => false,
                },
                ToastOutcome::Failed { .. } => false,
            });
            if !told {
                wrong.push(format!(
                    "{number} kept silent about {}: {of_row:?}",
                    row.title
                ));
            }
            if silent && desk.rung.contains_key(&row.id) {
                wrong.push(format!("{number} rang for {}", row.title));
            }
        }
        wrong.into_iter().for_each(|what| self.wrong(what));
        Ok(())
    }

    fn judge_bounds(&mut self) {
        if self.network.most > 3 * WINDOW {
            self.wrong(format!("{} bytes were under way", self.network.most));
        }
        let open = self
            .office
            .centre()
            .map_or(0, |centre| centre.connections());
        if open != self.desks.len() {
            self.wrong(format!(
                "{open} connections for {} devices",
                self.desks.len()
            ));
        }
    }
}
