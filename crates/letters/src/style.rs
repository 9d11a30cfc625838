//! The style sheets of a letter: less room on a phone, and the dark twins of all colours. Each is an
//! element of its own, since some programs leave out a whole one for a rule they do not know.

use crate::tone::Tone;
use std::fmt::Write as _;

/// The elements for the head of the document.
pub(crate) fn sheets() -> String {
    let phone = "@media (max-width:480px){.pad{padding-left:20px !important;\
                 padding-right:20px !important}.room{padding:16px 10px 24px !important}}";
    let dark = format!(
        ":root{{color-scheme:light dark;supported-color-schemes:light dark}}\
         @media (prefers-color-scheme:dark){{{}}}",
        dark("", "")
    );
    // Outlook on the web renames the classes and marks what it has darkened itself.
    let marked = self::dark("[data-ogsb] ", "[data-ogsc] ");
    format!("<style>{phone}</style>\n<style>{dark}</style>\n<style>{marked}</style>")
}

/// Every rule begins with `ground` where it is about backgrounds, with `ink` where about text.
fn dark(ground: &str, ink: &str) -> String {
    let mut rules = format!(
        "{ground}.ground{{background:#121419 !important}}\
         {ground}.card{{background:#1c1f26 !important;border-color:#32353c !important}}\
         {ground}.line{{border-color:#32353c !important}}\
         {ink}.ink{{color:#eceef2 !important}}\
         {ink}.soft{{color:#a8afbb !important}}\
         {ground}.button{{background:#6d9dff !important}}\
         {ink}.on{{color:#0f1420 !important}}"
    );
    for tone in Tone::ALL {
        let Tone {
            name,
            dark,
            dark_soft,
            ..
        } = tone;
        let _ = write!(
            rules,
            "{ink}.tone-{name}{{color:{dark} !important}}\
             {ink}.chip-{name}{{color:{dark} !important}}\
             {ground}.chip-{name}{{background:{dark_soft} !important}}\
             {ground}.bar-{name}{{background:{dark} !important}}\
             {ground}.edge-{name}{{border-top-color:{dark} !important}}"
        );
    }
    rules
}
