//! `chaos` in short: a few kills of each process, and every promise held.
#![cfg(target_os = "linux")]

use std::error::Error;
use std::path::Path;
use std::process::Command;

#[test]
fn a_few_kills_of_each_process_lose_nothing_and_ring_nothing_twice() -> Result<(), Box<dyn Error>> {
    let program = Path::new(env!("CARGO_BIN_EXE_chaos"));
    let played = Command::new(program)
        .args(["--kills", "3", "--others", "0"])
        .output()?;
    let told = String::from_utf8_lossy(&played.stdout);
    assert!(played.status.success(), "{told}\n{played:?}");
    assert!(told.contains("| `kill -9` of the centre | 3 |"), "{told}");
    Ok(())
}
