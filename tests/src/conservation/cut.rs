use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;

/// How long a caller waits for what may never come.
const PATIENCE: Duration = Duration::from_millis(50);

/// What became of a future.
pub(super) enum Cut<T> {
    Ready(T),
    Panicked,
    /// It was dropped: not polled again after so many polls, or never ready.
    Dropped,
}

/// Polls `future` at most `polls` times, and not for ever.
pub(super) async fn cut<F: Future>(future: F, polls: Option<u64>) -> Cut<F::Output> {
    let mut future = std::pin::pin!(AssertUnwindSafe(future).catch_unwind());
    let mut left = polls;
    let limited = poll_fn(|context| {
        if let Some(left) = &mut left {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => return Poll::Ready(Cut::Dropped),
            }
        }
        future.as_mut().poll(context).map(|result| match result {
            Ok(output) => Cut::Ready(output),
            Err(_) => Cut::Panicked,
        })
    });
    tokio::time::timeout(PATIENCE, limited).await.unwrap_or(Cut::Dropped)
}

/// Pending once.
pub(super) async fn pause() {
    let mut is_over = false;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
