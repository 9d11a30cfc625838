//! The tray icon, drawn: a bell that reads on light and dark panels, the number in a red disc.
//!
//! | state | looks |
//! |---|---|
//! | connected | blue bell |
//! | quiet | grey-blue bell, a moon below |
//! | connecting | outline of a blue bell |
//! | offline | outline of a grey bell, struck through |
//! | signed out | grey bell |

mod bell;
mod disc;
mod number;

use dealbell_inbox::view::TrayIcon;
use tiny_skia::Pixmap;

/// The sizes a panel may ask for, pixels.
#[cfg(any(target_os = "linux", test))]
pub(crate) const SIZES: [u32; 6] = [16, 20, 22, 24, 32, 48];

/// The icon of `size` pixels square, RGBA, not premultiplied.
pub(crate) fn draw(icon: TrayIcon, unread: u64, size: u32) -> Vec<u8> {
    let Some(mut pixmap) = Pixmap::new(size, size) else {
        return Vec::new();
    };
    bell::draw(&mut pixmap, icon);
    if icon == TrayIcon::Quiet {
        disc::draw_moon(&mut pixmap, unread > 0);
    }
    if unread > 0 {
        disc::draw_number(&mut pixmap, &number::label(unread, size));
    }
    rgba(&pixmap)
}

/// The number alone, as large as it goes; for a system that lays it over the app's own icon. RGBA, not premultiplied.
#[cfg(any(windows, test))]
pub(crate) fn draw_overlay(unread: u64, size: u32) -> Vec<u8> {
    let Some(mut pixmap) = Pixmap::new(size, size) else {
        return Vec::new();
    };
    disc::draw_overlay(&mut pixmap, &number::label(unread, 24));
    rgba(&pixmap)
}

fn rgba(pixmap: &Pixmap) -> Vec<u8> {
    pixmap
        .pixels()
        .iter()
        .flat_map(|pixel| {
            let c = pixel.demultiply();
            [c.red(), c.green(), c.blue(), c.alpha()]
        })
        .collect()
}

#[cfg(test)]
mod tests;
