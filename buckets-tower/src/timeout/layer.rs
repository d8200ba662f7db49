use std::fmt;
use std::time::Duration;

use tower_layer::Layer;

use super::{AttemptLimits, Timeout};
use crate::TimeLimits;

/// Limits the time of each attempt; the [module](super) says how.
#[derive(Clone, Copy)]
pub struct TimeoutLayer<L = AttemptLimits> {
    limits: L,
}

impl TimeoutLayer {
    /// Limits the operations of this library: a duration for all of them, or [`TimeLimits`].
    pub fn new(limits: impl Into<TimeLimits>) -> Self {
        Self { limits: AttemptLimits { limits: limits.into(), idle: None } }
    }

    /// Lets content on its way, in either direction, stand still for so long.
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.limits.idle = Some(idle);
        self
    }
}

impl<L> TimeoutLayer<L> {
    /// Limits the requests of any service by a function.
    pub const fn of<R>(limits: L) -> Self
    where
        L: Fn(&R) -> Option<Duration>,
    {
        Self { limits }
    }

    /// Limits requests, and watches their bodies, by a [`Limit`](super::Limit) of your own.
    pub const fn limiting(limits: L) -> Self {
        Self { limits }
    }
}

impl<S, L: Clone> Layer<S> for TimeoutLayer<L> {
    type Service = Timeout<S, L>;

    fn layer(&self, inner: S) -> Self::Service {
        Timeout::new(inner, self.limits.clone())
    }
}

impl<L> fmt::Debug for TimeoutLayer<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TimeoutLayer")
    }
}
