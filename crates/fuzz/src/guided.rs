//! The long run: libFuzzer leads one target, named by `DEALBELL_FUZZ`, by what the code covers.

#![cfg_attr(not(test), no_main)]

use dealbell_fuzz::mutate::mutated;
use dealbell_fuzz::{Target, target};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::sync::OnceLock;

fn wanted() -> &'static Target {
    static TARGET: OnceLock<&Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("DEALBELL_FUZZ").unwrap_or_default();
        target(&name).expect("DEALBELL_FUZZ names a target")
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (wanted().run)(bytes));

// Every other time by our own words, which chance would not find.
libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
    let mut random = StdRng::seed_from_u64(u64::from(seed));
    if random.random() {
        return libfuzzer_sys::fuzzer_mutate(bytes, size, most);
    }
    let known = [bytes[..size].to_vec()];
    let mut made = mutated(&known, wanted().words, &mut random);
    made.truncate(most.min(bytes.len()));
    bytes[..made.len()].copy_from_slice(&made);
    made.len()
});
