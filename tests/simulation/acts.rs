//! What the plan's steps do in the world.

use crate::disk;
use crate::office;
use crate::plan::Deed;
use crate::planted::Planted;
use crate::world::{Act, Copy, World};
use dealbell_inbox::UserQuiet;
use dealbell_inbox::session::{Input, Mark};
use dealbell_protocol::NotificationId;
use dealbell_protocol::window::{Connection, ListQuery};
use std::collections::BTreeMap;

/// What a device writes with whatever it does: none of these goes through on a full disk.
const WRITES: [(&str, &str); 3] = [
    ("outbox", "INSERT"),
    ("notifications", "INSERT"),
    ("state", "UPDATE"),
];
/// How long a planned end of the centre may take, milliseconds.
const LEAVE: u64 = 5_000;

impl World {
    pub(crate) async fn act(&mut self, deed: Deed) -> anyhow::Result<()> {
        let now = self.now();
        match deed {
            Deed::Tell {
                user,
                count,
                silent,
            } => {
                for _ in 0..count {
                    self.connector.tell(user, silent);
                }
            }
            Deed::Reword { user, which } => self.connector.reword(user, which),
            Deed::Withdraw { user, which } => self.connector.withdraw(user, which),
            Deed::Publish { user, count } => self.integration.publish(user, count, now),
            Deed::Popup { user } => self.pop_up(user).await?,
            Deed::Mark { desk, row, read } => self.mark(desk, row, read).await?,
            Deed::MarkAll { desk } => self.mark_all(desk).await?,
            Deed::Undo { desk } => self.undo(desk).await?,
            Deed::Snooze { desk, row, ms } => self.snooze(desk, row, ms).await?,
            Deed::Quiet { desk, on } => self.be_quiet(desk, on).await?,
            Deed::Save {
                desk,
                receive,
                quiet,
            } => {
                // Saving writes to the log as publishing does.
                let may = self.quarantine.is_none() && self.desks[desk].cut_off <= now;
                if may && self.save(desk, receive, quiet).await {
                    self.channels_touched = true;
                }
            }
            Deed::CutOff { desk, ms, torn } => {
                self.desks[desk].cut_off = now + ms;
                match torn {
                    true => self.network.tear(desk),
                    false => self.network.hold(desk, None, now + ms),
                }
            }
            Deed::Overtake { desk } => self.desks[desk].overtaken = true,
            Deed::HalfOpen { desk, way } => self.network.blacken(desk, way),
            Deed::Tear { desk } => self.network.tear(desk),
            Deed::Stall { desk, ms } => {
                let down = Some(crate::network::Way::Down);
                self.network.hold(desk, down, now + ms);
            }
            Deed::Delay { desk, ms } => self.network.set_delay(desk, ms),
            Deed::Garbage { desk } => {
                let link = self.desks[desk].link.as_ref();
                if let Some(generation) = link.map(|(generation, _)| *generation) {
                    self.disturb(desk, Input::Garbage { generation }).await?;
                }
            }
            Deed::Sleep { desk, ms, told } => {
                let asleep = &mut self.desks[desk];
                if asleep.sleeps.is_none() {
                    asleep.sleeps = Some((now, now + ms));
                    asleep.told = told;
                }
            }
            Deed::NetworkChanged { desk } => self.disturb(desk, Input::NetworkChanged).await?,
            Deed::ReconnectNow { desk } => self.disturb(desk, Input::ReconnectNow).await?,
            Deed::Jump { desk, ms } => self.desks[desk].wrong += ms,
            Deed::CentreJump { ms } => self.centre_wrong += ms,
            Deed::Kill { desk, death } => {
                if self.desks[desk].engine.is_some() {
                    self.desks[desk].death = Some(death);
                }
            }
            Deed::Revoke { desk } => {
                let token = self.desks[desk].token.clone();
                if let Some(centre) = self.office.centre() {
                    // It may be signed out already, or the disk be full.
                    let _ = centre.revoke_device(&token).await;
                }
            }
            Deed::FullDesk { desk, ms } => {
                if self.desks[desk].path.exists() {
                    self.fill_desk(desk, true).await?;
                    self.full_desks.insert(desk, now + ms);
                }
            }
            Deed::FullCentre { ms } => {
                if self.office.is_open() {
                    self.office.fill_disk(true).await?;
                    self.full_centre = Some(now + ms);
                }
            }
            Deed::Crash { away } => self.crash(away)?,
            Deed::Planned { away } => {
                if self.office.is_open() && self.leaves.is_none() {
                    self.office.say_goodbye();
                    self.leaves = Some((now + LEAVE, away));
                }
            }
            Deed::Lose { away } => self.lose(away).await?,
            Deed::Restore { away } => self.restore(away).await?,
            Deed::Copy => {
                if self.office.is_open() && self.full_centre.is_none() {
                    let path = self.office.copy()?;
                    let answered = self.integration.answered();
                    self.copies.push(Copy { path, answered });
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn disturb(&mut self, desk: usize, input: Input) -> anyhow::Result<()> {
        if self.desks[desk].is_awake() {
            self.input(desk, input).await?;
        }
        Ok(())
    }

    /// The `row`th of a device's list.
    async fn shown(&mut self, desk: usize, row: usize) -> anyhow::Result<Option<NotificationId>> {
        let desk = &mut self.desks[desk];
        if !desk.is_awake() {
            return Ok(None);
        }
        let Some(engine) = &mut desk.engine else {
            return Ok(None);
        };
        let page = engine.list(&ListQuery::default(), row as u32, 1).await?;
        Ok(page.items.first().map(|row| row.id))
    }

    async fn mark(&mut self, number: usize, row: usize, read: bool) -> anyhow::Result<()> {
        let Some(id) = self.shown(number, row).await? else {
            return Ok(());
        };
        let mark = match read {
            true => Mark::Read { ids: vec![id] },
            false => Mark::Unread { ids: vec![id] },
        };
        let now = self.now();
        let desk = &mut self.desks[number];
        let before = desk.death.is_some().then(|| disk::mark(&desk.path));
        let clocks = desk.now(now);
        let Some(engine) = &mut desk.engine else {
            return Ok(());
        };
        match engine.mark(mark, clocks).await {
            Ok(effects) => desk.effects.extend(effects),
            // The user is told: there is no mark.
            Err(_) => return Ok(()),
        }
        self.has_marked(number, &[id], read);
        self.may_die(number, before, &[id]).await
    }

    /// Dies, where its time has come; what it was doing is done or is not.
    async fn may_die(
        &mut self,
        number: usize,
        before: Option<disk::Mark>,
        ids: &[NotificationId],
    ) -> anyhow::Result<()> {
        let life = self.desks[number].life;
        let within = before.map(|before| (before, None));
        self.grow_older(number, within).await?;
        if self.desks[number].engine.is_none() && self.desks[number].life == life {
            self.open.extend(ids);
        }
        Ok(())
    }

    fn has_marked(&mut self, desk: usize, ids: &[NotificationId], read: bool) {
        for id in ids {
            self.acts.entry(*id).or_default().push(Act { desk, read });
        }
    }

    async fn mark_all(&mut self, number: usize) -> anyhow::Result<()> {
        if !self.desks[number].is_awake() {
            return Ok(());
        }
        let (rows, cursor) = self.desks[number].list().await?;
        let Some(upto) = cursor else {
            return Ok(());
        };
        let covered = rows.iter().filter(|row| row.created_seq <= upto.seq);
        let ids: Vec<NotificationId> = covered.map(|row| row.id).collect();
        let now = self.now();
        let desk = &mut self.desks[number];
        let before = desk.death.is_some().then(|| disk::mark(&desk.path));
        let clocks = desk.now(now);
        let Some(engine) = &mut desk.engine else {
            return Ok(());
        };
        match engine.mark_all(upto, clocks).await {
            Ok((marked, effects)) => {
                desk.effects.extend(effects);
                desk.undo = Some(marked.undo);
                desk.marked_all.clone_from(&ids);
            }
            // The user is told: there is no mark.
            Err(_) => return Ok(()),
        }
        self.has_marked(number, &ids, true);
        self.may_die(number, before, &ids).await
    }

    async fn undo(&mut self, number: usize) -> anyhow::Result<()> {
        let now = self.now();
        let desk = &mut self.desks[number];
        let clocks = desk.now(now);
        let (true, Some(undo)) = (desk.is_awake(), desk.undo.take()) else {
            return Ok(());
        };
        let ids = std::mem::take(&mut desk.marked_all);
        let Some(engine) = &mut desk.engine else {
            return Ok(());
        };
        let undone = engine.undo_mark_all(undo, clocks).await;
        desk.effects
            .extend(undone.ok().flatten().unwrap_or_default());
        // What was read by itself before or since stays read: the product's own tests say which.
        self.open.extend(ids);
        Ok(())
    }

    async fn snooze(&mut self, number: usize, row: usize, ms: u64) -> anyhow::Result<()> {
        let Some(id) = self.shown(number, row).await? else {
            return Ok(());
        };
        let now = self.now();
        let desk = &mut self.desks[number];
        let clocks = desk.now(now);
        let Some(engine) = &mut desk.engine else {
            return Ok(());
        };
        let until = clocks.wall + ms as i64;
        if let Ok((true, effects)) = engine.snooze(id, until, clocks).await {
            desk.effects.extend(effects);
            *desk.put_off.entry(id).or_default() += 1;
        }
        Ok(())
    }

    pub(crate) async fn be_quiet(&mut self, number: usize, on: bool) -> anyhow::Result<()> {
        let now = self.now();
        let desk = &mut self.desks[number];
        if desk.sleeps.is_some() {
            return Ok(());
        }
        desk.manners.user_quiet = on.then_some(UserQuiet { until: None });
        let clocks = desk.now(now);
        let Some(engine) = &mut desk.engine else {
            return Ok(());
        };
        let effects = engine.set_manners(desk.manners.clone(), clocks).await;
        desk.effects.extend(effects);
        Ok(())
    }

    pub(crate) async fn fill_desk(&self, desk: usize, full: bool) -> anyhow::Result<()> {
        for (table, deed) in WRITES {
            office::fill(&self.desks[desk].path, table, deed, full).await?;
        }
        Ok(())
    }

    fn crash(&mut self, away: u64) -> anyhow::Result<()> {
        if !self.office.is_open() {
            return Ok(());
        }
        let lost = self.planted == Some(Planted::AckBeforeCommit);
        self.office.crash(lost)?;
        self.falls(away);
        Ok(())
    }

    /// The centre is gone, and all that was on its way.
    fn falls(&mut self, away: u64) {
        self.network.fall();
        self.leaves = None;
        self.opens_at = Some(self.now() + away);
    }

    /// Its disk forgets what was committed since a copy. As docs/stream.md asks, the desktops come
    /// back before anybody publishes; of each user the one that knows most comes first.
    async fn lose(&mut self, away: u64) -> anyhow::Result<()> {
        let Some(copy) = self.copies.last().cloned() else {
            return Ok(());
        };
        if !self.office.is_open() || self.quarantine.is_some() {
            return Ok(());
        }
        self.office.end(Some(&copy.path))?;
        self.forget(&copy);
        self.falls(away);
        let mut first: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
        for number in 0..self.desks.len() {
            let known = self.desks[number].cursor_on_disk().await?;
            let user = self.desks[number].user;
            let best = first.entry(user).or_insert((known, number));
            *best = (*best).max((known, number));
        }
        let first: Vec<usize> = first.into_values().map(|(_, number)| number).collect();
        for number in &first {
            self.desks[*number].cut_off = 0;
            if let Some((since, until)) = self.desks[*number].sleeps {
                self.desks[*number].sleeps = Some((since, until.min(self.now())));
            }
        }
        self.note(format!("the centre forgets; {first:?} come first"));
        self.quarantine = Some(first);
        Ok(())
    }

    /// What was done since a copy is done no more, and nobody does it again.
    fn forget(&mut self, copy: &Copy) {
        self.forgot = true;
        // A disk that forgets even that a copy was put back is nobody's promise.
        self.copies.clear();
        self.integration.are_forgotten(&copy.answered);
        self.open.extend(self.acts.keys());
        self.full_centre = None;
    }

    /// A copy is put back the way it is meant to be: every history begins anew.
    async fn restore(&mut self, away: u64) -> anyhow::Result<()> {
        let Some(copy) = self.copies.last().cloned() else {
            return Ok(());
        };
        if !self.office.is_open() || self.quarantine.is_some() {
            return Ok(());
        }
        self.office.restore(&copy.path).await?;
        self.forget(&copy);
        self.falls(away);
        Ok(())
    }

    /// Everything that was wrong is put right, and everybody comes to rest.
    pub(crate) async fn heal(&mut self) -> anyhow::Result<()> {
        let now = self.now();
        self.note("everything heals".to_owned());
        self.network.let_go();
        if self.full_centre.take().is_some() {
            self.office.fill_disk(false).await?;
        }
        for (desk, _) in std::mem::take(&mut self.full_desks) {
            self.fill_desk(desk, false).await?;
        }
        for number in 0..self.desks.len() {
            self.network.set_delay(number, 40);
            let desk = &mut self.desks[number];
            desk.cut_off = 0;
            desk.overtaken = false;
            desk.death = None;
            if let Some((since, until)) = desk.sleeps {
                desk.sleeps = Some((since, until.min(now)));
            }
        }
        let mut calm = 0;
        let mut saved = vec![false; self.users.len()];
        for second in 0..HEALS_WITHIN {
            self.until(now + second * 1_000).await?;
            self.let_quiet_end(&mut saved).await?;
            match self.is_calm(&saved).await? {
                true => calm += 1,
                false => calm = 0,
            }
            if calm > CALM {
                return Ok(());
            }
        }
        let engines = self.desks.iter().map(|desk| desk.engine.as_ref());
        let links = engines.map(|engine| engine.map(|engine| engine.state().connection));
        let links: Vec<_> = links.collect();
        self.wrong(format!("it does not come to rest: {links:?}"));
        Ok(())
    }

    async fn let_quiet_end(&mut self, saved: &mut [bool]) -> anyhow::Result<()> {
        for number in 0..self.desks.len() {
            if self.desks[number].manners.user_quiet.is_some() {
                self.be_quiet(number, false).await?;
            }
            let user = self.desks[number].user;
            let may = self.quarantine.is_none() && self.desks[number].engine.is_some();
            if may && !saved[user] {
                saved[user] = self.save(number, true, false).await;
            }
        }
        Ok(())
    }

    async fn is_calm(&mut self, saved: &[bool]) -> anyhow::Result<bool> {
        let told = self.connector.is_done() && self.integration.due().is_none();
        if !told || saved.contains(&false) || self.quarantine.is_some() {
            return Ok(false);
        }
        for desk in &mut self.desks {
            let Some(engine) = &mut desk.engine else {
                return Ok(false);
            };
            let online = engine.state().connection == Connection::Online;
            if !online || !desk.effects.is_empty() || !engine.kept().await?.outbox.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// How long everything may take to come to rest, seconds.
const HEALS_WITHIN: u64 = 1_200;
/// How long it is to stay there, seconds: two pings pass.
const CALM: u64 = 60;
