use buckets::cloud::content_type_by_magic;
use buckets::operation::{Op, Put, Sign, SignedMethod};
use buckets::{Error, ErrorKind, Result};
use std::sync::Arc;

use super::body;

/// What content may be.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) max_size: Option<u64>,
    /// Allowed types, and beginnings of them that end in `/`.
    pub(super) types: Option<Vec<String>>,
    pub(super) unrecognised: bool,
}

impl Rules {
    /// Judges what can be judged before anything is sent, and has the rest judged on its way.
    pub(super) fn apply(self: &Arc<Self>, op: &mut Op) -> Result<()> {
        match op {
            Op::Put(op) => self.put(op),
            Op::Sign(op) if op.method == SignedMethod::Put => self.sign(op),
            _ => Ok(()),
        }
    }

    fn put(self: &Arc<Self>, op: &mut Put) -> Result<()> {
        if let Some(declared) = op.attributes.content_type() {
            self.check_type(Some(declared))?;
        }
        if let Some(size) = op.body.remaining() {
            self.check_size(size)?;
        }
        if let Some(bytes) = op.body.as_bytes() {
            return self.check_beginning(bytes);
        }
        if self.types.is_some() || (self.max_size.is_some() && op.body.remaining().is_none()) {
            op.body = body::judged(std::mem::take(&mut op.body), self);
        }
        Ok(())
    }

    fn sign(&self, op: &mut Sign) -> Result<()> {
        if let Some(max) = self.max_size {
            let size = op.constraints.max_size.get_or_insert(max);
            *size = max.min(*size);
        }
        match &op.constraints.content_type {
            None if self.types.is_some() => {
                Err(Error::invalid("a link for an upload must be bound to one of the allowed types"))
            }
            None => Ok(()),
            declared => self.check_type(declared.as_deref()),
        }
    }

    pub(super) fn check_size(&self, size: u64) -> Result<()> {
        match self.max_size {
            Some(max) if size > max => {
                Err(Error::new(ErrorKind::TooLarge, format!("the content is larger than the {max} bytes allowed")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_beginning(&self, beginning: &[u8]) -> Result<()> {
        if self.types.is_none() {
            return Ok(());
        }
        match content_type_by_magic(beginning) {
            None if self.unrecognised => Ok(()),
            found => self.check_type(found),
        }
    }

    fn check_type(&self, content_type: Option<&str>) -> Result<()> {
        let Some(types) = &self.types else { return Ok(()) };
        let essence = content_type.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let is_allowed = |allowed: &String| match allowed.ends_with('/') {
            true => essence.starts_with(allowed.as_str()),
            false => essence == *allowed,
        };
        match types.iter().any(is_allowed) {
            true => Ok(()),
            false => Err(Error::invalid("the content is of a type that is not allowed here")),
        }
    }

    /// Whether the beginning must be seen.
    pub(super) const fn judges_types(&self) -> bool {
        self.types.is_some()
    }
}
