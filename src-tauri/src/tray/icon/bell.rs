//! The bell, whole or in outline.

use dealbell_inbox::view::TrayIcon;
use tiny_skia::{
    BlendMode, Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke,
    Transform,
};

/// Each is told from light and from dark panels by at least 3:1, so that the light edge is a help and no need.
const BLUE: [u8; 3] = [0x2f, 0x6f, 0xed];
const NIGHT: [u8; 3] = [0x6b, 0x7c, 0xa8];
const GREY: [u8; 3] = [0x7b, 0x82, 0x90];
const WHITE: [u8; 3] = [255, 255, 255];

/// The drawing's own height and width, and its middle.
const TALL: f32 = 336.0;
const MIDDLE: (f32, f32) = (256.0, 272.0);

pub(super) fn draw(pixmap: &mut Pixmap, icon: TrayIcon) {
    match icon {
        TrayIcon::Online => whole(pixmap, BLUE),
        TrayIcon::Quiet => whole(pixmap, NIGHT),
        TrayIcon::SignedOut => whole(pixmap, GREY),
        TrayIcon::Connecting => outline(pixmap, BLUE, false),
        TrayIcon::Offline => outline(pixmap, GREY, true),
    }
}

/// Filled, with a light edge for panels of a colour near its own.
fn whole(pixmap: &mut Pixmap, colour: [u8; 3]) {
    let size = pixmap.width() as f32;
    let (place, scale) = place(size, edge(size));
    let (fill, white) = (paint(colour), paint(WHITE));
    let edges = stroke(2.0 * edge(size) / scale);
    let parts: Vec<Path> = [body(), clapper()].into_iter().flatten().collect();
    for part in &parts {
        pixmap.stroke_path(part, &white, &edges, place, None);
    }
    for part in &parts {
        pixmap.fill_path(part, &fill, FillRule::Winding, place, None);
    }
}

/// Hollow, of a line as thick as the size asks for.
fn outline(pixmap: &mut Pixmap, colour: [u8; 3], struck: bool) {
    let size = pixmap.width() as f32;
    let line = (size / 11.0).max(1.9);
    let (place, scale) = place(size, line * 0.6);
    let (Some(body), Some(clapper), Some(slash)) = (body(), clapper(), slash()) else {
        return;
    };
    let (ink, thin) = (paint(colour), stroke(line / scale));
    pixmap.stroke_path(&body, &ink, &thin, place, None);
    pixmap.fill_path(&clapper, &ink, FillRule::Winding, place, None);
    if struck {
        let nothing = Paint {
            blend_mode: BlendMode::DestinationOut,
            ..ink.clone()
        };
        pixmap.stroke_path(&slash, &nothing, &stroke(line * 2.6 / scale), place, None);
        pixmap.stroke_path(&slash, &ink, &thin, place, None);
    }
}

/// Where the drawing goes with `room` pixels kept free on every side, and its scale.
fn place(size: f32, room: f32) -> (Transform, f32) {
    let scale = (size - 2.0 * room) / TALL;
    let place = Transform::from_translate(-MIDDLE.0, -MIDDLE.1)
        .post_scale(scale, scale)
        .post_translate(size / 2.0, size / 2.0);
    (place, scale)
}

/// How far the light edge reaches beyond the shape, pixels.
fn edge(size: f32) -> f32 {
    (size / 24.0).max(0.75)
}

pub(super) fn paint([red, green, blue]: [u8; 3]) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(red, green, blue, 255));
    paint.anti_alias = true;
    paint
}

pub(super) fn stroke(width: f32) -> Stroke {
    Stroke {
        width,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }
}

/// The body of the bell of `icons/dealbell.svg`.
fn body() -> Option<Path> {
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
    p.finish()
}

fn clapper() -> Option<Path> {
    let mut p = PathBuilder::new();
    p.move_to(212.0, 402.0);
    p.line_to(300.0, 402.0);
    p.cubic_to(296.0, 424.0, 278.0, 440.0, 256.0, 440.0);
    p.cubic_to(234.0, 440.0, 216.0, 424.0, 212.0, 402.0);
    p.close();
    p.finish()
}

fn slash() -> Option<Path> {
    let mut p = PathBuilder::new();
    p.move_to(116.0, 124.0);
    p.line_to(396.0, 430.0);
    p.finish()
}
