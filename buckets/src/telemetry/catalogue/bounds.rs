use std::borrow::Cow;
use std::fmt;

/// 10 ms to 10 s.
pub(super) const DURATIONS: &[f64] = &[0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

/// 5 ms to 5 min.
const WIDE: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// 1 ms to 3.2 s, for the time to the first byte.
pub(super) const FIRST_BYTE: &[f64] = &[0.001, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2];

/// 1 KiB to 16 GiB, each four times the one before.
pub(super) const SIZES: &[f64] = &{
    let mut sizes = [1024.0; 13];
    let mut position = 1;
    while position < sizes.len() {
        sizes[position] = 4.0 * sizes[position - 1];
        position += 1;
    }
    sizes
};

/// The upper bounds of a distribution's buckets, in the metric's unit; a last bucket without bound
/// is always there besides.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds(Cow<'static, [f64]>);

impl Bounds {
    /// Bounds of one's own.
    ///
    /// # Errors
    /// [`InvalidBounds`] unless there is at least one, and all are positive, finite and ascending.
    pub fn new(bounds: impl Into<Vec<f64>>) -> Result<Self, InvalidBounds> {
        let bounds = bounds.into();
        let is_positive = bounds.first().is_some_and(|first| *first > 0.0);
        let is_ascending = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        let is_finite = bounds.iter().all(|bound| bound.is_finite());
        if is_positive && is_ascending && is_finite { Ok(Self(bounds.into())) } else { Err(InvalidBounds) }
    }

    /// The default for durations: 10 ms to 10 s in seven steps.
    pub const fn durations() -> Self {
        Self(Cow::Borrowed(DURATIONS))
    }

    /// For durations from 5 ms to 5 min: finer, and twice as many series. Has all bounds of
    /// [`durations`](Self::durations), so queries for one of those go on to work.
    pub const fn wide() -> Self {
        Self(Cow::Borrowed(WIDE))
    }

    /// The bounds, ascending.
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }
}

/// The bounds of buckets must be positive, finite and ascending, and there must be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBounds;

impl fmt::Display for InvalidBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bounds of buckets must be positive, finite and ascending, and there must be at least one")
    }
}

impl std::error::Error for InvalidBounds {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sound_bounds_pass() {
        assert_eq!(Bounds::new([1.0, 2.0]).expect("sound").as_slice(), [1.0, 2.0]);
        for bad in [&[][..], &[0.0], &[-1.0, 1.0], &[1.0, 1.0], &[2.0, 1.0], &[f64::NAN], &[1.0, f64::INFINITY]] {
            assert_eq!(Bounds::new(bad), Err(InvalidBounds), "{bad:?}");
        }
    }

    #[test]
    fn the_built_in_bounds_are_sound_and_the_wide_ones_have_all_of_the_default() {
        let wide = Bounds::wide();
        for bounds in [DURATIONS, WIDE, FIRST_BYTE, SIZES] {
            assert!(Bounds::new(bounds).is_ok(), "{bounds:?}");
        }
        assert_eq!(SIZES.last(), Some(&(16.0 * 1024.0 * 1024.0 * 1024.0)));
        assert!(Bounds::durations().as_slice().iter().all(|bound| wide.as_slice().contains(bound)));
    }
}
