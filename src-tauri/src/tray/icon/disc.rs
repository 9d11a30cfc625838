//! What stands over the bell in a disc of its own: the number, the moon. A ring around it is cut out of the bell, so
//! that the two are told apart on any panel.

use super::bell::paint;
use super::number;
use tiny_skia::{BlendMode, FillRule, Paint, Path, PathBuilder, Pixmap, Transform};

const RED: [u8; 3] = [0xd9, 0x30, 0x36];
const SKY: [u8; 3] = [0x44, 0x49, 0xa6];
const MOON: [u8; 3] = [0xff, 0xd8, 0x6b];

/// At the top right.
pub(super) fn draw_number(pixmap: &mut Pixmap, label: &str) {
    let size = pixmap.width();
    let face = number::Face::of(size);
    let side = size as f32;
    let wide = face.width(label);
    let height = face.height() + 2.0 * face.margin();
    let width = (wide + 2.0 * face.margin() + face.sides()).max(height);
    // On whole pixels, and its middle where the number's middle can be.
    let width = if (width - wide).rem_euclid(2.0) < 1.0 {
        width
    } else {
        width + 1.0
    };
    let width = width.min(side);
    let left = side - width;
    cut(pixmap, left, 0.0, width, height, ring(side));
    fill(pixmap, capsule(left, 0.0, width, height), &paint(RED));
    let at = (left + (width - wide) / 2.0, face.margin());
    face.write(pixmap, label, at);
}

/// All over, as wide as the picture.
#[cfg(any(windows, test))]
pub(super) fn draw_overlay(pixmap: &mut Pixmap, label: &str) {
    let side = pixmap.width() as f32;
    fill(pixmap, capsule(0.0, 0.0, side, side), &paint(RED));
    let most = side * 0.78;
    let face = number::Face::lines(side * if label.len() > 1 { 0.5 } else { 0.62 });
    let wide = face.width(label);
    let face = number::Face::lines(face.height() * (most / wide).min(1.0));
    let at = (
        (side - face.width(label)) / 2.0,
        (side - face.height()) / 2.0,
    );
    face.write(pixmap, label, at);
}

/// At the bottom right; smaller where it leaves room for a number.
pub(super) fn draw_moon(pixmap: &mut Pixmap, beside_number: bool) {
    let side = pixmap.width() as f32;
    let across = (side * if beside_number { 0.42 } else { 0.54 }).round();
    let left = side - across;
    cut(pixmap, left, left, across, across, ring(side));
    fill(pixmap, capsule(left, left, across, across), &paint(SKY));
    let middle = left + across / 2.0;
    fill(
        pixmap,
        crescent(middle, middle, across * 0.36),
        &paint(MOON),
    );
}

/// The ring's width.
fn ring(side: f32) -> f32 {
    (side / 20.0).max(1.0)
}

fn cut(pixmap: &mut Pixmap, left: f32, top: f32, width: f32, height: f32, ring: f32) {
    let nothing = Paint {
        blend_mode: BlendMode::DestinationOut,
        ..paint([0, 0, 0])
    };
    let (width, height) = (width + 2.0 * ring, height + 2.0 * ring);
    fill(
        pixmap,
        capsule(left - ring, top - ring, width, height),
        &nothing,
    );
}

fn fill(pixmap: &mut Pixmap, path: Option<Path>, paint: &Paint<'_>) {
    if let Some(path) = path {
        pixmap.fill_path(&path, paint, FillRule::Winding, Transform::identity(), None);
    }
}

/// A rectangle whose short sides are half circles.
fn capsule(left: f32, top: f32, width: f32, height: f32) -> Option<Path> {
    let radius = height.min(width) / 2.0;
    let curve = radius * 0.5523;
    let (right, bottom) = (left + width, top + height);
    let mut p = PathBuilder::new();
    p.move_to(left + radius, top);
    p.line_to(right - radius, top);
    p.cubic_to(
        right - radius + curve,
        top,
        right,
        top + radius - curve,
        right,
        top + radius,
    );
    p.line_to(right, bottom - radius);
    p.cubic_to(
        right,
        bottom - radius + curve,
        right - radius + curve,
        bottom,
        right - radius,
        bottom,
    );
    p.line_to(left + radius, bottom);
    p.cubic_to(
        left + radius - curve,
        bottom,
        left,
        bottom - radius + curve,
        left,
        bottom - radius,
    );
    p.line_to(left, top + radius);
    p.cubic_to(
        left,
        top + radius - curve,
        left + radius - curve,
        top,
        left + radius,
        top,
    );
    p.close();
    p.finish()
}

/// A moon in its first days, open to the upper right.
fn crescent(x: f32, y: f32, radius: f32) -> Option<Path> {
    // The outer circle without the inner one, as one line: along the outer from horn to horn, and back inside.
    let at = |angle: f32, radius: f32, (x, y): (f32, f32)| {
        (x + radius * angle.cos(), y + radius * angle.sin())
    };
    let inner = (x + radius * 0.52, y - radius * 0.52);
    let inner_radius = radius * 0.86;
    // Where the circles meet, seen from the outer's middle.
    let apart = ((inner.0 - x).powi(2) + (inner.1 - y).powi(2)).sqrt();
    let along = (radius.powi(2) - inner_radius.powi(2) + apart.powi(2)) / (2.0 * apart);
    let half = (along / radius).acos();
    let towards = (inner.1 - y).atan2(inner.0 - x);
    let steps = 40_u8;
    let mut p = PathBuilder::new();
    let whole = std::f32::consts::TAU;
    for step in 0..=steps {
        let part = f32::from(step) / f32::from(steps);
        let angle = towards + half + (whole - 2.0 * half) * part;
        let (px, py) = at(angle, radius, (x, y));
        if step == 0 {
            p.move_to(px, py);
        } else {
            p.line_to(px, py);
        }
    }
    let horn = at(towards - half, radius, (x, y));
    let from = (horn.1 - inner.1).atan2(horn.0 - inner.0);
    let end = at(towards + half, radius, (x, y));
    let to = (end.1 - inner.1).atan2(end.0 - inner.0);
    let back = (to - from).rem_euclid(whole) - whole;
    for step in 1..steps {
        let part = f32::from(step) / f32::from(steps);
        let (px, py) = at(from + back * part, inner_radius, inner);
        p.line_to(px, py);
    }
    p.close();
    p.finish()
}
