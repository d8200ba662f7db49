use std::fmt;

/// Which moment of an operation an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The operation began.
    Start,
    /// The operation did what was asked.
    Stop,
    /// The operation ended otherwise: any error, a panic, or the caller went away.
    Exception,
    /// Something happened that has no duration of its own, such as a retry.
    Point,
}

impl Stage {
    /// The last segment of the event's full name; [`None`] for a point event, whose name is full already.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Start => Some("start"),
            Self::Stop => Some("stop"),
            Self::Exception => Some("exception"),
            Self::Point => None,
        }
    }

    /// Whether this ends an operation that began with [`Start`](Self::Start).
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Stop | Self::Exception)
    }

    #[cfg(feature = "opentelemetry")]
    pub(crate) const ALL: [Self; Self::COUNT] = [Self::Start, Self::Stop, Self::Exception, Self::Point];
    pub(crate) const COUNT: usize = 4;

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str().unwrap_or("point"))
    }
}
