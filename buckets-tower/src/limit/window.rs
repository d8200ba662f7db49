/// The latest calls, of each whether it failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    failed: u64,
    calls: u32,
    size: u32,
}

impl Window {
    /// As many as there are bits.
    pub(super) const MAX: u32 = u64::BITS;

    pub(super) const fn new(size: u32) -> Self {
        Self { failed: 0, calls: 0, size }
    }

    pub(super) fn push(&mut self, failed: bool) {
        let kept = u64::MAX >> (Self::MAX - self.size);
        self.failed = (self.failed << 1 | u64::from(failed)) & kept;
        self.calls = self.size.min(self.calls + 1);
    }

    pub(super) const fn calls(&self) -> u32 {
        self.calls
    }

    /// The part of the calls that failed, 0 to 1.
    pub(super) fn failure_ratio(&self) -> f64 {
        f64::from(self.failed.count_ones()) / f64::from(self.calls.max(1))
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.size);
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn only_the_latest_calls_count() {
        for size in [1, 4, Window::MAX] {
            let mut window = Window::new(size);
            assert_eq!((window.calls(), window.failure_ratio()), (0, 0.0));
            (0..size).for_each(|_| window.push(true));
            assert_eq!((window.calls(), window.failure_ratio()), (size, 1.0));
            (0..size).for_each(|_| window.push(false));
            assert_eq!((window.calls(), window.failure_ratio()), (size, 0.0));
        }
    }
}
