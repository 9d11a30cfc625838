//! What a card is, and how one is named.

/// What a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// A deal.
    Leads,
    /// A person.
    Contacts,
    /// A company.
    Companies,
    /// A returning customer.
    Customers,
}

impl EntityKind {
    /// Every kind there is.
    pub(crate) const ALL: [Self; 4] = [
        Self::Leads,
        Self::Contacts,
        Self::Companies,
        Self::Customers,
    ];

    /// The API's name, also the path segment.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Leads => "leads",
            Self::Contacts => "contacts",
            Self::Companies => "companies",
            Self::Customers => "customers",
        }
    }

    /// The name in events, talks and messages.
    #[must_use]
    pub fn singular(self) -> &'static str {
        match self {
            Self::Leads => "lead",
            Self::Contacts => "contact",
            Self::Companies => "company",
            Self::Customers => "customer",
        }
    }

    /// The kind the API calls `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A card: what tasks hang on, conversations are about and events happen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Its id within the kind.
    pub id: u64,
}

impl Entity {
    /// The deal with this id.
    #[must_use]
    pub fn lead(id: u64) -> Self {
        let kind = EntityKind::Leads;
        Self { kind, id }
    }

    /// The person with this id.
    #[must_use]
    pub fn contact(id: u64) -> Self {
        let kind = EntityKind::Contacts;
        Self { kind, id }
    }

    /// The company with this id.
    #[must_use]
    pub fn company(id: u64) -> Self {
        let kind = EntityKind::Companies;
        Self { kind, id }
    }
}
