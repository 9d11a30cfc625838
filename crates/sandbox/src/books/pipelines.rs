//! The two pipelines that deals go through, and their statuses.

/// The pipeline deals are in unless told otherwise.
pub const MAIN_PIPELINE: u64 = 3_600_001;
/// The other pipeline.
pub const SECOND_PIPELINE: u64 = 3_600_002;
/// The status of a deal that was won, in every pipeline.
pub const WON: u64 = 142;
/// The status of a deal that was lost, in every pipeline.
pub const LOST: u64 = 143;

/// Where the cast's deals are.
pub(super) const NEGOTIATION: u64 = 34_000_003;

/// A way that deals go.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    /// In order; the first is Incoming leads.
    pub(crate) statuses: [Status; 6],
}

/// A stage of a pipeline.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) color: &'static str,
}

impl Pipeline {
    /// Where Incoming leads wait.
    pub(crate) fn incoming(&self) -> &Status {
        &self.statuses[0]
    }

    /// Where a deal begins unless told otherwise.
    pub(crate) fn first(&self) -> &Status {
        &self.statuses[1]
    }

    /// The status with this id, unless it is the one of Incoming leads.
    pub(crate) fn stage(&self, id: u64) -> Option<&Status> {
        self.statuses[1..].iter().find(|status| status.id == id)
    }
}

const fn status(id: u64, name: &'static str, color: &'static str) -> Status {
    Status { id, name, color }
}

/// Every pipeline, the main one first.
pub(crate) const PIPELINES: [Pipeline; 2] = [
    Pipeline {
        id: MAIN_PIPELINE,
        name: "Розница",
        statuses: [
            status(34_000_001, "Неразобранное", "#c1c1c1"),
            status(34_000_002, "Первичный контакт", "#99ccff"),
            status(NEGOTIATION, "Переговоры", "#ffff99"),
            status(34_000_004, "Договор и предоплата", "#ffcc66"),
            status(WON, "Успешно реализовано", "#CCFF66"),
            status(LOST, "Закрыто и не реализовано", "#D5D8DB"),
        ],
    },
    Pipeline {
        id: SECOND_PIPELINE,
        name: "Дизайнеры и опт",
        statuses: [
            status(34_100_001, "Неразобранное", "#c1c1c1"),
            status(34_100_002, "Знакомство", "#99ccff"),
            status(34_100_003, "Смета", "#ffff99"),
            status(34_100_004, "Поставка", "#ffcc66"),
            status(WON, "Успешно реализовано", "#CCFF66"),
            status(LOST, "Закрыто и не реализовано", "#D5D8DB"),
        ],
    },
];

/// The pipeline with this id.
pub(crate) fn pipeline(id: u64) -> Option<&'static Pipeline> {
    const ALL: &[Pipeline] = &PIPELINES;
    ALL.iter().find(|pipeline| pipeline.id == id)
}
