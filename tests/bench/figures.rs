//! From single values to what is said of them all.

use std::time::Duration;

/// Values in order.
pub(crate) struct Sorted(Vec<Duration>);

impl Sorted {
    pub(crate) fn new(mut values: Vec<Duration>) -> Self {
        values.sort_unstable();
        Self(values)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest value that at least this share of all does not exceed; zero of nothing.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100);
        let place = rank.saturating_sub(1);
        self.0.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn min(&self) -> Duration {
        self.percentile(0)
    }

    pub(crate) fn median(&self) -> Duration {
        self.percentile(50)
    }

    pub(crate) fn max(&self) -> Duration {
        self.percentile(100)
    }
}

/// `1.23 s`.
pub(crate) fn seconds(value: Duration) -> String {
    format!("{:.2} s", value.as_secs_f64())
}

/// `123 ms`.
pub(crate) fn millis(value: Duration) -> String {
    format!("{} ms", value.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values = (1..=60).rev().map(Duration::from_millis).collect();
        let sorted = Sorted::new(values);
        let at = |percent| sorted.percentile(percent).as_millis();
        assert_eq!([at(0), at(50), at(95), at(100)], [1, 30, 57, 60]);
        let three = Sorted::new([7, 5, 6].map(Duration::from_secs).to_vec());
        assert_eq!(three.median(), Duration::from_secs(6));
        assert_eq!(Sorted::new(Vec::new()).max(), Duration::ZERO);
    }
}
