//! What is said of several values of one kind: the median and how far they spread; and the ratio to
//! a peer's.

use std::fmt;
use std::time::Duration;

/// Values in order, of one unit.
pub(crate) struct Spread {
    values: Vec<f64>,
    unit: &'static str,
}

impl Spread {
    /// Of these values.
    pub(crate) fn new(unit: &'static str, values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        Self { values, unit }
    }

    /// Of these times, in milliseconds.
    pub(crate) fn millis(values: impl IntoIterator<Item = Duration>) -> Self {
        let values = values.into_iter();
        Self::new("ms", values.map(|value| value.as_secs_f64() * 1_000.0))
    }

    pub(crate) fn count(&self) -> usize {
        self.values.len()
    }

    /// The smallest value that at least this share of all does not exceed; zero of nothing.
    pub(crate) fn permille(&self, permille: usize) -> f64 {
        let rank = (self.values.len() * permille).div_ceil(1_000);
        let place = rank.saturating_sub(1);
        self.values.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn median(&self) -> f64 {
        self.permille(500)
    }

    /// Its median beside a peer's as words, where that peer was there: `, 0.48 × gotify-tray`.
    pub(crate) fn beside(&self, peer: Option<&Self>, name: &str) -> String {
        peer.map_or_else(String::new, |peer| {
            format!(", {:.2} × {name}", self.ratio(peer))
        })
    }

    /// Median beside a peer's: `0.48 × gotify-tray`; none where the peer's is nothing.
    pub(crate) fn ratio(&self, peer: &Self) -> f64 {
        self.median() / peer.median()
    }
}

impl fmt::Display for Spread {
    /// The median, then the least and the most where there are several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { values, unit } = self;
        let median = self.median();
        let digits = if median.abs() < 10.0 { 2 } else { 1 };
        write!(f, "{median:.digits$}")?;
        if let [least, .., most] = values.as_slice() {
            write!(f, " ({least:.digits$}–{most:.digits$})")?;
        }
        write!(f, " {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_told_with_the_spread_and_the_ratio_beside_the_peer() {
        let ours = Spread::new("MiB", [52.0, 50.0, 51.0]);
        let peers = Spread::new("MiB", [102.0]);
        assert_eq!(ours.to_string(), "51.0 (50.0–52.0) MiB");
        assert_eq!(peers.to_string(), "102.0 MiB");
        assert!((ours.ratio(&peers) - 0.5).abs() < 1e-9);
        let many = Spread::new("ms", (1..=1000).rev().map(f64::from));
        assert!((many.permille(999) - 999.0).abs() < 1e-9);
    }
}
