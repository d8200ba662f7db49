use std::time::Duration;

use crate::error::{Error, Result};

/// The most wait between two attempts, unless the store asks for more.
const MOST: Duration = Duration::from_secs(5);
/// The longest wait that a store may ask for: a part in memory is not kept for longer.
const MOST_ASKED: Duration = Duration::from_secs(30);

/// Makes `call` until it succeeds, fails for good, or was made so often. What it fails with then is not said to be
/// worth a retry any more: there was one.
pub(in super::super) async fn persistently<T, F>(attempts: u32, mut call: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut attempt = 1;
    loop {
        let error = match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let asked = error.retry_after().unwrap_or_default();
        if attempt >= attempts || !error.is_retryable() || asked > MOST_ASKED {
            return Err(given_up(error, attempt));
        }
        tokio::time::sleep(backoff(attempt, fastrand::f64()).max(asked)).await;
        attempt += 1;
    }
}

fn given_up(error: Error, attempts: u32) -> Error {
    match error.is_retryable() {
        true => error.with_attempts(attempts).with_retryable(false),
        false => error,
    }
}

/// 100 ms, doubled with each attempt; of that any part, so that those who failed together do not come back together.
fn backoff(attempt: u32, part: f64) -> Duration {
    let full = Duration::from_millis(100).saturating_mul(1 << (attempt - 1).min(16));
    full.min(MOST).mul_f64(part)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::error::ErrorKind;

    async fn failing(kind: ErrorKind, asked: Option<u64>) -> (u32, Error) {
        let calls = Cell::new(0);
        let error = persistently(4, || async {
            calls.set(calls.get() + 1);
            let error = Error::new(kind, "failed");
            Err::<(), _>(match asked {
                Some(seconds) => error.with_retry_after(Duration::from_secs(seconds)),
                None => error,
            })
        });
        let error = error.await.expect_err("it always fails");
        (calls.get(), error)
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_may_succeed_later_is_tried_again() {
        let (calls, error) = failing(ErrorKind::Unavailable, None).await;
        assert_eq!((calls, error.attempts(), error.is_retryable()), (4, Some(4), false));
        let (calls, error) = failing(ErrorKind::PermissionDenied, None).await;
        assert_eq!((calls, error.attempts()), (1, None));
    }

    #[tokio::test(start_paused = true)]
    async fn the_store_is_given_the_time_it_asks_for() {
        let begin = tokio::time::Instant::now();
        assert_eq!(failing(ErrorKind::Throttled, Some(20)).await.0, 4);
        assert!(begin.elapsed() >= Duration::from_secs(60), "{:?}", begin.elapsed());
        assert_eq!(failing(ErrorKind::Throttled, Some(3600)).await.0, 1);
    }

    #[test]
    fn waits_grow_to_a_bound() {
        assert_eq!(backoff(1, 1.0), Duration::from_millis(100));
        assert_eq!(backoff(3, 0.5), Duration::from_millis(200));
        assert_eq!(backoff(u32::MAX, 1.0), MOST);
    }
}
