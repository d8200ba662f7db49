use uuid::Uuid;

use super::progress::Progress;
use super::{Cloud, Object, Upload};
use crate::error::Result;
use crate::key::Key;
use crate::operation::{Checksum, Condition, Expectation, Put};
use crate::store::Store;
use crate::telemetry::SpanStart;
use crate::telemetry::catalogue::names;

/// How [`Cloud::insert_with`] goes about it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct InsertOptions {
    /// Where to, instead of a key made by the cloud's key strategy.
    pub key: Option<Key>,
    /// When to go ahead.
    pub condition: Condition,
    /// The content's checksum as the caller knows it, to be verified by the store.
    pub checksum: Option<Checksum>,
}

impl InsertOptions {
    /// A key made by the cloud, no condition, no checksum.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores at this key.
    pub fn at(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// Goes ahead only under this condition.
    pub fn with_condition(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    /// Has the store verify the content.
    pub fn with_checksum(mut self, checksum: Checksum) -> Self {
        self.checksum = Some(checksum);
        self
    }
}

impl<S: Store> Cloud<S> {
    /// Stores a file and gives back the object it became: all of it, or an error and nothing.
    ///
    /// The object gets an id and a key of its own. Content that came from memory or a path stays
    /// at hand in the object; a file of the caller's is never removed.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for what is no regular file;
    /// [`Interrupted`](crate::ErrorKind::Interrupted) when the source of the content fails or does
    /// not have its declared length; what the store answers.
    pub async fn insert(&self, upload: impl Into<Upload>) -> Result<Object> {
        self.insert_with(upload, InsertOptions::new()).await
    }

    /// Stores a file at a given key, under a condition, or with a checksum.
    ///
    /// # Errors
    /// As [`insert`](Self::insert), and [`AlreadyExists`](crate::ErrorKind::AlreadyExists) or
    /// [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed) where the condition does not hold.
    pub async fn insert_with(&self, upload: impl Into<Upload>, options: InsertOptions) -> Result<Object> {
        let upload = upload.into();
        let id = Uuid::new_v4();
        let key = match options.key {
            Some(key) => Ok(key),
            None => self.new_key(id, upload.filename()),
        };
        let observed = self
            .begin(&names::CLOUD_INSERT, || {
                let start = SpanStart::new().content_type(upload.likely_content_type());
                key.as_ref().map_or(start, |key| start.key(key))
            })
            .expecting(Expectation::of(&options.condition));
        let (context, progress) = (observed.context(), Progress::default());
        let work = async {
            let filename = upload.display_filename();
            let mut opened = upload.open().await?;
            if context.span.is_some() {
                progress.sends(&mut opened.body);
            }
            let put = Put {
                key: key?,
                body: opened.body,
                attributes: opened.attributes,
                condition: options.condition,
                checksum: options.checksum,
            };
            let stored = self.send(put, context, &progress).await?;
            let mut object = Object::new(id, filename, self.name(), stored.meta);
            object.set_data(opened.data);
            Ok(object)
        };
        observed.run(work, &progress, |object| Some(object.size())).await
    }

    /// A key for a new object.
    pub(super) fn new_key(&self, id: Uuid, filename: &str) -> Result<Key> {
        let key = self.shared.keys.key(id, filename)?;
        match &self.shared.base {
            Some(base) => key.below(base),
            None => Ok(key),
        }
    }
}
