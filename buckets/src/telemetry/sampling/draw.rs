//! Chance that is the same for the same number and seed, in every process and version.

/// How many bits a draw has: those of the randomness of W3C trace context, level 2.
pub(super) const BITS: u32 = 56;

/// A number below 2^56 that looks random: the finaliser of SplitMix64.
pub(super) const fn draw(seed: u64, id: u64) -> u64 {
    let mut x = id.wrapping_add(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) >> (64 - BITS)
}

/// The draws from which on something of this probability is kept.
pub(super) fn threshold(probability: f64) -> u64 {
    ((1.0 - probability) * (1_u64 << BITS) as f64) as u64
}
