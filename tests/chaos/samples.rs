//! What app and centre take while they work, moment by moment.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

/// A process and the database it keeps, watched over time.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) name: &'static str,
    pid: u32,
    database: PathBuf,
    pub(crate) samples: Vec<Sample>,
}

/// One look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Since the beginning.
    pub(crate) at: Duration,
    /// Memory, shared pages by their share, KiB.
    pub(crate) pss: f64,
    /// Of that what is its own alone, KiB.
    pub(crate) own: f64,
    /// Open files, sockets and the like.
    pub(crate) handles: f64,
    /// The database with what is still beside it, KiB.
    pub(crate) database: f64,
}

impl Watched {
    pub(crate) fn new(name: &'static str, pid: u32, database: &Path) -> Self {
        Self {
            name,
            pid,
            database: database.to_owned(),
            samples: Vec::new(),
        }
    }

    /// Looks, `at` so long after the beginning.
    pub(crate) fn look(&mut self, at: Duration) -> Result<()> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid))?;
        let kib = |name: &str| -> Result<f64> {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            Ok(number.context("memory without a number")?.parse()?)
        };
        let handles = fs::read_dir(format!("/proc/{}/fd", self.pid))?.count();
        let beside = ["", "-wal"].map(|suffix| {
            let mut file = self.database.clone().into_os_string();
            file.push(suffix);
            fs::metadata(file).map_or(0, |about| about.len())
        });
        self.samples.push(Sample {
            at,
            pss: kib("Pss:")?,
            own: kib("Pss_Anon:")?,
            handles: handles as f64,
            database: beside.iter().sum::<u64>() as f64 / 1024.0,
        });
        Ok(())
    }

    /// One of the values over time, seconds first.
    pub(crate) fn series(&self, value: impl Fn(&Sample) -> f64) -> Vec<(f64, f64)> {
        let point = |sample: &Sample| (sample.at.as_secs_f64(), value(sample));
        self.samples.iter().map(point).collect()
    }
}

/// How much a value grows in an hour, by the straight line nearest to its points after the first third,
/// in which caches fill.
pub(crate) fn an_hour(series: &[(f64, f64)]) -> f64 {
    let settled = &series[series.len() / 3..];
    let count = settled.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| settled.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let together: f64 = settled
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum();
    let wide: f64 = settled.iter().map(|point| (point.0 - x).powi(2)).sum();
    match wide > 0.0 {
        true => together / wide * 3_600.0,
        false => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::an_hour;

    #[test]
    fn a_line_has_its_slope_and_what_came_first_does_not_count() {
        let mut points: Vec<(f64, f64)> = (0..90).map(|at| (f64::from(at), 5.0)).collect();
        assert_eq!(an_hour(&points), 0.0);
        points[3].1 = 900.0;
        assert_eq!(an_hour(&points), 0.0);
        let line: Vec<(f64, f64)> = (0..90).map(|at| (f64::from(at), f64::from(at))).collect();
        assert!((an_hour(&line) - 3_600.0).abs() < 1e-6);
    }
}
