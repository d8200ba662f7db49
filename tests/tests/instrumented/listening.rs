//! The events of one test, on the global dispatcher, which all functions here tell.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use buckets::telemetry::Dispatcher;
use buckets::testing::Capture;

/// What is heard, and the right to be the only test that calls what is instrumented.
pub(crate) struct Listening {
    capture: Capture,
    _alone: MutexGuard<'static, ()>,
}

/// Keeps the events of names that begin so.
pub(crate) fn listen(names: &str) -> Listening {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let capture = Capture::select(&Dispatcher::global(), &[names]).expect("a selector");
    Listening { capture, _alone: alone }
}

impl Deref for Listening {
    type Target = Capture;

    fn deref(&self) -> &Capture {
        &self.capture
    }
}

/// The full names of all that was told, without the first two segments.
pub(crate) fn told(capture: &Capture) -> Vec<String> {
    let names = capture.names();
    names.iter().map(|name| name.splitn(3, '.').last().unwrap_or_default().to_owned()).collect()
}
