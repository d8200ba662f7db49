use std::ops::Range;

use crate::error::{Error, Result};

/// The part of an object a `get` asks for, in bytes.
///
/// ```
/// use buckets::ByteRange;
///
/// assert_eq!(ByteRange::from_to(0, 3).resolve(10)?, 0..4);
/// assert_eq!(ByteRange::suffix(4).resolve(10)?, 6..10);
/// # Ok::<(), buckets::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From this offset to the end (`bytes=n-`).
    From(u64),
    /// From the first to the second offset, both included (`bytes=a-b`); a second one behind the end means the end.
    FromTo(u64, u64),
    /// The last so many bytes (`bytes=-n`).
    Suffix(u64),
}

impl ByteRange {
    /// From `start` to the end.
    pub const fn from(start: u64) -> Self {
        Self::From(start)
    }

    /// From `first` to `last`, both included.
    pub const fn from_to(first: u64, last: u64) -> Self {
        Self::FromTo(first, last)
    }

    /// The last `len` bytes.
    pub const fn suffix(len: u64) -> Self {
        Self::Suffix(len)
    }

    /// The half-open range this means in an object of `size` bytes.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it has no byte in common with the
    /// object, as with HTTP's 416, or its end lies before its start.
    pub fn resolve(self, size: u64) -> Result<Range<u64>> {
        let range = match self {
            Self::From(start) => start..size,
            Self::FromTo(first, last) if first <= last => first..size.min(last.saturating_add(1)),
            Self::FromTo(..) => return Err(Error::invalid("the end of a byte range must not lie before its start")),
            Self::Suffix(len) => size.saturating_sub(len)..size,
        };
        if range.is_empty() {
            return Err(Error::invalid("the byte range lies outside of the object").with_http_status(416));
        }
        Ok(range)
    }
}

#[cfg(test)]
mod tests {
    use super::ByteRange;

    #[test]
    fn resolves_as_http_does() {
        let resolve = |range: ByteRange, size| range.resolve(size).ok();
        assert_eq!(resolve(ByteRange::from(3), 10), Some(3..10));
        assert_eq!(resolve(ByteRange::from_to(3, 3), 10), Some(3..4));
        assert_eq!(resolve(ByteRange::from_to(3, u64::MAX), 10), Some(3..10));
        assert_eq!(resolve(ByteRange::suffix(20), 10), Some(0..10));
        for (range, size) in [
            (ByteRange::from(10), 10),
            (ByteRange::from_to(4, 3), 10),
            (ByteRange::suffix(0), 10),
            (ByteRange::from(0), 0),
            (ByteRange::suffix(1), 0),
        ] {
            assert_eq!(resolve(range, size), None, "{range:?}");
        }
    }
}
