use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};

/// A moment of a monotonic clock; only good against moments of the same clock.
///
/// ```
/// use std::time::Duration;
///
/// use buckets::telemetry::Timestamp;
///
/// let (early, late) = (Timestamp::from_nanos(5), Timestamp::from_nanos(8));
/// assert_eq!(late.since(early), Duration::from_nanos(3));
/// assert_eq!(early.since(late), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// A moment so many nanoseconds behind the clock's own beginning.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the clock's own beginning.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long `earlier` is ago; zero if it is not earlier.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// Where telemetry gets its time from. Tests inject their own, such as
/// `testing::ManualClock` of the feature `testing`.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The moment now; never before an earlier answer.
    fn now(&self) -> Timestamp;
    /// The date and time now.
    fn system_time(&self) -> SystemTime;
}

/// The clock of a dispatcher: the system's without indirection, or an injected one.
#[derive(Clone, Debug, Default)]
pub(crate) enum ClockSource {
    #[default]
    System,
    Injected(Arc<dyn Clock>),
}

impl ClockSource {
    #[inline]
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::System => SystemClock.now(),
            Self::Injected(clock) => clock.now(),
        }
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        match self {
            Self::System => SystemClock.system_time(),
            Self::Injected(clock) => clock.system_time(),
        }
    }
}

/// The operating system's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    #[inline]
    fn now(&self) -> Timestamp {
        let beginning = *BEGINNING;
        Timestamp(Instant::now().saturating_duration_since(beginning).as_nanos() as u64)
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }
}
