//! What each kind of notification looks like: the tones of the window, as mail programs need them.

use dealbell_protocol::Kind;

/// A colour with its twins: behind it, and both in the dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tone {
    /// Its name in the style sheet.
    pub(crate) name: &'static str,
    pub(crate) light: &'static str,
    pub(crate) light_soft: &'static str,
    pub(crate) dark: &'static str,
    pub(crate) dark_soft: &'static str,
}

const ACCENT: Tone = Tone {
    name: "accent",
    light: "#2360d8",
    light_soft: "#e6eefd",
    dark: "#82abff",
    dark_soft: "#1f2d4d",
};
const DUE: Tone = Tone {
    name: "due",
    light: "#a15c00",
    light_soft: "#fff0d8",
    dark: "#f4b44a",
    dark_soft: "#3a2d15",
};
const RED: Tone = Tone {
    name: "red",
    light: "#cc2433",
    light_soft: "#fde9eb",
    dark: "#ff7a83",
    dark_soft: "#44232a",
};
const GREEN: Tone = Tone {
    name: "green",
    light: "#107a45",
    light_soft: "#e3f5ea",
    dark: "#52cb8d",
    dark_soft: "#1b3527",
};
const VIOLET: Tone = Tone {
    name: "violet",
    light: "#6a3fd2",
    light_soft: "#efe9fd",
    dark: "#b79bff",
    dark_soft: "#30284a",
};
const QUIET: Tone = Tone {
    name: "quiet",
    light: "#5b6270",
    light_soft: "#eceef3",
    dark: "#a8afbb",
    dark_soft: "#2c2f36",
};

impl Tone {
    /// All of them, for the style sheet.
    pub(crate) const ALL: [Self; 6] = [ACCENT, DUE, RED, GREEN, VIOLET, QUIET];
    /// That of whatever is no notification.
    pub(crate) const PLAIN: Self = ACCENT;

    /// That of `kind`.
    pub(crate) fn of(kind: Kind) -> Self {
        match kind {
            Kind::TaskNew | Kind::Call | Kind::DealAssigned => ACCENT,
            Kind::TaskDue => DUE,
            Kind::TaskOverdue => RED,
            Kind::TaskCompleted | Kind::ChatMessage => GREEN,
            Kind::Request => VIOLET,
            Kind::System | Kind::Message => QUIET,
        }
    }
}
