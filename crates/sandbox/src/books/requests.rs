//! Incoming leads ("Неразобранное"): requests that wait until somebody accepts or declines them.

use std::collections::HashMap;

use super::{Books, Entity, EntityKind, NewCard, NewLead, Refusal, pipeline};

/// Where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// The telephone.
    Sip,
    /// E-mail.
    Mail,
    /// A messenger.
    Chats,
    /// A form on a site.
    Forms,
}

impl Category {
    /// Every category there is.
    pub(crate) const ALL: [Self; 4] = [Self::Sip, Self::Mail, Self::Forms, Self::Chats];

    /// The API's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sip => "sip",
            Self::Mail => "mail",
            Self::Chats => "chats",
            Self::Forms => "forms",
        }
    }
}

/// What a request tells, by category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metadata {
    /// A call.
    Sip {
        /// Who called.
        phone: String,
        /// How long, seconds; 0 when nobody answered.
        duration: u64,
        /// The telephony's code.
        service_code: String,
    },
    /// A letter.
    Mail {
        /// The sender's address.
        email: String,
        /// The sender's name.
        name: String,
        /// The subject.
        subject: String,
        /// How the letter begins.
        summary: String,
    },
    /// A chat.
    Chats {
        /// The sender's name.
        client: String,
        /// The messenger.
        service: String,
        /// The last message.
        text: String,
    },
    /// A form.
    Forms {
        /// The form's name.
        name: String,
        /// The page it is on.
        page: String,
        /// Who filled it in.
        client: String,
        /// The sender's telephone number.
        phone: String,
    },
}

impl Metadata {
    /// The category it belongs to.
    #[must_use]
    pub fn category(&self) -> Category {
        match self {
            Self::Sip { .. } => Category::Sip,
            Self::Mail { .. } => Category::Mail,
            Self::Chats { .. } => Category::Chats,
            Self::Forms { .. } => Category::Forms,
        }
    }

    /// What the person of the request is called, and the number known of him.
    fn person(&self) -> (&str, &str) {
        match self {
            Self::Sip { phone, .. } => (phone, phone),
            Self::Mail { name, .. } => (name, ""),
            Self::Chats { client, .. } => (client, ""),
            Self::Forms { client, phone, .. } => (client, phone),
        }
    }
}

/// A request to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    /// What the source is called: a site, a number, a mailbox.
    pub source_name: String,
    /// The pipeline it waits in.
    pub pipeline: u64,
    /// What it tells.
    pub metadata: Metadata,
    /// What the deal will be called.
    pub lead_name: String,
    /// Roubles, where the source knows.
    pub price: u64,
}

impl NewRequest {
    /// A request in the main pipeline; the deal is named after its source.
    #[must_use]
    pub fn new(source_name: &str, metadata: Metadata) -> Self {
        Self {
            source_name: source_name.to_owned(),
            pipeline: super::MAIN_PIPELINE,
            metadata,
            lead_name: format!("Заявка: {source_name}"),
            price: 0,
        }
    }

    /// The same request in another pipeline.
    #[must_use]
    pub fn in_pipeline(mut self, pipeline: u64) -> Self {
        self.pipeline = pipeline;
        self
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its deal was taken in.
    Accepted,
    /// It was thrown away.
    Declined,
    /// It was added to a card there was.
    Linked,
}

/// A request as the account keeps it. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The request's id.
    pub uid: String,
    /// The source's own id of it.
    pub source_uid: String,
    /// What the source is called.
    pub source_name: String,
    /// The pipeline it waits in.
    pub pipeline: u64,
    /// What it tells.
    pub metadata: Metadata,
    /// When it came.
    pub created_at: i64,
    /// The deal it is, known to lists only once it is accepted.
    pub lead: u64,
    /// Its person, known to lists only once it is accepted.
    pub contact: u64,
    /// What the deal is called.
    pub lead_name: String,
    /// Roubles.
    pub price: u64,
    /// What became of it and when; `None` while it waits.
    pub outcome: Option<(Outcome, i64)>,
}

/// Every request in the order of coming, and those by uid.
#[derive(Debug, Default)]
pub(super) struct Requests {
    all: Vec<Request>,
    places: HashMap<String, usize>,
}

impl Books {
    /// Adds a request and returns its uid.
    ///
    /// # Errors
    /// [`Refusal::NoSuchPipeline`].
    pub(crate) fn add_request(&mut self, new: NewRequest, now: i64) -> Result<String, Refusal> {
        pipeline(new.pipeline).ok_or(Refusal::NoSuchPipeline(new.pipeline))?;
        let uid = self.next_uuid().replace('-', "");
        let request = Request {
            uid: uid.clone(),
            source_uid: self.next_uuid(),
            source_name: new.source_name,
            pipeline: new.pipeline,
            metadata: new.metadata,
            created_at: now,
            lead: self.next_card(EntityKind::Leads).id,
            contact: self.next_card(EntityKind::Contacts).id,
            lead_name: new.lead_name,
            price: new.price,
            outcome: None,
        };
        let place = self.requests.all.len();
        self.requests.places.insert(uid.clone(), place);
        self.requests.all.push(request);
        Ok(uid)
    }

    /// Takes a request in: its person and deal become cards in the care of `keeper`.
    ///
    /// # Errors
    /// [`Refusal`] when it does not wait, or its pipeline has no such status.
    pub(crate) fn accept_request(
        &mut self,
        by: u64,
        uid: &str,
        keeper: u64,
        status: Option<u64>,
        now: i64,
    ) -> Result<Request, Refusal> {
        let request = self.waiting(uid)?.clone();
        let (name, phone) = request.metadata.person();
        let contact = NewCard {
            kind: EntityKind::Contacts,
            name: name.to_owned(),
            responsible: keeper,
            phone: phone.to_owned(),
        };
        let mut lead = NewLead::new(keeper, &request.lead_name);
        (lead.price, lead.pipeline, lead.status) = (request.price, request.pipeline, status);
        // The deal may be refused for its status; the person goes with it or not at all.
        let entity = Entity::lead(request.lead);
        let checked = pipeline(request.pipeline)
            .is_some_and(|pipeline| status.is_none_or(|id| pipeline.stage(id).is_some()));
        if !checked {
            return Err(Refusal::NoSuchStatus(status.unwrap_or_default()));
        }
        self.add_card_as(Entity::contact(request.contact), by, contact, now);
        self.add_lead_as(entity, by, lead.with_contact(request.contact), now)?;
        self.settle(uid, Outcome::Accepted, now)
    }

    /// Throws a request away.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRequest`] when it does not wait.
    pub(crate) fn decline_request(&mut self, uid: &str, now: i64) -> Result<Request, Refusal> {
        self.settle(uid, Outcome::Declined, now)
    }

    /// Adds a request from a chat to a card there is.
    ///
    /// # Errors
    /// [`Refusal`] when it does not wait, is not from a chat, or there is no such card.
    pub(crate) fn link_request(
        &mut self,
        uid: &str,
        to: Entity,
        now: i64,
    ) -> Result<Request, Refusal> {
        self.known(to)?;
        if self.waiting(uid)?.metadata.category() != Category::Chats {
            return Err(Refusal::NotFromAChat);
        }
        self.settle(uid, Outcome::Linked, now)
    }

    /// The request with this uid, waiting or not.
    pub(crate) fn request(&self, uid: &str) -> Option<&Request> {
        let place = self.requests.places.get(uid)?;
        self.requests.all.get(*place)
    }

    /// Every request there ever was, in the order of coming.
    pub(crate) fn requests(&self) -> &[Request] {
        &self.requests.all
    }

    fn waiting(&self, uid: &str) -> Result<&Request, Refusal> {
        self.request(uid)
            .filter(|request| request.outcome.is_none())
            .ok_or(Refusal::NoSuchRequest)
    }

    fn settle(&mut self, uid: &str, outcome: Outcome, now: i64) -> Result<Request, Refusal> {
        self.waiting(uid)?;
        let place = self.requests.places.get(uid).copied();
        let request = place.and_then(|place| self.requests.all.get_mut(place));
        let request = request.ok_or(Refusal::NoSuchRequest)?;
        request.outcome = Some((outcome, now));
        Ok(request.clone())
    }
}
