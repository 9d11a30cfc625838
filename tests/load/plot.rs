//! A line or two as SVG, so that it is seen how a cost grows.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 36.0;
const COLOURS: [&str; 4] = ["#2563eb", "#dc2626", "#059669", "#9333ea"];

/// How an axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// From zero, evenly.
    Linear,
    /// By powers of ten.
    Log,
}

/// Lines with their names.
pub(crate) struct Plot {
    pub(crate) title: &'static str,
    pub(crate) x: Scale,
    pub(crate) y: Scale,
    pub(crate) series: Vec<(&'static str, Vec<(f64, f64)>)>,
}

/// An axis: what is at its ends.
struct Axis {
    scale: Scale,
    least: f64,
    most: f64,
}

impl Axis {
    fn of(scale: Scale, values: impl Iterator<Item = f64> + Clone) -> Self {
        let most = values.clone().fold(f64::MIN_POSITIVE, f64::max);
        let least = values.fold(most, f64::min);
        match scale {
            Scale::Linear => Self {
                scale,
                least: 0.0,
                most: most * 1.1,
            },
            Scale::Log => Self {
                scale,
                least: 10_f64.powf(least.log10().floor()),
                most: 10_f64.powf(most.log10().ceil()),
            },
        }
    }

    /// From 0 to 1.
    fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.least) / (self.most - self.least),
            Scale::Log => (value / self.least).log10() / (self.most / self.least).log10().max(1.0),
        }
    }

    fn marks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => {
                let rough = self.most / 4.0;
                let power = 10_f64.powf(rough.log10().floor());
                let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
                let step = steps
                    .into_iter()
                    .find(|step| *step >= rough)
                    .unwrap_or(rough);
                let count = (self.most / step).floor();
                (0..=count as u32).map(|n| f64::from(n) * step).collect()
            }
            Scale::Log => {
                let mut marks = vec![self.least];
                while let Some(last) = marks.last().copied().filter(|last| *last * 5.0 < self.most)
                {
                    marks.push(last * 10.0);
                }
                marks
            }
        }
    }
}

impl Plot {
    /// Writes it into `folder` and says how the page of figures shows it. The slope of each line from
    /// its first point to its last is told in words.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn put(&self, folder: &Path, name: &str) -> Result<String> {
        fs::write(folder.join(format!("{name}.svg")), self.svg()?)?;
        let mut text = format!("![{}](plots/{name}.svg)", self.title);
        for (line, points) in &self.series {
            let (Some(first), Some(last)) = (points.first(), points.last()) else {
                continue;
            };
            let (more, cost) = (last.0 / first.0, last.1 / first.1);
            let power = cost.log10() / more.log10();
            write!(
                text,
                "\n\n{line}: {:.3} at {}, {:.3} at {}: {more:.0} times as many cost {cost:.2} times as much (power {power:.2}).",
                first.1, first.0, last.1, last.0
            )?;
        }
        Ok(text)
    }

    fn svg(&self) -> Result<String> {
        let all = self.series.iter().flat_map(|(_, points)| points.iter());
        let x = Axis::of(self.x, all.clone().map(|point| point.0));
        let y = Axis::of(self.y, all.map(|point| point.1));
        let across = |value: f64| LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
        let down = |value: f64| HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{}</text>\n",
            self.title
        );
        for mark in x.marks() {
            let at = across(mark);
            writeln!(
                svg,
                "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{}</text>",
                HEIGHT - BOTTOM + 18.0,
                short(mark)
            )?;
        }
        for mark in y.marks() {
            let at = down(mark);
            writeln!(
                svg,
                "<path d=\"M{LEFT} {at:.1}H{:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" \
                 text-anchor=\"end\" fill=\"#555\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                at + 4.0,
                short(mark)
            )?;
        }
        for (number, (name, points)) in self.series.iter().enumerate() {
            let colour = COLOURS[number % COLOURS.len()];
            let places: Vec<String> = points
                .iter()
                .map(|point| format!("{:.1},{:.1}", across(point.0), down(point.1)))
                .collect();
            writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                places.join(" ")
            )?;
            for point in points {
                let (cx, cy) = (across(point.0), down(point.1));
                writeln!(
                    svg,
                    "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"3\" fill=\"{colour}\"/>"
                )?;
            }
            writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"{colour}\">{name}</text>",
                WIDTH - RIGHT,
                TOP - 4.0 + 14.0 * number as f64
            )?;
        }
        svg.push_str("</svg>\n");
        Ok(svg)
    }
}

/// `10k`.
fn short(value: f64) -> String {
    if value >= 1_000_000.0 {
        format!("{}M", value / 1_000_000.0)
    } else if value >= 1_000.0 {
        format!("{}k", value / 1_000.0)
    } else {
        let text = format!("{value:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_told_and_the_ends_are_within_the_frame() {
        let folder = tempfile::tempdir().unwrap();
        let plot = Plot {
            title: "it",
            x: Scale::Log,
            y: Scale::Linear,
            series: vec![("a", vec![(1_000.0, 2.0), (1_000_000.0, 2.0)])],
        };
        let told = plot.put(folder.path(), "it").unwrap();
        assert!(
            told.contains("1000 times as many cost 1.00 times as much"),
            "{told}"
        );
        let svg = fs::read_to_string(folder.path().join("it.svg")).unwrap();
        assert!(svg.contains(&format!("points=\"{LEFT:.1},")), "{svg}");
        assert!(svg.contains(&format!(" {:.1},", WIDTH - RIGHT)), "{svg}");
    }
}
