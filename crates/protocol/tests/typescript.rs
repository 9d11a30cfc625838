//! Stale TypeScript types fail here; `cargo xtask types` writes them anew.

use dealbell_protocol::typescript::generated;
use std::{env, fs, path::Path};

#[test]
fn generated_types_are_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/generated/protocol.ts");
    if env::var_os("DEALBELL_WRITE_TYPES").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, generated()).unwrap();
    }
    let current = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        current == generated(),
        "stale types: run `cargo xtask types`"
    );
}
