//! What each user may do and see, as administrators set it in the web interface.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::account::User;
use crate::books::{Card, EntityKind, PIPELINES};

/// Whose cards a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody's.
    All,
    /// The own group's; the account has one group.
    Group,
    /// The own.
    Own,
    /// Nobody's.
    Nothing,
}

impl Reach {
    /// The API's letter.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::All => 'A',
            Self::Group => 'G',
            Self::Own => 'M',
            Self::Nothing => 'D',
        }
    }

    fn covers(self, owner: u64, user: u64) -> bool {
        match self {
            Self::All | Self::Group => true,
            Self::Own => owner == user,
            Self::Nothing => false,
        }
    }
}

/// A user as he is now.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// With the name and address of today.
    pub(crate) user: User,
    pub(crate) is_active: bool,
    /// Which deals he may look at.
    pub(crate) lead_view: Reach,
    /// Pipelines whose deals he may not look at.
    pub(crate) denied: BTreeSet<u64>,
}

impl Member {
    pub(crate) fn of(user: &User) -> Self {
        Self {
            user: user.clone(),
            is_active: true,
            lead_view: Reach::All,
            denied: BTreeSet::new(),
        }
    }

    /// Whether he may look into a pipeline.
    pub(crate) fn sees_pipeline(&self, pipeline: u64) -> bool {
        self.user.is_admin || !self.denied.contains(&pipeline)
    }

    /// Whether he may look at a card.
    pub(crate) fn sees_card(&self, card: &Card) -> bool {
        match card.entity.kind {
            EntityKind::Leads => {
                let pipeline = card.deal.map(|deal| deal.pipeline);
                self.user.is_admin
                    || (self.lead_view.covers(card.responsible, self.user.id)
                        && pipeline.is_none_or(|pipeline| self.sees_pipeline(pipeline)))
            }
            EntityKind::Contacts | EntityKind::Companies | EntityKind::Customers => true,
        }
    }

    /// `rights` as the API has them.
    pub(crate) fn rights(&self) -> Value {
        let cards = |view: Reach| json!({"view": view.letter().to_string(), "edit": "A", "add": "A", "delete": "A", "export": "A"});
        let statuses: Vec<Value> = PIPELINES
            .iter()
            .filter(|pipeline| self.denied.contains(&pipeline.id))
            .flat_map(|pipeline| {
                pipeline.statuses.iter().map(|status| {
                    json!({
                        "entity_type": "leads",
                        "pipeline_id": pipeline.id,
                        "status_id": status.id,
                        "rights": {"view": "D", "edit": "D", "delete": "D", "export": "D"},
                    })
                })
            })
            .collect();
        json!({
            "leads": cards(self.lead_view),
            "contacts": cards(Reach::All),
            "companies": cards(Reach::All),
            "tasks": {"edit": "A", "delete": "A"},
            "mail_access": false,
            "catalog_access": true,
            "files_access": true,
            "status_rights": statuses,
            "catalog_rights": null,
            "custom_fields_rights": null,
            "oper_day_reports_view_access": false,
            "oper_day_user_tracking": false,
            "is_admin": self.user.is_admin,
            "is_free": false,
            "is_active": self.is_active,
            "group_id": null,
            "role_id": null,
        })
    }
}
