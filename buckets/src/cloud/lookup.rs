use super::observe::no_bytes;
use super::progress::Progress;
use super::{Cloud, Locate};
use crate::error::{ErrorKind, Result};
use crate::operation::{Expectation, Head, List, ObjectMeta, Page};
use crate::store::Store;
use crate::telemetry::SpanStart;
use crate::telemetry::catalogue::names;

impl<S: Store> Cloud<S> {
    /// Tells what the store knows of an object.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound), which telemetry does not count as a failure, and what the store answers.
    pub async fn head(&self, object: impl Locate) -> Result<ObjectMeta> {
        let key = object.locate(self.name());
        let observed = self.begin_at(&names::CLOUD_HEAD, &key).expecting(Expectation::Absence);
        let (context, progress) = (observed.context(), Progress::default());
        observed.run(async { self.send(Head::new(key?), context, &progress).await }, &progress, no_bytes).await
    }

    /// Tells whether an object exists.
    ///
    /// # Errors
    /// What the store answers, but not that there is none.
    pub async fn exists(&self, object: impl Locate) -> Result<bool> {
        let key = object.locate(self.name());
        let observed = self.begin_at(&names::CLOUD_EXISTS, &key);
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            match self.send(Head::new(key?), context, &progress).await {
                Ok(_) => Ok(true),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
                Err(error) => Err(error),
            }
        };
        observed.run(work, &progress, no_bytes).await
    }

    /// Lists a page of objects.
    ///
    /// ```
    /// # use buckets::{adapter::Memory, Cloud, Prefix, operation::List};
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let cloud = Cloud::new("uploads", Memory::new());
    /// let mut list = List::new(Prefix::new("reports/")?);
    /// loop {
    ///     let page = cloud.list(list.clone()).await?;
    ///     for object in &page.objects {
    ///         println!("{} bytes", object.size);
    ///     }
    ///     let Some(next) = page.next else { break };
    ///     list = list.after(next);
    /// }
    /// # Ok::<(), buckets::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What the store answers.
    pub async fn list(&self, list: List) -> Result<Page> {
        let observed = self.begin(&names::CLOUD_LIST, SpanStart::new);
        let (context, progress) = (observed.context(), Progress::default());
        observed.run(self.send(list, context, &progress), &progress, no_bytes).await
    }
}
