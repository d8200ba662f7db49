//! Values by small numbers, found without a lock.

use std::sync::OnceLock;

/// A table that grows. What is in it stays where it is, so that finding it takes two loads.
pub(super) struct ByNumber<T> {
    /// Each twice as long as the one before, made when one of its values comes.
    segments: [OnceLock<Segment<T>>; SEGMENTS],
}

type Segment<T> = Box<[OnceLock<T>]>;

/// How many values the first segment has: about as many as there are built-in events.
const FIRST: usize = 64;
/// Room for four thousand million values, which is more than there can be names of events.
const SEGMENTS: usize = 26;

impl<T> ByNumber<T> {
    #[inline]
    pub(super) fn get(&self, number: usize) -> Option<&T> {
        let (segment, place) = locate(number);
        self.segments[segment].get()?[place].get()
    }

    /// The value of `number`, made if there is none. Who asks for it meanwhile waits.
    #[inline]
    pub(super) fn get_or_make(&self, number: usize, make: impl FnOnce() -> T) -> &T {
        match self.get(number) {
            Some(value) => value,
            None => self.make(number, make),
        }
    }

    #[cold]
    fn make(&self, number: usize, make: impl FnOnce() -> T) -> &T {
        let (segment, place) = locate(number);
        let empty = || (0..FIRST << segment).map(|_| OnceLock::new()).collect();
        self.segments[segment].get_or_init(empty)[place].get_or_init(make)
    }

    /// All that there are, by their numbers.
    #[cfg(feature = "prometheus")]
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.segments.iter().filter_map(OnceLock::get).flatten().filter_map(OnceLock::get)
    }
}

/// The segment and the place in it.
#[inline]
const fn locate(number: usize) -> (usize, usize) {
    let place = number + FIRST;
    let power = place.ilog2();
    ((power - FIRST.ilog2()) as usize, place - (1 << power))
}

impl<T> Default for ByNumber<T> {
    fn default() -> Self {
        Self { segments: [const { OnceLock::new() }; SEGMENTS] }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_number_has_a_place_of_its_own() {
        assert_eq!([0, 63, 64, 191, 192].map(locate), [(0, 0), (0, 63), (1, 0), (1, 127), (2, 0)]);
        let all = ByNumber::default();
        for number in (0..1_000).rev() {
            assert_eq!(all.get(number), None);
            assert_eq!(*all.get_or_make(number, || number * 2), number * 2);
        }
        for number in 0..1_000 {
            assert_eq!(*all.get_or_make(number, || unreachable!("it is there")), number * 2);
        }
        assert_eq!(all.get(1_000), None);
    }

    #[test]
    fn of_threads_that_come_at_once_one_makes_the_value() {
        let (all, made) = (ByNumber::default(), AtomicUsize::new(0));
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    for number in 0..200 {
                        let value = all.get_or_make(number, || {
                            made.fetch_add(1, Ordering::Relaxed);
                            number
                        });
                        assert_eq!(*value, number);
                    }
                });
            }
        });
        assert_eq!(made.into_inner(), 200);
    }
}
