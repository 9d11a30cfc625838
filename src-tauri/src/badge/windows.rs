//! The number over the taskbar button, which is there while there is a window; with words for those who hear it.

use crate::tray::draw_overlay;
use tauri::WebviewWindow;
use windows::Win32::Foundation::HWND;
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance};
use windows::Win32::UI::Shell::{ITaskbarList3, TaskbarList};
use windows::Win32::UI::WindowsAndMessaging::{CreateIcon, DestroyIcon, HICON};
use windows::core::{HSTRING, Result};

/// Drawn at this size and scaled by the system.
const SIZE: u32 = 32;

/// The resident has no taskbar button.
pub(crate) struct Dock;

impl Dock {
    /// Nothing to start.
    pub(crate) fn start() -> Self {
        Self
    }

    /// The window's process shows it.
    pub(crate) fn show(&self, _unread: u64) {}
}

/// Lays the number over the button, `description` beside it for screen readers; 0 takes it away.
pub(crate) fn wear(window: &WebviewWindow, unread: u64, description: &str) {
    let (worn, description) = (window.clone(), HSTRING::from(description));
    // Tauri's own call gives the system no words.
    let asked = window.run_on_main_thread(move || {
        let Ok(window) = worn.hwnd() else { return };
        if let Err(error) = overlay(window, unread, &description) {
            tracing::debug!(%error, "no number on the taskbar");
        }
    });
    if let Err(error) = asked {
        tracing::debug!(%error, "no number on the taskbar");
    }
}

#[expect(
    unsafe_code,
    reason = "calls of the system; the window lives on this thread, the icon as long as it is used"
)]
fn overlay(window: HWND, unread: u64, description: &HSTRING) -> Result<()> {
    let taskbar: ITaskbarList3 =
        unsafe { CoCreateInstance(&TaskbarList, None, CLSCTX_INPROC_SERVER)? };
    unsafe { taskbar.HrInit()? };
    if unread == 0 {
        return unsafe { taskbar.SetOverlayIcon(window, HICON::default(), None) };
    }
    let mut colours = draw_overlay(unread, SIZE);
    for pixel in colours.chunks_exact_mut(4) {
        pixel.swap(0, 2);
    }
    // Where 32-bit colours have an alpha the mask is not looked at, but it must be there.
    let mask = vec![0_u8; (SIZE * SIZE / 8) as usize];
    let side = i32::try_from(SIZE).unwrap_or_default();
    let icon = unsafe { CreateIcon(None, side, side, 1, 32, mask.as_ptr(), colours.as_ptr())? };
    let shown = unsafe { taskbar.SetOverlayIcon(window, icon, description) };
    // The taskbar has a copy.
    let _ = unsafe { DestroyIcon(icon) };
    shown
}
