use opendal_core::options::{StatOptions, WriteOptions};
use opendal_core::{Buffer, Metadata, MetadataBuilder, Writer};

use super::{OperatorAdapter, attributes, describe, error, path_of, tag};
use crate::adapter::Adapter;
use crate::bridge::check_existing;
use crate::bridge::parts::{Part, Parts};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Condition, Put, Stored};

/// How often a conditional write is tried while others write to the same object. Each time one of them
/// got through, so this many is no ordinary contention.
const ROUNDS: u32 = 32;

impl OperatorAdapter {
    pub(super) async fn store_object(&self, put: Put) -> Result<Stored> {
        let path = path_of(&put.key)?;
        let condition = &put.condition;
        if !condition.is_none() && !self.capabilities().conditional_put {
            return Err(Error::unsupported("conditions"));
        }
        let mut options = attributes::to_theirs(&put.attributes, &self.capability, self.capabilities().attributes)?;
        options.if_not_exists = condition.is_if_absent();
        let mut parts = Parts::new(put.body, self.part_size, put.checksum);
        let metadata = if !condition.is_none() && !condition.is_if_absent() {
            self.replace(path, &mut parts, options, condition).await?
        } else {
            self.send(path, &mut parts, options, condition).await?
        };
        let size = parts.given();
        let mut stored = describe(put.key, &metadata);
        // Not every service tells all that it was told.
        stored.size = size;
        stored.checksum = None;
        if self.capabilities().attributes {
            stored.attributes = put.attributes;
        }
        Ok(Stored::new(stored))
    }

    async fn send(
        &self,
        path: &str,
        parts: &mut Parts,
        options: WriteOptions,
        condition: &Condition,
    ) -> Result<Metadata> {
        let of_write = |error| error::of_write(error, condition);
        if !self.capability.write_can_multi {
            let whole = parts.gather(self.gather_limit).await?;
            return self.operator.write_options(path, buffer(whole), options).await.map_err(of_write);
        }
        let first = parts.next().await?.unwrap_or_default();
        let Some(second) = parts.next().await? else {
            return self.operator.write_options(path, buffer(first), options).await.map_err(of_write);
        };
        let options = WriteOptions { chunk: Some(self.part_size), concurrent: self.concurrency, ..options };
        let mut pending = Pending(Some(self.operator.writer_options(path, options).await.map_err(of_write)?));
        match pending.write([first, second], parts, condition).await {
            Ok(metadata) => {
                pending.0 = None;
                Ok(if self.parts_have_other_tags { self.as_looked_up(path, &metadata).await } else { metadata })
            }
            Err(error) => {
                pending.abort().await;
                Err(error)
            }
        }
    }

    /// What a look-up tells of the version that was just stored; nothing if another one has replaced it or it cannot be
    /// looked up, for it is stored all the same.
    async fn as_looked_up(&self, path: &str, stored: &Metadata) -> Metadata {
        let this_version =
            StatOptions { if_version_match: stored.version().map(ToOwned::to_owned), ..StatOptions::default() };
        let known = self.operator.stat_options(path, this_version).await;
        known.unwrap_or_else(|_| MetadataBuilder::unknown().build())
    }

    /// Replaces the version that the condition was judged by; a write that came between makes another round.
    async fn replace(
        &self,
        path: &str,
        parts: &mut Parts,
        options: WriteOptions,
        condition: &Condition,
    ) -> Result<Metadata> {
        let mut options = self.only_if(path, options, condition).await?;
        let whole = buffer(parts.gather(self.gather_limit).await?);
        for _ in 0..ROUNDS {
            match self.operator.write_options(path, whole.clone(), options.clone()).await.map_err(error::to_ours) {
                Err(error) if matches!(error.kind(), ErrorKind::PreconditionFailed | ErrorKind::AlreadyExists) => {}
                written => return written,
            }
            options = self.only_if(path, options, condition).await?;
        }
        Err(Error::new(ErrorKind::PreconditionFailed, "others kept writing to the object").with_retryable(true))
    }

    /// The options with which a write goes ahead only on what the condition holds for now.
    async fn only_if(&self, path: &str, options: WriteOptions, condition: &Condition) -> Result<WriteOptions> {
        let current = match self.known(path).await {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        match &current {
            Some(current) => check_existing(condition, tag(current).as_ref())?,
            None => condition.check(None)?,
        }
        let none = WriteOptions { if_not_exists: false, if_match: None, if_version_match: None, ..options };
        let Some(current) = current else {
            return Ok(WriteOptions { if_not_exists: true, ..none });
        };
        match (current.version(), current.etag()) {
            (Some(version), _) if self.capability.write_with_if_version_match => {
                Ok(WriteOptions { if_version_match: Some(version.to_owned()), ..none })
            }
            // As the service has it, with its own quotation marks.
            (_, Some(tag)) if self.capability.write_with_if_match => {
                Ok(WriteOptions { if_match: Some(tag.to_owned()), ..none })
            }
            _ => Err(Error::unsupported("conditions on a certain version")),
        }
    }
}

/// A writer that is aborted unless it is taken out.
struct Pending(Option<Writer>);

impl Pending {
    async fn write(&mut self, begun: [Part; 2], parts: &mut Parts, condition: &Condition) -> Result<Metadata> {
        let of_write = |error| error::of_write(error, condition);
        let Some(writer) = &mut self.0 else { return Err(Error::new(ErrorKind::Other, "the upload is over")) };
        for part in begun {
            writer.write(buffer(part)).await.map_err(of_write)?;
        }
        while let Some(part) = parts.next().await? {
            writer.write(buffer(part)).await.map_err(of_write)?;
        }
        writer.close().await.map_err(of_write)
    }

    async fn abort(&mut self) {
        if let Some(writer) = &mut self.0 {
            // The error that led here is the one to tell.
            let _ = writer.abort().await;
        }
        self.0 = None;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let (Some(mut writer), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move { writer.abort().await });
        }
    }
}

fn buffer(part: Part) -> Buffer {
    Buffer::from(part.chunks)
}
