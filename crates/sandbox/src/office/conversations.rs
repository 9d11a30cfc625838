//! Chats, short messages and calls on behalf of customers and colleagues, and telling the hooks.

use super::Office;
use crate::account::ACCOUNT_ID;
use crate::books::{Body, Entity, EntityKind, Message, Note, Refusal};
use crate::hooks::Announcement;

impl Office {
    /// A customer writes at `at`, Unix seconds.
    pub(crate) fn message_in(
        &self,
        from: u64,
        on: Entity,
        origin: &str,
        text: &str,
        at: i64,
    ) -> Result<Message, Refusal> {
        let message = self.desk().books.message_in(from, on, origin, text, at)?;
        self.announce(told(&message));
        self.announce(of_talk(
            if message.is_first { "add" } else { "update" },
            &message,
        ));
        Ok(message)
    }

    /// Somebody (0 a robot) answers at `at`, Unix seconds.
    pub(crate) fn message_out(
        &self,
        by: u64,
        on: Entity,
        text: &str,
        at: i64,
    ) -> Result<Message, Refusal> {
        self.known_actor(by)?;
        let message = self.desk().books.message_out(by, on, text, at)?;
        self.announce(told(&message));
        self.announce(of_talk("update", &message));
        Ok(message)
    }

    /// Ends a talk at `at`, Unix seconds.
    pub(crate) fn close_talk(&self, id: u64, at: i64) -> Result<(), Refusal> {
        self.desk().books.close_talk(id, at)
    }

    /// A customer sends a short message at `at`, Unix seconds.
    pub(crate) fn sms_in(
        &self,
        from: u64,
        on: Entity,
        text: &str,
        at: i64,
    ) -> Result<u64, Refusal> {
        let id = self.desk().books.sms_in(from, on, text, at)?;
        self.announce_note(id);
        Ok(id)
    }

    /// Somebody (0 a robot) sends one at `at`, Unix seconds.
    pub(crate) fn sms_out(&self, by: u64, on: Entity, text: &str, at: i64) -> Result<u64, Refusal> {
        self.known_actor(by)?;
        let id = self.desk().books.sms_out(by, on, text, at)?;
        self.announce_note(id);
        Ok(id)
    }

    /// A customer has called `called`, or nobody in particular, at `at`, Unix seconds.
    pub(crate) fn call_in(
        &self,
        from: u64,
        called: Option<u64>,
        answered: bool,
        duration: u64,
        at: i64,
    ) -> Result<u64, Refusal> {
        if let Some(called) = called {
            self.known_user(called)?;
        }
        let mut desk = self.desk();
        let id = desk.books.call(0, from, called, answered, duration, at)?;
        drop(desk);
        self.announce_note(id);
        Ok(id)
    }

    /// Somebody has called a customer at `at`, Unix seconds.
    pub(crate) fn call_out(
        &self,
        by: u64,
        to: u64,
        answered: bool,
        duration: u64,
        at: i64,
    ) -> Result<u64, Refusal> {
        self.known_user(by)?;
        let mut desk = self.desk();
        let id = desk.books.call(by, to, Some(by), answered, duration, at)?;
        drop(desk);
        self.announce_note(id);
        Ok(id)
    }

    fn announce_note(&self, id: u64) {
        let note = self.read(|books| books.noted(id).cloned());
        if let Some(note) = note {
            self.announce(of_note(&note));
        }
    }
}

/// A chat message with the fields amoCRM sends; nothing else tells its text.
fn told(message: &Message) -> Announcement {
    let talk = &message.talk;
    let (direction, author) = match message.author {
        None => ("incoming", "external"),
        Some(_) => ("outgoing", "internal"),
    };
    let announcement = Announcement::new("message", "add")
        .with("id", &message.id)
        .with("chat_id", &talk.chat_id)
        .with("talk_id", talk.id)
        .with("contact_id", talk.contact)
        .with("text", &message.text)
        .with("created_at", message.created_at)
        .with("element_type", number_of(talk.on.kind))
        .with("entity_type", talk.on.kind.singular())
        .with("element_id", talk.on.id)
        .with("entity_id", talk.on.id)
        .with("type", direction)
        .with("author[type]", author)
        .with("origin", &talk.origin);
    match message.author {
        None => announcement
            .with("author[id]", talk.contact)
            .with("author[name]", &message.contact_name),
        Some(user) => announcement.with("author[id]", user),
    }
}

fn of_talk(action: &'static str, message: &Message) -> Announcement {
    let talk = &message.talk;
    Announcement::new("talk", action)
        .with("talk_id", talk.id)
        .with("contact_id", talk.contact)
        .with("chat_id", &talk.chat_id)
        .with("entity_id", talk.on.id)
        .with("entity_type", talk.on.kind.singular())
        .with("is_in_work", u8::from(talk.is_in_work))
        .with("is_read", u8::from(talk.is_read))
        .with("origin", &talk.origin)
        .with("created_at", talk.created_at)
        .with("updated_at", talk.updated_at)
        .with("account_id", ACCOUNT_ID)
}

fn of_note(note: &Note) -> Announcement {
    // The numbers are those of the API's second version, which hooks still speak.
    let (number, text) = match &note.body {
        Body::CallIn(_) => (10, ""),
        Body::CallOut(_) => (11, ""),
        Body::SmsIn { text } => (102, text.as_str()),
        Body::SmsOut { text } => (103, text.as_str()),
    };
    Announcement::new(note.on.kind.name(), "note")
        .with("note[id]", note.id)
        .with("note[note_type]", number)
        .with("note[element_id]", note.on.id)
        .with("note[element_type]", number_of(note.on.kind))
        .with("note[created_by]", note.created_by)
        .with("note[responsible_user_id]", note.responsible)
        .with("note[created_at]", note.created_at)
        .with("note[text]", text)
        .with("note[account_id]", ACCOUNT_ID)
}

/// The number hooks know a kind by.
fn number_of(kind: EntityKind) -> u8 {
    match kind {
        EntityKind::Contacts => 1,
        EntityKind::Leads => 2,
        EntityKind::Companies => 3,
        EntityKind::Customers => 12,
    }
}
