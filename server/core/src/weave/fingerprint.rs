//! A hash of a text that can be put together from those of its parts, so that the weave knows the hash of its texts at every
//! keystroke. Two texts with one fingerprint are still compared before they are held to be the same.
//!
//! Method: polynomial hash modulo the Mersenne prime 2^61 - 1 (Karp and Rabin, 1987).

use serde::{Deserialize, Serialize};

const PRIME: u64 = (1 << 61) - 1;
/// A fixed base, drawn at random below the prime.
const BASE: u64 = 0x0f3a_91c7_5d2e_846b;

/// Length and hash of a run of bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Bytes.
    pub len: usize,
    hash: u64,
    /// `BASE` to the power of `len`.
    pow: u64,
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.hash == other.hash
    }
}
impl Eq for Fingerprint {}

impl std::hash::Hash for Fingerprint {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl Fingerprint {
    /// That of the empty text.
    pub const EMPTY: Self = Self { len: 0, hash: 0, pow: 1 };

    /// Of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { len: bytes.len(), hash: extend(0, bytes), pow: power(bytes.len()) }
    }

    /// Of a text that comes in pieces.
    pub fn of_chunks<'a>(chunks: impl Iterator<Item = &'a str>) -> Self {
        let (mut len, mut hash) = (0, 0);
        for chunk in chunks {
            len += chunk.len();
            hash = extend(hash, chunk.as_bytes());
        }
        Self { len, hash, pow: power(len) }
    }

    /// Of this text followed by the other.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self {
            len: self.len + next.len,
            hash: add(multiply(self.hash, next.pow), next.hash),
            pow: multiply(self.pow, next.pow),
        }
    }
}

impl Fingerprint {
    /// Of what follows `head` in this text.
    pub(super) fn behind(self, head: Self) -> Self {
        let (len, pow) = (self.len - head.len, power(self.len - head.len));
        Self { len, hash: add(self.hash, PRIME - multiply(head.hash, pow)), pow }
    }
}

/// Hashes of a long text's beginnings, one for each `STEP` bytes, so that the fingerprint of any part costs at most two steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Prefixes(Vec<u64>);

impl Prefixes {
    pub(super) const STEP: usize = 256;

    pub(super) fn of<'a>(chunks: impl Iterator<Item = &'a str>) -> Self {
        let (mut marks, mut hash, mut at) = (vec![0], 0, 0);
        for chunk in chunks {
            let mut bytes = chunk.as_bytes();
            while !bytes.is_empty() {
                let take = bytes.len().min(Self::STEP - at % Self::STEP);
                hash = extend(hash, &bytes[..take]);
                at += take;
                bytes = &bytes[take..];
                if at.is_multiple_of(Self::STEP) {
                    marks.push(hash);
                }
            }
        }
        Self(marks)
    }

    /// The fingerprint of bytes `start..end`; `read` gives the text's bytes of a range shorter than `STEP`.
    pub(super) fn part(
        &self,
        start: usize,
        end: usize,
        read: impl Fn(std::ops::Range<usize>, &mut dyn FnMut(&[u8])),
    ) -> Fingerprint {
        let prefix = |at: usize| {
            let mark = at / Self::STEP;
            let mut hash = self.0[mark];
            read(mark * Self::STEP..at, &mut |bytes| hash = extend(hash, bytes));
            hash
        };
        let pow = power(end - start);
        let skipped = multiply(prefix(start), pow);
        Fingerprint { len: end - start, hash: add(prefix(end), PRIME - skipped), pow }
    }
}

fn extend(mut hash: u64, bytes: &[u8]) -> u64 {
    const POWERS: [u64; 9] = powers();
    let mut eights = bytes.chunks_exact(8);
    for eight in &mut eights {
        // The products are below 2^70: their sum fits, and is reduced once.
        let mut sum = u128::from(hash) * u128::from(POWERS[8]);
        for (at, byte) in eight.iter().enumerate() {
            sum += (u128::from(*byte) + 1) * u128::from(POWERS[7 - at]);
        }
        hash = reduce(sum);
    }
    for byte in eights.remainder() {
        hash = add(multiply(hash, BASE), u64::from(*byte) + 1);
    }
    hash
}

const fn powers() -> [u64; 9] {
    let mut all = [1; 9];
    let mut at = 1;
    while at < 9 {
        all[at] = multiply(all[at - 1], BASE);
        at += 1;
    }
    all
}

fn power(mut exponent: usize) -> u64 {
    let (mut result, mut square) = (1, BASE);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, square);
        }
        square = multiply(square, square);
        exponent >>= 1;
    }
    result
}

const fn add(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}

const fn multiply(a: u64, b: u64) -> u64 {
    reduce(a as u128 * b as u128)
}

const fn reduce(wide: u128) -> u64 {
    let folded = (wide & PRIME as u128) + (wide >> 61);
    let once = (folded & PRIME as u128) as u64 + (folded >> 61) as u64;
    if once >= PRIME { once - PRIME } else { once }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_put_together_have_the_fingerprint_of_the_whole() {
        let text: String =
            (0..5000_u32).map(|n| char::from(b' ' + (n.wrapping_mul(2_654_435_761) >> 25) as u8 % 90)).collect();
        let whole = Fingerprint::of(text.as_bytes());
        for cut in [0, 1, 7, 8, Prefixes::STEP - 1, Prefixes::STEP, Prefixes::STEP + 1, 4999, 5000] {
            let (a, b) = text.as_bytes().split_at(cut);
            assert_eq!(Fingerprint::of(a).then(Fingerprint::of(b)), whole, "cut at {cut}");
            assert_eq!(whole.behind(Fingerprint::of(a)), Fingerprint::of(b), "cut at {cut}");
        }
        let prefixes = Prefixes::of([&text[..10], &text[10..3000], &text[3000..]].into_iter());
        for (start, end) in [(0, 5000), (3, 3), (5, Prefixes::STEP), (Prefixes::STEP, 2 * Prefixes::STEP), (1000, 4999)]
        {
            let part = prefixes.part(start, end, |range, visit| visit(&text.as_bytes()[range]));
            assert_eq!(part, Fingerprint::of(&text.as_bytes()[start..end]), "{start}..{end}");
        }
        assert_ne!(Fingerprint::of(b"a\0"), Fingerprint::of(b"\0a"));
        assert_ne!(Fingerprint::of(b"\0"), Fingerprint::of(b"\0\0"));
    }

    #[test]
    fn arithmetic_is_that_of_the_prime_at_its_edges_too() {
        let prime = u128::from(PRIME);
        for wide in [0, 1, prime - 1, prime, prime + 1, 2 * prime - 1, 2 * prime, prime * prime - 1, (1 << 70) + 12_345]
        {
            assert_eq!(u128::from(reduce(wide)), wide % prime, "{wide}");
        }
        for (a, b) in [(0, 0), (PRIME - 1, 1), (PRIME - 1, PRIME - 1), (5, PRIME - 5), (5, PRIME - 6)] {
            assert_eq!(u128::from(add(a, b)), (u128::from(a) + u128::from(b)) % prime);
            assert_eq!(u128::from(multiply(a, b)), u128::from(a) * u128::from(b) % prime);
        }
        assert_eq!(power(0), 1);
        assert_eq!(power(5), multiply(multiply(multiply(BASE, BASE), multiply(BASE, BASE)), BASE));
    }
}
