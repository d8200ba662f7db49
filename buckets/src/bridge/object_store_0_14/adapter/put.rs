use object_store::path::Path;
use object_store::{Attributes as TheirAttributes, PutMode, PutOptions, PutPayload, UpdateVersion};

use super::{ObjectStoreAdapter, error, multipart, path, payload, tag};
use crate::bridge::check_existing;
use crate::bridge::object_store_0_14::attributes;
use crate::bridge::parts::Parts;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Attributes, Condition, ObjectMeta, Put, Stored};

/// How often a conditional write is tried while others write to the same object. Each time one of them
/// got through, so this many is no ordinary contention.
const ROUNDS: u32 = 32;

impl ObjectStoreAdapter {
    pub(super) async fn store_object(&self, put: Put) -> Result<Stored> {
        if !put.condition.is_none() && !self.capabilities.conditional_put {
            return Err(Error::unsupported("conditions"));
        }
        let location = path::of_key(&put.key)?;
        let theirs = match self.capabilities.attributes {
            true => attributes::to_theirs(&put.attributes),
            false => TheirAttributes::new(),
        };
        let mut parts = Parts::new(put.body, self.part_size, put.checksum);
        let tag = if put.condition.is_none() {
            self.send(&location, &mut parts, theirs).await?
        } else {
            self.send_if(&location, &mut parts, theirs, &put.condition).await?
        };
        Ok(self.stored(put.key, parts.given(), tag, put.attributes))
    }

    /// Sends what fits into one part as one piece, and more as a multipart upload.
    async fn send(&self, location: &Path, parts: &mut Parts, theirs: TheirAttributes) -> Result<Option<String>> {
        let first = payload(parts.next().await?.unwrap_or_default());
        // A part that is not full is the last one; to ask is what tells of a full one.
        let Some(second) = parts.next().await? else {
            return self.send_at_once(location, first, theirs.into()).await.map_err(error::to_ours);
        };
        let upload = self.store.put_multipart_opts(location, theirs.into()).await.map_err(error::to_ours)?;
        multipart::send(upload, [first, payload(second)], parts, self.concurrency).await
    }

    async fn send_at_once(
        &self,
        location: &Path,
        content: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<Option<String>> {
        Ok(self.store.put_opts(location, content, options).await?.e_tag)
    }

    /// Sends under a condition. Stores know only "create" and "replace this version", so the others are
    /// looked after here, and a write that came between makes another round.
    async fn send_if(
        &self,
        location: &Path,
        parts: &mut Parts,
        theirs: TheirAttributes,
        condition: &Condition,
    ) -> Result<Option<String>> {
        let mut mode = self.mode(location, condition).await?;
        let content = payload(parts.gather(self.conditional_limit).await?);
        for _ in 0..ROUNDS {
            let options = PutOptions { mode, attributes: theirs.clone(), ..PutOptions::default() };
            match self.send_at_once(location, content.clone(), options).await {
                Err(object_store::Error::Precondition { .. } | object_store::Error::AlreadyExists { .. })
                    if !condition.is_if_absent() => {}
                Err(object_store::Error::Precondition { source, path }) => {
                    return Err(error::to_ours(object_store::Error::AlreadyExists { source, path }));
                }
                sent => return sent.map_err(error::to_ours),
            }
            mode = self.mode(location, condition).await?;
        }
        Err(Error::new(ErrorKind::PreconditionFailed, "others kept writing to the object").with_retryable(true))
    }

    /// The mode in which a write goes ahead only if the condition holds.
    async fn mode(&self, location: &Path, condition: &Condition) -> Result<PutMode> {
        if condition.is_if_absent() {
            return Ok(PutMode::Create);
        }
        let current = match self.known(location).await {
            Ok(meta) => Some(meta),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        match &current {
            Some(current) => check_existing(condition, tag(current.e_tag.as_deref()).as_ref())?,
            None => condition.check(None)?,
        }
        Ok(match current {
            // As the store has it: with its own quotation marks, and with the version that some ask for.
            Some(meta) => PutMode::Update(UpdateVersion { e_tag: meta.e_tag, version: meta.version }),
            None => PutMode::Create,
        })
    }

    fn stored(&self, key: Key, size: u64, tag: Option<String>, attributes: Attributes) -> Stored {
        let mut meta = ObjectMeta::new(key, size);
        meta.etag = super::tag(tag.as_deref());
        if self.capabilities.attributes {
            meta.attributes = attributes;
        }
        Stored::new(meta)
    }
}
