//! The number's digits: set pixel by pixel where the icon is small, drawn as lines where it is large.

use super::bell::{paint, stroke};
use tiny_skia::{Path, PathBuilder, Pixmap, Rect, Transform};

const WHITE: [u8; 3] = [255, 255, 255];

/// The number as far as it is readable: 1–9, then 9+; from 24 pixels 1–99, then 99+.
pub(super) fn label(unread: u64, size: u32) -> String {
    let most = if size < 24 { 9 } else { 99 };
    if unread > most {
        format!("{most}+")
    } else {
        unread.to_string()
    }
}

/// How digits look at one size.
pub(super) enum Face {
    /// Of whole pixels, so many high.
    Pixels(u8),
    /// Of lines, so high.
    Lines(f32),
}

impl Face {
    /// For an icon of `size` pixels.
    pub(super) fn of(size: u32) -> Self {
        match size {
            ..20 => Self::Pixels(6),
            20..28 => Self::Pixels(7),
            _ => Self::Lines((size as f32 * 0.3).round()),
        }
    }

    /// Of lines, whatever the size.
    #[cfg(any(windows, test))]
    pub(super) fn lines(height: f32) -> Self {
        Self::Lines(height)
    }

    pub(super) fn height(&self) -> f32 {
        match self {
            Self::Pixels(height) => f32::from(*height),
            Self::Lines(height) => *height,
        }
    }

    /// What is free above and below.
    pub(super) fn margin(&self) -> f32 {
        match self {
            Self::Pixels(_) => 2.0,
            Self::Lines(height) => (height * 0.36).round(),
        }
    }

    /// What is free left and right beyond the margin, for the disc's round ends.
    pub(super) fn sides(&self) -> f32 {
        match self {
            Self::Pixels(_) => 0.0,
            Self::Lines(height) => (height * 0.1).round(),
        }
    }

    pub(super) fn width(&self, label: &str) -> f32 {
        let between = self.between() * (label.chars().count().saturating_sub(1)) as f32;
        between + label.chars().map(|c| self.advance(c)).sum::<f32>()
    }

    /// Writes `label` with its upper left corner at this place.
    pub(super) fn write(&self, pixmap: &mut Pixmap, label: &str, at: (f32, f32)) {
        let (mut x, y) = at;
        for c in label.chars() {
            match self {
                Self::Pixels(height) => set(pixmap, c, *height, (x, y)),
                Self::Lines(height) => {
                    if let Some(glyph) = glyph(c) {
                        let place = Transform::from_scale(*height, *height).post_translate(x, y);
                        let weight = stroke(0.155);
                        pixmap.stroke_path(&glyph, &paint(WHITE), &weight, place, None);
                    }
                }
            }
            x += self.advance(c) + self.between();
        }
    }

    fn between(&self) -> f32 {
        match self {
            Self::Pixels(_) => 1.0,
            Self::Lines(height) => height * 0.14,
        }
    }

    fn advance(&self, c: char) -> f32 {
        match (self, c) {
            (Self::Pixels(_), '1' | '+') => 3.0,
            (Self::Pixels(_), _) => 4.0,
            (Self::Lines(height), '1') => height * 0.34,
            (Self::Lines(height), '+') => height * 0.46,
            (Self::Lines(height), _) => height * 0.52,
        }
    }
}

fn set(pixmap: &mut Pixmap, c: char, height: u8, (x, y): (f32, f32)) {
    let (high, low) = (high(c), low(c));
    let rows: &[u8] = if height == 7 { &high } else { &low };
    let wide = if matches!(c, '1' | '+') { 3 } else { 4 };
    let white = paint(WHITE);
    for (row, bits) in rows.iter().enumerate() {
        for column in 0..wide {
            if bits >> (wide - 1 - column) & 1 == 0 {
                continue;
            }
            let (left, top) = (x.round() + column as f32, y.round() + row as f32);
            if let Some(dot) = Rect::from_xywh(left, top, 1.0, 1.0) {
                pixmap.fill_rect(dot, &white, Transform::identity(), None);
            }
        }
    }
}

/// Seven rows, from the top.
#[rustfmt::skip]
fn high(c: char) -> [u8; 7] {
    match c {
        '0' => [0b0110, 0b1001, 0b1001, 0b1001, 0b1001, 0b1001, 0b0110],
        '1' => [0b010, 0b110, 0b010, 0b010, 0b010, 0b010, 0b111],
        '2' => [0b0110, 0b1001, 0b0001, 0b0010, 0b0100, 0b1000, 0b1111],
        '3' => [0b0110, 0b1001, 0b0001, 0b0110, 0b0001, 0b1001, 0b0110],
        '4' => [0b0010, 0b0110, 0b1010, 0b1010, 0b1111, 0b0010, 0b0010],
        '5' => [0b1111, 0b1000, 0b1110, 0b0001, 0b0001, 0b1001, 0b0110],
        '6' => [0b0110, 0b1000, 0b1110, 0b1001, 0b1001, 0b1001, 0b0110],
        '7' => [0b1111, 0b0001, 0b0001, 0b0010, 0b0010, 0b0100, 0b0100],
        '8' => [0b0110, 0b1001, 0b1001, 0b0110, 0b1001, 0b1001, 0b0110],
        '9' => [0b0110, 0b1001, 0b1001, 0b1001, 0b0111, 0b0001, 0b0110],
        '+' => [0b000, 0b000, 0b010, 0b111, 0b010, 0b000, 0b000],
        _ => [0; 7],
    }
}

/// Six rows, from the top.
#[rustfmt::skip]
fn low(c: char) -> [u8; 6] {
    match c {
        '0' => [0b0110, 0b1001, 0b1001, 0b1001, 0b1001, 0b0110],
        '1' => [0b010, 0b110, 0b010, 0b010, 0b010, 0b111],
        '2' => [0b0110, 0b1001, 0b0001, 0b0010, 0b0100, 0b1111],
        '3' => [0b1110, 0b0001, 0b0110, 0b0001, 0b0001, 0b1110],
        '4' => [0b0010, 0b0110, 0b1010, 0b1111, 0b0010, 0b0010],
        '5' => [0b1111, 0b1000, 0b1110, 0b0001, 0b1001, 0b0110],
        '6' => [0b0110, 0b1000, 0b1110, 0b1001, 0b1001, 0b0110],
        '7' => [0b1111, 0b0001, 0b0010, 0b0010, 0b0100, 0b0100],
        '8' => [0b0110, 0b1001, 0b0110, 0b1001, 0b1001, 0b0110],
        '9' => [0b0110, 0b1001, 0b1001, 0b0111, 0b0001, 0b0110],
        '+' => [0b000, 0b010, 0b111, 0b010, 0b000, 0b000],
        _ => [0; 6],
    }
}

/// A digit or `+` as a line, 0.5 wide and 1 high, readable at six pixels.
fn glyph(c: char) -> Option<Path> {
    let mut p = PathBuilder::new();
    match c {
        '0' => {
            p.move_to(0.25, 0.08);
            p.cubic_to(0.50, 0.08, 0.50, 0.92, 0.25, 0.92);
            p.cubic_to(0.0, 0.92, 0.0, 0.08, 0.25, 0.08);
            p.close();
        }
        '1' => {
            p.move_to(0.10, 0.25);
            p.line_to(0.29, 0.08);
            p.line_to(0.29, 0.92);
        }
        '2' => {
            p.move_to(0.05, 0.28);
            p.cubic_to(0.06, 0.0, 0.46, 0.0, 0.45, 0.30);
            p.cubic_to(0.44, 0.52, 0.15, 0.70, 0.05, 0.92);
            p.line_to(0.47, 0.92);
        }
        '3' => {
            p.move_to(0.06, 0.18);
            p.cubic_to(0.16, 0.02, 0.44, 0.05, 0.43, 0.28);
            p.cubic_to(0.42, 0.44, 0.30, 0.48, 0.20, 0.48);
            p.cubic_to(0.34, 0.48, 0.47, 0.55, 0.46, 0.70);
            p.cubic_to(0.45, 0.97, 0.12, 0.99, 0.04, 0.80);
        }
        '4' => {
            p.move_to(0.37, 0.92);
            p.line_to(0.37, 0.08);
            p.line_to(0.03, 0.68);
            p.line_to(0.50, 0.68);
        }
        '5' => {
            p.move_to(0.43, 0.08);
            p.line_to(0.12, 0.08);
            p.line_to(0.08, 0.46);
            p.cubic_to(0.22, 0.34, 0.46, 0.40, 0.46, 0.65);
            p.cubic_to(0.46, 0.96, 0.14, 0.98, 0.04, 0.81);
        }
        '6' => {
            p.move_to(0.40, 0.12);
            p.cubic_to(0.14, 0.12, 0.04, 0.44, 0.05, 0.66);
            p.cubic_to(0.06, 1.0, 0.46, 1.0, 0.46, 0.67);
            p.cubic_to(0.46, 0.38, 0.12, 0.38, 0.05, 0.62);
        }
        '7' => {
            p.move_to(0.04, 0.08);
            p.line_to(0.46, 0.08);
            p.line_to(0.18, 0.92);
        }
        '8' => {
            p.move_to(0.25, 0.47);
            p.cubic_to(0.0, 0.42, 0.02, 0.08, 0.25, 0.08);
            p.cubic_to(0.48, 0.08, 0.50, 0.42, 0.25, 0.47);
            p.cubic_to(-0.04, 0.53, 0.0, 0.92, 0.25, 0.92);
            p.cubic_to(0.50, 0.92, 0.54, 0.53, 0.25, 0.47);
        }
        '9' => {
            p.move_to(0.10, 0.88);
            p.cubic_to(0.36, 0.88, 0.46, 0.56, 0.45, 0.34);
            p.cubic_to(0.44, 0.0, 0.04, 0.0, 0.04, 0.33);
            p.cubic_to(0.04, 0.62, 0.38, 0.62, 0.45, 0.38);
        }
        '+' => {
            p.move_to(0.25, 0.30);
            p.line_to(0.25, 0.76);
            p.move_to(0.03, 0.53);
            p.line_to(0.47, 0.53);
        }
        _ => return None,
    }
    p.finish()
}
