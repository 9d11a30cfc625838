//! The desktop's screen as its X server has it: windows, and what is painted on them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use dealbell_tests::eventually;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

/// Smaller ones are menus, helpers and the like.
const BIG: u16 = 300;
/// Of every so many pixels one is looked at, across and down.
const STEP: usize = 3;
/// What an app's window, where no manager places it, covers: pixels across and down.
const LOOKED_AT: (u16, u16) = (420, 680);

/// A connection to it.
pub(crate) struct Screen {
    connection: RustConnection,
    root: Window,
}

/// What was to be seen at one moment.
struct Sight {
    at: Instant,
    pixels: Vec<[u8; 3]>,
}

impl Screen {
    /// Connects to a display.
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) fn of(display: &str) -> Result<Self> {
        let (connection, number) = x11rb::connect(Some(display))?;
        let root = connection.setup().roots[number].root;
        Ok(Self { connection, root })
    }

    /// The big windows that are mapped.
    ///
    /// # Errors
    /// When the display is gone.
    pub(crate) fn windows(&self) -> Result<Vec<Window>> {
        let children = self.connection.query_tree(self.root)?.reply()?.children;
        let mut shown = Vec::new();
        for window in children {
            // One that has just gone is not shown.
            let Ok(looks) = self.connection.get_window_attributes(window)?.reply() else {
                continue;
            };
            let Ok(place) = self.connection.get_geometry(window)?.reply() else {
                continue;
            };
            if looks.map_state == MapState::VIEWABLE && place.width >= BIG && place.height >= BIG {
                shown.push(window);
            }
        }
        Ok(shown)
    }

    /// Waits until a big window is mapped.
    ///
    /// # Errors
    /// When none comes.
    pub(crate) async fn wait_window(&self) -> Result<Window> {
        eventually("the window", async || Ok(self.windows()?.first().copied())).await
    }

    /// Asks every big window to close, as a window manager does, and waits until none is mapped.
    ///
    /// # Errors
    /// When one stays.
    pub(crate) async fn close_windows(&self) -> Result<()> {
        let atom = |name: &[u8]| -> Result<u32> {
            Ok(self.connection.intern_atom(false, name)?.reply()?.atom)
        };
        let (protocols, delete) = (atom(b"WM_PROTOCOLS")?, atom(b"WM_DELETE_WINDOW")?);
        for window in self.windows()? {
            let data = [delete, x11rb::CURRENT_TIME, 0, 0, 0];
            let message = ClientMessageEvent::new(32, window, protocols, data);
            self.connection
                .send_event(false, window, EventMask::NO_EVENT, message)?;
        }
        self.connection.flush()?;
        eventually("a screen without windows", async || {
            Ok(self.windows()?.is_empty().then_some(()))
        })
        .await
    }

    /// How long after `since` the upper left corner of the screen, where a window lies that nobody
    /// places, looked as it does at the end of `patience`: the first moment from which on no more
    /// than one pixel in a hundred was still to change.
    ///
    /// # Errors
    /// When nothing came to be seen, or it did not come to rest.
    pub(crate) fn painted(&self, since: Instant, patience: Duration) -> Result<Duration> {
        let mut sights: Vec<Sight> = vec![self.sight()?];
        while since.elapsed() < patience {
            let sight = self.sight()?;
            if sights.last().is_none_or(|last| last.pixels != sight.pixels) {
                sights.push(sight);
            }
        }
        let last = sights.last().context("nothing was looked at")?;
        ensure!(sights.len() > 1, "nothing came to be seen");
        let unlike = |sight: &Sight| {
            let pairs = sight.pixels.iter().zip(&last.pixels);
            pairs.filter(|(one, other)| one != other).count() * 100 > last.pixels.len()
        };
        let complete = sights.iter().rposition(unlike).map_or(0, |place| place + 1);
        ensure!(complete > 0, "it had been there before");
        Ok(sights[complete].at.saturating_duration_since(since))
    }

    fn sight(&self) -> Result<Sight> {
        let (width, height) = LOOKED_AT;
        let image =
            self.connection
                .get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, width, height, !0)?;
        let image = image.reply()?;
        let at = Instant::now();
        let row = usize::from(width) * 4;
        let pixels = image
            .data
            .chunks_exact(row)
            .step_by(STEP)
            .flat_map(|row| row.chunks_exact(4).step_by(STEP))
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect();
        Ok(Sight { at, pixels })
    }
}
