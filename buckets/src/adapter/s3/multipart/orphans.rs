use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::super::S3;
use super::super::client::Bucket;
use super::super::error;
use crate::error::{ErrorKind, Result};
use crate::key::Key;
use crate::telemetry::catalogue::names;
use crate::telemetry::{Dispatcher, Number, Scope, SpanStart};

/// How often a given-up upload is tried to be aborted before it is left to a sweep.
const ATTEMPTS: u32 = 6;
/// The first wait between two attempts, doubled with each.
const WAIT: Duration = Duration::from_millis(250);

/// An upload in parts, as the store knows it.
#[derive(Clone)]
pub(super) struct Upload {
    pub(super) bucket: Bucket,
    pub(super) key: Key,
    pub(super) id: Arc<str>,
}

/// The uploads that were given up and are not known to be aborted.
pub(in super::super) struct Orphans {
    /// Who is told of those that could not be aborted.
    scope: Scope,
    uploads: Mutex<HashMap<Arc<str>, Upload>>,
    /// How many tasks are aborting.
    janitors: watch::Sender<usize>,
}

impl Orphans {
    pub(in super::super) fn new(dispatcher: Dispatcher) -> Self {
        Self {
            scope: Scope::new(dispatcher, "", S3::NAME),
            uploads: Mutex::default(),
            janitors: watch::Sender::default(),
        }
    }

    pub(in super::super) fn len(&self) -> usize {
        self.uploads().len()
    }

    /// Waits until nothing is being aborted.
    pub(in super::super) async fn settle(&self) {
        // Waiting fails only when the sender is gone, which is here.
        let _ = self.janitors.subscribe().wait_for(|janitors| *janitors == 0).await;
    }

    /// Has `upload` aborted, in the background. Outside of a runtime it is only kept, for a sweep.
    pub(super) fn give_up(self: &Arc<Self>, upload: Upload) {
        self.uploads().insert(Arc::clone(&upload.id), upload.clone());
        if let Ok(runtime) = Handle::try_current() {
            let at_work = AtWork::begin(Arc::clone(self));
            runtime.spawn(async move { at_work.0.abort_patiently(upload).await });
        }
    }

    /// Tells that a sweep aborted so many uploads.
    pub(super) fn swept(&self, aborted: usize) {
        let measurements = [("aborted", Number::U64(aborted as u64)), ("orphans", Number::U64(self.len() as u64))];
        self.scope.point(&names::UPLOAD_SWEEP, || SpanStart::new().root(), &measurements);
    }

    /// What is still to be aborted.
    pub(super) fn snapshot(&self) -> Vec<Upload> {
        self.uploads().values().cloned().collect()
    }

    async fn abort_patiently(&self, upload: Upload) {
        for attempt in 0..ATTEMPTS {
            match self.abort(&upload).await {
                Ok(()) => return,
                Err(error) if error.is_retryable() => tokio::time::sleep(WAIT * (1 << attempt)).await,
                Err(_) => break,
            }
        }
        let orphans = Number::U64(self.len() as u64);
        self.scope.point(&names::UPLOAD_ORPHAN, || SpanStart::new().root(), &[("orphans", orphans)]);
    }

    /// Aborts `upload` and forgets it. That there is none such is as good.
    pub(super) async fn abort(&self, upload: &Upload) -> Result<()> {
        let Upload { bucket, key, id } = upload;
        let request = bucket.client.abort_multipart_upload().bucket(&*bucket.name).key(key.as_str()).upload_id(&**id);
        match request.send().await.map_err(error::from_sdk) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => {
                self.uploads().remove(id);
                Ok(())
            }
        }
    }

    fn uploads(&self) -> MutexGuard<'_, HashMap<Arc<str>, Upload>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that aborts, counted for as long as it lives, be it run to its end or dropped with its runtime.
struct AtWork(Arc<Orphans>);

impl AtWork {
    fn begin(orphans: Arc<Orphans>) -> Self {
        orphans.janitors.send_modify(|janitors| *janitors += 1);
        Self(orphans)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.janitors.send_modify(|janitors| *janitors -= 1);
    }
}
