use std::fmt;

use buckets::operation::{Cursor, ObjectMeta, Op, Page, Reply};
use buckets::{Error, ErrorKind, Key, Prefix, Result};

/// The keys below one key.
#[derive(Clone)]
pub(super) struct Room {
    base: Key,
}

/// How the cursor of a store is shown to a tenant: behind the prefix, or as it is.
const BELOW: &str = "b";
const OPAQUE: &str = "o";

impl Room {
    pub(super) const fn new(base: Key) -> Self {
        Self { base }
    }

    /// The operation as the store must see it.
    pub(super) fn enter(&self, op: &mut Op) -> Result<()> {
        match op {
            Op::Put(op) => self.put_below(&mut op.key),
            Op::Get(op) => self.put_below(&mut op.key),
            Op::Head(op) => self.put_below(&mut op.key),
            Op::Delete(op) => self.put_below(&mut op.key),
            Op::Sign(op) => self.put_below(&mut op.key),
            Op::Copy(op) => {
                self.put_below(&mut op.source)?;
                self.put_below(&mut op.destination)
            }
            Op::List(op) => {
                op.prefix = Prefix::new(format!("{}/{}", self.base.as_str(), op.prefix.as_str()))?;
                op.cursor = op.cursor.take().map(|cursor| self.enter_cursor(&cursor)).transpose()?;
                Ok(())
            }
            other => Err(Error::unsupported(other.name())),
        }
    }

    /// The answer as the tenant must see it.
    pub(super) fn leave(&self, reply: &mut Reply) -> Result<()> {
        match reply {
            Reply::Put(stored) | Reply::Copy(stored) => self.take_out(&mut stored.meta),
            Reply::Get(fetched) => self.take_out(&mut fetched.meta),
            Reply::Head(meta) => self.take_out(meta),
            Reply::Delete(_) | Reply::Sign(_) => Ok(()),
            Reply::List(page) => self.leave_page(page),
            _ => Err(Error::new(ErrorKind::Protocol, "the store answered what was not asked")),
        }
    }

    fn put_below(&self, key: &mut Key) -> Result<()> {
        *key = key.below(&self.base)?;
        Ok(())
    }

    fn take_out(&self, meta: &mut ObjectMeta) -> Result<()> {
        meta.key = Key::new(self.rest(meta.key.as_str())?)?;
        Ok(())
    }

    fn leave_page(&self, page: &mut Page) -> Result<()> {
        let mut objects = Vec::with_capacity(page.objects.len());
        for mut object in page.objects.drain(..) {
            // What no key of the tenant's could name is not the tenant's.
            if let Ok(key) = Key::new(self.rest(object.key.as_str())?) {
                object.key = key;
                objects.push(object);
            }
        }
        page.objects = objects;
        for prefix in &mut page.prefixes {
            *prefix = self.rest(prefix)?.to_owned();
        }
        page.prefixes.retain(|prefix| Prefix::new(prefix).is_ok());
        page.next = page.next.take().map(|cursor| self.leave_cursor(&cursor)).transpose()?;
        Ok(())
    }

    /// Many stores give the last key for a cursor: the tenant need not learn where it lives.
    fn leave_cursor(&self, cursor: &Cursor) -> Result<Cursor> {
        Cursor::new(match self.rest(cursor.as_str()) {
            Ok(rest) => format!("{BELOW}{rest}"),
            Err(_) => format!("{OPAQUE}{}", cursor.as_str()),
        })
    }

    fn enter_cursor(&self, cursor: &Cursor) -> Result<Cursor> {
        let text = cursor.as_str();
        if let Some(rest) = text.strip_prefix(BELOW) {
            return Cursor::new(format!("{}/{rest}", self.base.as_str()));
        }
        match text.strip_prefix(OPAQUE) {
            Some(opaque) => Cursor::new(opaque),
            None => Err(Error::invalid("a list cursor must be one that an earlier page gave")),
        }
    }

    /// What stands behind the prefix and its `/`.
    fn rest<'a>(&self, text: &'a str) -> Result<&'a str> {
        let rest = text.strip_prefix(self.base.as_str()).and_then(|rest| rest.strip_prefix('/'));
        rest.ok_or_else(|| Error::new(ErrorKind::Protocol, "the store answered with a key from outside of the prefix"))
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Room").field(&self.base).finish()
    }
}
