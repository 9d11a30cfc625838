//! What simulated days and the benchmarks stand on: a time of their own. The days are in `main.rs`.

pub mod time;
