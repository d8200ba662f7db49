use std::fmt;
use std::time::Duration;

use tower_layer::Layer;

use super::Deadline;
use crate::TimeLimits;

/// Limits the time of whole operations; the [module](super) says how.
#[derive(Clone, Copy)]
pub struct DeadlineLayer<L = TimeLimits> {
    limits: L,
}

impl DeadlineLayer {
    /// Limits the operations of this library: a duration for all of them, or [`TimeLimits`].
    pub fn new(limits: impl Into<TimeLimits>) -> Self {
        Self { limits: limits.into() }
    }
}

impl<L> DeadlineLayer<L> {
    /// Limits the requests of any service by a function.
    pub const fn of<R>(limits: L) -> Self
    where
        L: Fn(&R) -> Option<Duration>,
    {
        Self { limits }
    }

    /// Limits requests by an [`Expire`](super::Expire) of your own.
    pub const fn expiring(limits: L) -> Self {
        Self { limits }
    }
}

impl<S, L: Clone> Layer<S> for DeadlineLayer<L> {
    type Service = Deadline<S, L>;

    fn layer(&self, inner: S) -> Self::Service {
        Deadline::new(inner, self.limits.clone())
    }
}

impl<L> fmt::Debug for DeadlineLayer<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeadlineLayer")
    }
}
