//! Other bytes made of known ones, the same for the same random numbers.

use rand::{Rng, RngExt};

/// Nothing longer is made: beyond this the bounds of the doors are tried by tests of their own.
pub const LONGEST: usize = 8 * 1024;

/// Signs that end, begin or escape something somewhere.
const SIGNS: &[&str] = &[
    "\0",
    "\r\n",
    "\n",
    "\r",
    "\t",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\u{2028}",
    "<",
    ">",
    "&",
    "\"",
    "'",
    "\\",
    "/",
    "../",
    "%00",
    "%0d%0a",
    "%5B",
    "[",
    "]",
    "{",
    "}",
    ":",
    ";",
    ",",
    "=",
    "#",
    "?",
    "@",
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "18446744073709551615",
    "9223372036854775808",
    "\u{1F469}\u{200D}\u{1F467}",
    "\u{0436}",
    "\\u0000",
    "\\ud800",
    "1",
];

/// One to eight changes of one of `known`.
pub fn mutated(known: &[Vec<u8>], words: &[&str], random: &mut impl Rng) -> Vec<u8> {
    let mut bytes = pick(known, random).cloned().unwrap_or_default();
    for _ in 0..random.random_range(1..=8) {
        change(&mut bytes, known, words, random);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, known: &[Vec<u8>], words: &[&str], random: &mut impl Rng) {
    let at = random.random_range(0..=bytes.len());
    let part = part_of(bytes.len(), random);
    match random.random_range(0..9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.random_range(0..8);
            }
        }
        1 => bytes.insert(at, random.random()),
        2 => drop(bytes.drain(part)),
        3 => {
            let copy = bytes[part].to_vec();
            insert(bytes, at, &copy);
        }
        4 => {
            let other = pick(known, random).map_or(&[][..], Vec::as_slice);
            let part = other[part_of(other.len(), random)].to_vec();
            insert(bytes, at, &part);
        }
        5 => {
            let sign = pick(SIGNS, random).map_or("", |sign| sign);
            insert(bytes, at, sign.as_bytes());
        }
        6 => {
            let word = pick(words, random).map_or("", |word| word);
            insert(bytes, at, word.as_bytes());
        }
        7 => {
            // In the place of something as long.
            let word = pick(words, random).map_or("", |word| word).as_bytes();
            let end = bytes.len().min(at + word.len());
            bytes.splice(at..end, word.iter().copied());
        }
        _ => {
            let (copy, times) = (bytes[part].to_vec(), random.random_range(2..200));
            insert(
                bytes,
                at,
                &copy.repeat(times.min(LONGEST / copy.len().max(1))),
            );
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    bytes.splice(at..at, part.iter().copied());
}

fn part_of(length: usize, random: &mut impl Rng) -> std::ops::Range<usize> {
    let from = random.random_range(0..=length);
    let most = (length - from).min(64);
    from..from + random.random_range(0..=most)
}

fn pick<'a, T>(all: &'a [T], random: &mut impl Rng) -> Option<&'a T> {
    if all.is_empty() {
        return None;
    }
    all.get(random.random_range(0..all.len()))
}
