//! A handler of one's own: it keeps the slowest operation of each kind.
//!
//! A handler is called while the operation waits, so it takes what it needs and returns; what it
//! gets is borrowed. Run it with `cargo run --example own_handler`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use buckets::adapter::Memory;
use buckets::telemetry::{Dispatcher, Event, Handler};
use buckets::{Cloud, Upload};

/// Remembers the longest that each operation took. Clones are the same handler.
#[derive(Clone, Debug, Default)]
struct Slowest(Arc<Mutex<BTreeMap<&'static str, Duration>>>);

impl Slowest {
    fn of(&self, operation: &str) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(operation).copied()
    }
}

impl Handler for Slowest {
    fn handle(&self, event: &Event<'_>) {
        let Some(duration) = event.duration() else { return };
        let mut slowest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let longest = slowest.entry(event.operation()).or_default();
        *longest = duration.max(*longest);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let slowest = Slowest::default();
    let dispatcher = Dispatcher::new();
    // Both ends of an operation: it went well, or it did not.
    dispatcher.attach_many("slowest", &["buckets.cloud.*.stop", "buckets.cloud.*.exception"], slowest.clone())?;

    let cloud = Cloud::builder("notes", Memory::new()).dispatcher(dispatcher.clone()).build();
    let note = cloud.insert(Upload::from_bytes("note.txt", "call Anna")).await?;
    cloud.read(note.location()).await?;
    cloud.delete(&note).await?;
    assert!(cloud.read(note.location()).await.is_err());

    for operation in ["insert", "read", "delete"] {
        println!("{operation:>6} took {:?} at most", slowest.of(operation).expect("it was done"));
    }
    assert!(slowest.of("copy").is_none());

    dispatcher.detach("slowest");
    assert!(dispatcher.list_handlers().is_empty());
    Ok(())
}
