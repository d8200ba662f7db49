use std::time::Duration;

use buckets::ErrorKind;

/// What goes wrong with a call.
///
/// Faults of content befall uploads on their way to the store and downloads on their way from it,
/// at a random byte; calls without content, and content that ends before that byte, they leave
/// alone.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// It fails, and the store has not heard of it.
    Error(ErrorKind),
    /// The store does it, and the answer is lost: who made the call gets this error and cannot know.
    AnswerLost(ErrorKind),
    /// The answer comes late, by a time from the first to the second.
    Latency(Duration, Duration),
    /// Nothing comes, ever, and the store has not heard of it.
    Hang,
    /// The code panics, without a message on standard error.
    Panic,
    /// Content ends early: where its length was declared it is `interrupted`, else nobody can tell.
    Truncated,
    /// One bit of the content is another.
    Corrupted,
    /// Content fails.
    ContentError(ErrorKind),
    /// Content stands still, for ever.
    ContentHang,
    /// The code of the content panics.
    ContentPanic,
}

impl Fault {
    pub(super) const fn is_of_content(self) -> bool {
        matches!(
            self,
            Self::Truncated | Self::Corrupted | Self::ContentError(_) | Self::ContentHang | Self::ContentPanic
        )
    }
}
