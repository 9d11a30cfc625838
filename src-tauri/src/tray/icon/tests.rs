//! The icon: every state is told from every other, on light and on dark panels.

use super::*;
use tiny_skia::{ColorU8, PremultipliedColorU8};

const STATES: [TrayIcon; 5] = [
    TrayIcon::Online,
    TrayIcon::Quiet,
    TrayIcon::Connecting,
    TrayIcon::Offline,
    TrayIcon::SignedOut,
];
const NUMBERS: [u64; 8] = [0, 1, 5, 9, 10, 42, 99, 100];
/// Usual panels: light, white, dark, black.
const PANELS: [[u8; 3]; 4] = [
    [0xf0, 0xf1, 0xf3],
    [0xff, 0xff, 0xff],
    [0x20, 0x21, 0x26],
    [0x00, 0x00, 0x00],
];

/// Every state, number and size on every panel, four times as large below: to be looked at.
#[test]
fn a_sheet_of_all_icons() {
    let Some(folder) = std::env::var_os("DEALBELL_PICTURES") else {
        return;
    };
    let cell = |size: u32| size + 12;
    let width: u32 = SIZES.iter().map(|size| cell(*size)).sum::<u32>() * NUMBERS.len() as u32;
    let height = STATES.len() as u32 * cell(48) + cell(48);
    let mut sheet = Pixmap::new(width, height * PANELS.len() as u32).unwrap();
    for (band, panel) in PANELS.iter().enumerate() {
        let top = band as u32 * height;
        for y in top..top + height {
            for x in 0..width {
                put(&mut sheet, x, y, [panel[0], panel[1], panel[2], 255]);
            }
        }
        for (row, icon) in STATES.iter().enumerate() {
            let mut x = 6;
            for size in SIZES {
                for unread in NUMBERS {
                    let drawn = draw(*icon, unread, size);
                    lay(&mut sheet, &drawn, size, x, top + row as u32 * cell(48) + 6);
                    x += cell(size);
                }
            }
        }
        let mut x = 6;
        for size in [16, 32] {
            for unread in &NUMBERS[1..] {
                let drawn = draw_overlay(*unread, size);
                let y = top + STATES.len() as u32 * cell(48) + 6;
                lay(&mut sheet, &drawn, size, x, y);
                x += cell(size);
            }
        }
    }
    let file = std::path::Path::new(&folder).join("tray-icons.png");
    sheet.save_png(file).unwrap();
}

#[test]
fn the_number_fits_the_size() {
    let said = number::label;
    assert_eq!(said(9, 16), "9");
    assert_eq!(said(10, 16), "9+");
    assert_eq!(said(10, 24), "10");
    assert_eq!(said(99, 48), "99");
    assert_eq!(said(100, 24), "99+");
}

/// Not by a stray pixel: a fifth of the icon is another colour.
#[test]
fn every_state_is_told_from_every_other() {
    for size in SIZES {
        for (at, one) in STATES.iter().enumerate() {
            for other in &STATES[at + 1..] {
                let (a, b) = (draw(*one, 0, size), draw(*other, 0, size));
                for panel in PANELS {
                    let told = difference(&a, &b, panel);
                    assert!(told > 0.08, "{one:?} {other:?} at {size}: {told}");
                }
            }
        }
    }
}

#[test]
fn every_number_is_told_from_every_other() {
    for size in SIZES {
        let mut seen = std::collections::HashSet::new();
        let most = if size < 24 { 10 } else { 100 };
        for unread in (0..=12).chain(88..=100).filter(|unread| *unread <= most) {
            let pixels = draw(TrayIcon::Online, unread, size);
            assert_eq!(pixels.len(), (size * size * 4) as usize);
            assert!(seen.insert(pixels), "{unread} at {size}");
        }
        assert!(!seen.insert(draw(TrayIcon::Online, most + 1, size)));
    }
}

/// WCAG asks 3:1 of pictures: an eighth of the icon's area has it, outlines as well, on each panel.
#[test]
fn every_state_stands_out_from_light_and_dark_panels() {
    for size in SIZES {
        for icon in STATES {
            let drawn = draw(icon, 0, size);
            for panel in PANELS {
                let clear = laid(&drawn, panel)
                    .filter(|pixel| contrast(*pixel, panel) >= 3.0)
                    .count();
                let part = clear as f32 / (size * size) as f32;
                assert!(part > 0.12, "{icon:?} at {size} on {panel:?}: {part}");
            }
        }
    }
}

#[test]
fn the_number_stands_out_from_its_disc_and_the_disc_from_the_panel() {
    let (red, white) = ([0xd9, 0x30, 0x36], [255, 255, 255]);
    assert!(contrast(red, white) >= 4.5);
    for panel in PANELS {
        assert!(contrast(red, panel) >= 3.0, "{panel:?}");
    }
    for size in SIZES {
        for unread in [1, 7, 10, 100] {
            let drawn = draw(TrayIcon::Online, unread, size);
            let pure = |colour: [u8; 3]| {
                let same = |pixel: &&[u8]| pixel[..3] == colour && pixel[3] == 255;
                drawn.chunks_exact(4).filter(same).count()
            };
            assert!(
                pure(red) >= (size * size / 10) as usize,
                "{unread} at {size}"
            );
            assert!(pure(white) >= 6, "{unread} at {size}: {}", pure(white));
        }
    }
}

#[test]
fn an_overlay_is_a_number_and_nothing_else() {
    for size in [16, 32] {
        assert_ne!(draw_overlay(1, size), draw_overlay(2, size));
        assert_ne!(draw_overlay(99, size), draw_overlay(100, size));
        assert_eq!(draw_overlay(100, size), draw_overlay(101, size));
    }
}

fn laid(drawn: &[u8], panel: [u8; 3]) -> impl Iterator<Item = [u8; 3]> {
    drawn.chunks_exact(4).map(move |pixel| {
        let part = |at: usize| {
            let alpha = u32::from(pixel[3]);
            let mixed = u32::from(pixel[at]) * alpha + u32::from(panel[at]) * (255 - alpha);
            u8::try_from(mixed / 255).unwrap()
        };
        [part(0), part(1), part(2)]
    })
}

/// The part of the pixels that are clearly another colour.
fn difference(a: &[u8], b: &[u8], panel: [u8; 3]) -> f32 {
    let other = |(a, b): &([u8; 3], [u8; 3])| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > 48);
    let pairs = laid(a, panel).zip(laid(b, panel));
    let count = a.len() as f32 / 4.0;
    pairs.filter(other).count() as f32 / count
}

/// As WCAG measures it.
fn contrast(a: [u8; 3], b: [u8; 3]) -> f32 {
    let light = |colour: [u8; 3]| {
        let [red, green, blue] = colour.map(|part| {
            let part = f32::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (a, b) = (light(a), light(b));
    a.max(b) / a.min(b)
}

fn lay(sheet: &mut Pixmap, drawn: &[u8], size: u32, left: u32, top: u32) {
    for (at, pixel) in (0..).zip(drawn.chunks_exact(4)) {
        let (x, y) = (left + at % size, top + at / size);
        let below = sheet.pixel(x, y).unwrap();
        let panel = [below.red(), below.green(), below.blue()];
        let [red, green, blue] = laid(pixel, panel).next().unwrap();
        put(sheet, x, y, [red, green, blue, 255]);
    }
}

fn put(sheet: &mut Pixmap, x: u32, y: u32, [red, green, blue, alpha]: [u8; 4]) {
    let at = (y * sheet.width() + x) as usize;
    let colour: PremultipliedColorU8 = ColorU8::from_rgba(red, green, blue, alpha).premultiply();
    sheet.pixels_mut()[at] = colour;
}
