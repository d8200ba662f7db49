use super::{Data, Location, Object};
use crate::error::{Error, Result};
use crate::key::Key;

/// What names an object to a cloud: an [`Object`], its [`Location`], a [`Key`], or a key as text.
pub trait Locate: Sync {
    /// The key in the cloud of this name.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if it is no key, is not stored, or is in
    /// another cloud.
    fn locate(&self, cloud: &str) -> Result<Key>;

    /// The content, as far as it is here already.
    fn data(&self) -> Option<&Data> {
        None
    }
}

impl Locate for Key {
    fn locate(&self, _: &str) -> Result<Key> {
        Ok(self.clone())
    }
}

impl Locate for str {
    fn locate(&self, _: &str) -> Result<Key> {
        Key::new(self)
    }
}

impl Locate for String {
    fn locate(&self, _: &str) -> Result<Key> {
        Key::new(self)
    }
}

impl Locate for Location {
    fn locate(&self, cloud: &str) -> Result<Key> {
        if self.cloud() != cloud {
            return Err(Error::invalid(format!(
                "the object is in the cloud `{}`, not in `{cloud}`; ask that one, or copy the object here first",
                self.cloud()
            )));
        }
        Ok(self.key().clone())
    }
}

impl Locate for Object {
    fn locate(&self, cloud: &str) -> Result<Key> {
        self.location().locate(cloud)
    }

    fn data(&self) -> Option<&Data> {
        Object::data(self)
    }
}

impl<T: Locate + ?Sized> Locate for &T {
    fn locate(&self, cloud: &str) -> Result<Key> {
        (**self).locate(cloud)
    }

    fn data(&self) -> Option<&Data> {
        (**self).data()
    }
}
