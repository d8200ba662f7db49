//! The events of one test: those whose name begins as the test's own do, on the global dispatcher.

use buckets::telemetry::Dispatcher;
use buckets::testing::Capture;

/// Keeps the events of names that begin so.
pub(crate) fn listen(names: &str) -> Capture {
    Capture::select(&Dispatcher::global(), &[names]).expect("a selector")
}

/// The full names of all that was told, without the first two segments.
pub(crate) fn told(capture: &Capture) -> Vec<String> {
    let names = capture.names();
    names.iter().map(|name| name.splitn(3, '.').last().unwrap_or_default().to_owned()).collect()
}
