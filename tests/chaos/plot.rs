//! A small picture of values over time, as SVG.

use std::fmt::Write as _;

/// Of the whole picture and of what is around the lines, pixels.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 140.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 28.0;
/// One for each line; told apart without colours by the names at their ends.
const COLOURS: [&str; 4] = ["#0b63ce", "#b3261e", "#1b7f4d", "#7a4fb5"];

/// A line and its name.
pub(crate) struct Line {
    pub(crate) name: String,
    /// Seconds and values.
    pub(crate) points: Vec<(f64, f64)>,
}

/// The lines over minutes, from zero up.
pub(crate) fn svg(title: &str, unit: &str, lines: &[Line]) -> String {
    let points = || lines.iter().flat_map(|line| &line.points);
    let last = points().map(|point| point.0).fold(1.0, f64::max);
    let most = points().map(|point| point.1).fold(1.0, f64::max) * 1.1;
    let x = |seconds: f64| LEFT + seconds / last * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{title}, {unit}</text>\n"
    );
    for part in 0..=4 {
        let value = most * f64::from(part) / 4.0;
        let (at, left, right) = (y(value), LEFT - 6.0, WIDTH - RIGHT);
        // Writing into a string cannot fail.
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {at:.1}H{right}\" stroke=\"#ddd\"/><text x=\"{left}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0}</text>",
            at + 4.0
        );
        let seconds = last * f64::from(part) / 4.0;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{:.0} min</text>",
            x(seconds),
            HEIGHT - 8.0,
            seconds / 60.0
        );
    }
    let mut names: Vec<f64> = Vec::new();
    for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        let each = line.points.iter();
        let path: Vec<String> = each
            .map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)))
            .collect();
        let mut end = y(line.points.last().map_or(0.0, |point| point.1)) + 4.0;
        // Lines that end together have their names below each other.
        while names.iter().any(|name| (name - end).abs() < 13.0) {
            end += 13.0;
        }
        names.push(end);
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\
             <text x=\"{:.1}\" y=\"{end:.1}\" fill=\"{colour}\">{}</text>",
            path.join(" "),
            WIDTH - RIGHT + 6.0,
            line.name
        );
    }
    svg.push_str("</svg>\n");
    svg
}
