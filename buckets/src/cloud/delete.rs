use super::observe::no_bytes;
use super::progress::Progress;
use super::{Cloud, Locate};
use crate::error::Result;
use crate::operation::{Delete, Deleted};
use crate::store::Store;
use crate::telemetry::catalogue::names;

impl<S: Store> Cloud<S> {
    /// Removes an object; that there was none is no error. Local content stays.
    ///
    /// # Errors
    /// What the store answers.
    pub async fn delete(&self, object: impl Locate) -> Result<Deleted> {
        let key = object.locate(self.name());
        let observed = self.begin_at(&names::CLOUD_DELETE, &key);
        let (context, progress) = (observed.context(), Progress::default());
        observed.run(async { self.send(Delete::new(key?), context, &progress).await }, &progress, no_bytes).await
    }
}
