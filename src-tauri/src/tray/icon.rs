//! The tray icon, drawn: a bell that reads on light and dark panels, the number in a red disc;
//! hollow with a slash while offline, grey while signed out.

use dealbell_inbox::view::TrayIcon;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform,
};

/// The sizes a panel may ask for, pixels.
#[cfg(any(target_os = "linux", test))]
pub(crate) const SIZES: [u32; 6] = [16, 20, 22, 24, 32, 48];

/// The icon of `size` pixels square, RGBA, not premultiplied.
pub(crate) fn draw(icon: TrayIcon, unread: u64, size: u32) -> Vec<u8> {
    let Some(mut pixmap) = Pixmap::new(size, size) else {
        return Vec::new();
    };
    draw_bell(&mut pixmap, icon);
    if unread > 0 {
        draw_badge(&mut pixmap, &label(unread, size));
    }
    pixmap
        .pixels()
        .iter()
        .flat_map(|pixel| {
            let c = pixel.demultiply();
            [c.red(), c.green(), c.blue(), c.alpha()]
        })
        .collect()
}

/// The number as far as it is readable: 1–9, then 9+; from 24 pixels 1–99, then 99+.
fn label(unread: u64, size: u32) -> String {
    let most = if size < 24 { 9 } else { 99 };
    if unread > most {
        format!("{most}+")
    } else {
        unread.to_string()
    }
}

fn draw_bell(pixmap: &mut Pixmap, icon: TrayIcon) {
    let size = pixmap.width() as f32;
    // The drawing is 292 × 336 around (256, 272); a halo needs room on every side.
    let scale = (size - 2.0 * halo(size)) / 336.0;
    let place = Transform::from_translate(-256.0, -272.0)
        .post_scale(scale, scale)
        .post_translate(size / 2.0, size / 2.0);
    let (Some(bell_path), Some(slash)) = (bell_path(), slash_path()) else {
        return;
    };
    let white = paint(255, 255, 255);
    let outline = stroke(2.0 * halo(size) / scale);
    pixmap.stroke_path(&bell_path, &white, &outline, place, None);
    match icon {
        TrayIcon::Online | TrayIcon::Connecting | TrayIcon::Quiet => {
            pixmap.fill_path(
                &bell_path,
                &paint(0x2f, 0x6f, 0xed),
                FillRule::Winding,
                place,
                None,
            );
        }
        TrayIcon::SignedOut => {
            pixmap.fill_path(
                &bell_path,
                &paint(0x7b, 0x82, 0x90),
                FillRule::Winding,
                place,
                None,
            );
        }
        TrayIcon::Offline => {
            let grey = paint(0x5b, 0x62, 0x70);
            let line = (size / 12.0).max(1.4) / scale;
            pixmap.fill_path(&bell_path, &white, FillRule::Winding, place, None);
            pixmap.stroke_path(&bell_path, &grey, &stroke(line), place, None);
            pixmap.stroke_path(&slash, &white, &stroke(line * 2.4), place, None);
            pixmap.stroke_path(&slash, &grey, &stroke(line), place, None);
        }
    }
}

fn draw_badge(pixmap: &mut Pixmap, label: &str) {
    let size = pixmap.width() as f32;
    let height = (size * 0.62).round();
    let digit = height * 0.62;
    let step = digit * 0.68;
    let text_width = step * label.chars().count() as f32;
    let width = height.max(text_width + height * 0.42).min(size);
    let (left, top) = (size - width, 0.0);
    let Some(pill) = pill(left, top, width, height) else {
        return;
    };
    let identity = Transform::identity();
    pixmap.fill_path(
        &pill,
        &paint(0xd9, 0x30, 0x36),
        FillRule::Winding,
        identity,
        None,
    );
    let shrink = (width * 0.86 / text_width).min(1.0);
    let mut x = left + (width - text_width * shrink) / 2.0;
    for c in label.chars() {
        if let Some(glyph) = glyph(c) {
            let place = Transform::from_scale(digit * shrink, digit)
                .post_translate(x + step * shrink * 0.09, top + (height - digit) / 2.0);
            let weight = Stroke {
                width: 0.17,
                ..stroke(0.17)
            };
            pixmap.stroke_path(&glyph, &paint(255, 255, 255), &weight, place, None);
        }
        x += step * shrink;
    }
}

/// How far the white outline reaches beyond the bell, pixels.
fn halo(size: f32) -> f32 {
    (size / 20.0).max(1.0)
}

fn paint(red: u8, green: u8, blue: u8) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(red, green, blue, 255));
    paint
}

fn stroke(width: f32) -> Stroke {
    Stroke {
        width,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }
}

/// The bell of `icons/dealbell.svg`.
fn bell_path() -> Option<Path> {
    let mut p = PathBuilder::new();
    p.move_to(256.0, 104.0);
    p.cubic_to(241.0, 104.0, 229.0, 115.0, 229.0, 129.0);
    p.line_to(229.0, 139.0);
    p.cubic_to(177.0, 151.0, 140.0, 195.0, 140.0, 249.0);
    p.line_to(140.0, 311.0);
    p.line_to(113.0, 354.0);
    p.cubic_to(105.0, 367.0, 114.0, 384.0, 130.0, 384.0);
    p.line_to(382.0, 384.0);
    p.cubic_to(398.0, 384.0, 407.0, 367.0, 399.0, 354.0);
    p.line_to(372.0, 311.0);
    p.line_to(372.0, 249.0);
    p.cubic_to(372.0, 195.0, 335.0, 151.0, 283.0, 139.0);
    p.line_to(283.0, 129.0);
    p.cubic_to(283.0, 115.0, 271.0, 104.0, 256.0, 104.0);
    p.close();
    p.move_to(212.0, 402.0);
    p.line_to(300.0, 402.0);
    p.cubic_to(296.0, 424.0, 278.0, 440.0, 256.0, 440.0);
    p.cubic_to(234.0, 440.0, 216.0, 424.0, 212.0, 402.0);
    p.close();
    p.finish()
}

fn slash_path() -> Option<Path> {
    let mut p = PathBuilder::new();
    p.move_to(126.0, 134.0);
    p.line_to(386.0, 420.0);
    p.finish()
}

fn pill(left: f32, top: f32, width: f32, height: f32) -> Option<Path> {
    let radius = height / 2.0;
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
        top + radius,
    );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_fits_the_size() {
        let said = |unread, size| label(unread, size);
        assert_eq!(said(9, 16), "9");
        assert_eq!(said(10, 16), "9+");
        assert_eq!(said(10, 24), "10");
        assert_eq!(said(99, 48), "99");
        assert_eq!(said(100, 24), "99+");
    }

    #[test]
    fn every_state_and_number_looks_different() {
        for size in SIZES {
            let mut seen = std::collections::HashSet::new();
            for icon in [TrayIcon::Online, TrayIcon::Offline, TrayIcon::SignedOut] {
                for unread in 0..=10 {
                    let pixels = draw(icon, unread, size);
                    assert_eq!(pixels.len(), (size * size * 4) as usize);
                    assert!(seen.insert(pixels), "{icon:?} {unread} at {size}");
                }
            }
        }
    }
}
