use uuid::Uuid;

use super::key_strategy::display_filename;
use super::progress::Progress;
use super::{Cloud, Locate, Object};
use crate::error::Result;
use crate::key::Key;
use crate::operation::{Condition, Context, Copy, Expectation, Get, ObjectMeta, OperationKind, Put};
use crate::store::Store;
use crate::telemetry::catalogue::names;

/// How [`Cloud::copy_with`] goes about it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CopyOptions {
    /// Where to, instead of a key made by the cloud's key strategy.
    pub key: Option<Key>,
    /// When to go ahead, judged by the object at the destination.
    pub condition: Condition,
}

impl CopyOptions {
    /// A key made by the cloud, no condition.
    pub fn new() -> Self {
        Self::default()
    }

    /// Copies to this key.
    pub fn at(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// Goes ahead only under this condition.
    pub fn with_condition(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }
}

impl<S: Store> Cloud<S> {
    /// Copies an object of this cloud to a new one with another id, named `filename`.
    ///
    /// The store copies where it can, else the content streams through.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is no source; what the store answers.
    pub async fn copy(&self, source: impl Locate, filename: &str) -> Result<Object> {
        self.copy_with(self, source, filename, CopyOptions::new()).await
    }

    /// Copies an object of `from`, which may be this cloud or another one, to a new one here.
    ///
    /// The store copies where both clouds are on the same one (and it can), else the content
    /// streams through, attributes included, and its checksum is verified where the source has one.
    ///
    /// # Errors
    /// As [`copy`](Self::copy), and what either store answers.
    pub async fn copy_with<T: Store>(
        &self,
        from: &Cloud<T>,
        source: impl Locate,
        filename: &str,
        options: CopyOptions,
    ) -> Result<Object> {
        let id = Uuid::new_v4();
        let destination = match options.key {
            Some(key) => Ok(key),
            None => self.new_key(id, filename),
        };
        let observed = self.begin_at(&names::CLOUD_COPY, &destination).expecting(Expectation::of(&options.condition));
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let (source, destination) = (source.locate(from.name())?, destination?);
            let meta = if self.can_copy_from(from) {
                let copy = Copy { source, destination, condition: options.condition };
                self.send(copy, context, &progress).await?.meta
            } else {
                self.stream_from(from, source, destination, options.condition, (context, &progress)).await?
            };
            Ok(Object::new(id, display_filename(filename), self.name(), meta))
        };
        observed.run(work, &progress, |object| Some(object.size())).await
    }

    /// Whether the store itself can copy: only where both clouds are known to be on the same one
    /// with the same credentials.
    fn can_copy_from<T>(&self, from: &Cloud<T>) -> bool {
        let is_same_cloud = std::sync::Arc::ptr_eq(&self.shared, &from.shared);
        let is_same_store = self.shared.store_id.is_some() && self.shared.store_id == from.shared.store_id;
        self.shared.capabilities.supports(OperationKind::Copy) && (is_same_cloud || is_same_store)
    }

    async fn stream_from<T: Store>(
        &self,
        from: &Cloud<T>,
        source: Key,
        destination: Key,
        condition: Condition,
        (context, progress): (Context, &Progress),
    ) -> Result<ObjectMeta> {
        let reading = Context { scope: from.shared.scope.clone(), ..context.clone() };
        let fetched = from.send(Get::new(source), reading, &Progress::default()).await?;
        let mut body = fetched.body.into();
        if context.span.is_some() {
            progress.sends(&mut body);
        }
        let put = Put {
            key: destination,
            body,
            attributes: fetched.meta.attributes,
            condition,
            checksum: fetched.meta.checksum,
        };
        Ok(self.send(put, context, progress).await?.meta)
    }
}
