use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use buckets::operation::{Op, OperationKind, Request};

/// How long one thing may take: a fixed time, and more for more content if asked to.
///
/// ```
/// use std::time::Duration;
///
/// use buckets_tower::TimeLimit;
///
/// let limit = TimeLimit::new(Duration::from_secs(10)).at_least_per_second(1 << 20);
/// assert_eq!(limit.of(Some(5 << 30)), Some(Duration::from_secs(10 + 5 * 1024)));
/// assert_eq!(limit.of(None), None, "what has no known size has no known time");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimit {
    base: Duration,
    bytes_per_second: Option<NonZeroU64>,
}

impl TimeLimit {
    /// So long, whatever the size.
    pub const fn new(base: Duration) -> Self {
        Self { base, bytes_per_second: None }
    }

    /// And the time that an upload of the request's size takes at this speed in bytes per second;
    /// 0 stands for 1. An upload of unknown size then has no limit of this kind. Requests that send
    /// nothing get the fixed time.
    pub const fn at_least_per_second(mut self, bytes: u64) -> Self {
        self.bytes_per_second = Some(match NonZeroU64::new(bytes) {
            Some(bytes) => bytes,
            None => NonZeroU64::MIN,
        });
        self
    }

    /// The limit for content of this size in bytes, [`None`] where the size is unknown; [`None`]
    /// for no limit.
    pub fn of(&self, size: Option<u64>) -> Option<Duration> {
        let Some(speed) = self.bytes_per_second else { return Some(self.base) };
        let size = size?;
        let (seconds, rest) = (size / speed, size % speed);
        let fraction = Duration::from_secs_f64(rest as f64 / speed.get() as f64);
        Some(self.base.saturating_add(Duration::from_secs(seconds)).saturating_add(fraction))
    }
}

impl From<Duration> for TimeLimit {
    fn from(base: Duration) -> Self {
        Self::new(base)
    }
}

/// How long each operation of this library may take: one limit for all, others for some.
///
/// ```
/// use std::time::Duration;
///
/// use buckets::operation::OperationKind;
/// use buckets_tower::{TimeLimit, TimeLimits};
///
/// let limits = TimeLimits::new(Duration::from_secs(5))
///     .on(OperationKind::Put, TimeLimit::new(Duration::from_secs(30)).at_least_per_second(256 << 10))
///     .without(OperationKind::Copy);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    default: Option<TimeLimit>,
    /// Shared, because services and their futures are cloned and moved with each call.
    own: Option<Arc<ByOperation>>,
}

/// [`None`] where the default holds.
type ByOperation = [Option<Option<TimeLimit>>; OperationKind::ALL.len()];

impl TimeLimits {
    /// This limit for every operation.
    pub fn new(default: impl Into<TimeLimit>) -> Self {
        Self { default: Some(default.into()), own: None }
    }

    /// No limits.
    pub const fn none() -> Self {
        Self { default: None, own: None }
    }

    /// Another limit for one operation.
    pub fn on(self, operation: OperationKind, limit: impl Into<TimeLimit>) -> Self {
        self.with(operation, Some(limit.into()))
    }

    /// No limit for one operation.
    pub fn without(self, operation: OperationKind) -> Self {
        self.with(operation, None)
    }

    fn with(mut self, operation: OperationKind, limit: Option<TimeLimit>) -> Self {
        Arc::make_mut(self.own.get_or_insert_default())[operation as usize] = Some(limit);
        self
    }

    /// The limit for `request`, if it has one.
    pub fn of(&self, request: &Request) -> Option<Duration> {
        let own = self.own.as_ref().and_then(|own| own[request.op.kind()? as usize]);
        own.unwrap_or(self.default)?.of(match &request.op {
            Op::Put(put) => put.body.remaining(),
            _ => Some(0),
        })
    }
}

impl<T: Into<TimeLimit>> From<T> for TimeLimits {
    fn from(default: T) -> Self {
        Self::new(default)
    }
}

#[cfg(test)]
mod tests {
    use buckets::Key;
    use buckets::body::PutBody;
    use buckets::operation::{Get, Put};

    use super::*;

    #[test]
    fn the_limit_goes_by_operation_and_size() {
        let key = || Key::new("a").expect("valid");
        let second = Duration::from_secs(1);
        let limits = TimeLimits::new(second).on(OperationKind::Put, TimeLimit::new(second).at_least_per_second(2));
        let get = Request::new(Get::new(key()));
        assert_eq!(limits.of(&get), Some(second));
        assert_eq!(limits.of(&Request::new(Put::new(key(), "abc"))), Some(Duration::from_millis(2500)));
        let endless = PutBody::from_reader(tokio::io::empty());
        assert_eq!(limits.of(&Request::new(Put::new(key(), endless))), None);
        assert_eq!(limits.without(OperationKind::Get).of(&get), None);
        assert_eq!(TimeLimits::none().of(&get), None);
        assert_eq!(TimeLimit::new(second).at_least_per_second(0).of(Some(u64::MAX)), Some(Duration::MAX));
    }
}
