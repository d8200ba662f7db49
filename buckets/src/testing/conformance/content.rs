use bytes::Bytes;

/// `len` bytes that follow from `seed` alone (SplitMix64): the same in every run, no two seeds alike.
pub(super) fn content(seed: u64, len: usize) -> Bytes {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    bytes.truncate(len);
    bytes.into()
}

/// `content` in pieces of 1, 2, 4, … up to 64 KiB and again, so that no piece ends where a block does.
pub(super) fn odd_chunks(content: &Bytes) -> Vec<Bytes> {
    let mut rest = content.clone();
    let mut chunks = Vec::new();
    let mut len = 1;
    while !rest.is_empty() {
        chunks.push(rest.split_to(len.min(rest.len())));
        len = if len > 0xffff { 1 } else { len * 2 + 1 };
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_follows_from_its_seed_and_chunks_make_it_up() {
        // The first output of SplitMix64 for seed 0, from its reference implementation.
        assert_eq!(content(0, 8)[..], 0xe220_a839_7b1d_cdaf_u64.to_le_bytes());
        assert_eq!(content(7, 100), content(7, 100));
        assert_ne!(content(7, 100), content(8, 100));
        let whole = content(1, 300_001);
        let chunks = odd_chunks(&whole);
        assert!(chunks.len() > 16 && chunks.iter().all(|chunk| !chunk.is_empty()));
        assert_eq!(chunks.concat(), whole);
    }
}
