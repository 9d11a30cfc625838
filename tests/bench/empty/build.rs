//! Embeds configuration and icons.

fn main() {
    tauri_build::build();
}
