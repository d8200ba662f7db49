use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};

use super::{Adapter, Capabilities};
use crate::body::{GetBody, PutBody};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{
    Checksum, Copy, Cursor, Delete, Deleted, ETag, Fetched, Get, Head, List, ObjectMeta, Op, OperationKind, Page, Put,
    Reply, Stored,
};

/// Objects in memory: for tests, caches and as the reference of what an adapter does.
///
/// Everything is gone when the last clone of the cloud is. [`with_capacity`](Self::with_capacity)
/// bounds how many bytes of content it takes; without, only the machine does. Does not sign links.
#[derive(Debug, Default)]
pub struct Memory {
    objects: RwLock<Objects>,
    versions: AtomicU64,
    capacity: Option<u64>,
}

#[derive(Debug, Default)]
struct Objects {
    by_key: BTreeMap<Key, Entry>,
    bytes: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    content: Bytes,
    meta: ObjectMeta,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that takes at most so many bytes of content; more fails with
    /// [`QuotaExceeded`](ErrorKind::QuotaExceeded).
    pub fn with_capacity(bytes: u64) -> Self {
        Self { capacity: Some(bytes), ..Self::default() }
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.read().by_key.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads `body` into memory, no more of it than could be stored.
    async fn gather(&self, mut body: PutBody) -> Result<Bytes> {
        let mut content = BytesMut::new();
        while let Some(chunk) = body.next().await.transpose()? {
            if self.capacity.is_some_and(|capacity| (content.len() + chunk.len()) as u64 > capacity) {
                return Err(full());
            }
            content.extend_from_slice(&chunk);
        }
        Ok(content.freeze())
    }

    fn store(&self, put: Put, content: Bytes) -> Result<Stored> {
        let checksum = Checksum::of(&content);
        if put.checksum.is_some_and(|expected| expected != checksum) {
            return Err(Error::new(
                ErrorKind::ChecksumMismatch,
                "the content does not have the checksum it was sent with",
            ));
        }
        let mut meta = ObjectMeta::new(put.key, content.len() as u64);
        meta.checksum = Some(checksum);
        meta.attributes = put.attributes;
        self.insert(Entry { content, meta }, &put.condition)
    }

    fn insert(&self, mut entry: Entry, condition: &crate::operation::Condition) -> Result<Stored> {
        let version = self.versions.fetch_add(1, Ordering::Relaxed);
        entry.meta.etag = Some(ETag::of_version(version));
        entry.meta.last_modified = Some(SystemTime::now());
        let stored = Stored::new(entry.meta.clone());
        let Objects { by_key, bytes } = &mut *self.write();
        let current = by_key.get_mut(&stored.meta.key);
        condition.check(current.as_ref().and_then(|current| current.meta.etag.as_ref()))?;
        let after = *bytes - current.as_ref().map_or(0, |current| current.meta.size) + entry.meta.size;
        if self.capacity.is_some_and(|capacity| after > capacity) {
            return Err(full());
        }
        *bytes = after;
        match current {
            Some(current) => *current = entry,
            None => drop(by_key.insert(stored.meta.key.clone(), entry)),
        }
        Ok(stored)
    }

    fn fetch(&self, op: Get) -> Result<Fetched> {
        let Entry { mut content, meta } = self.entry(op.key)?;
        op.condition.check(meta.etag.as_ref())?;
        let range = match op.range {
            Some(range) => range.resolve(meta.size)?,
            None => 0..meta.size,
        };
        if op.range.is_some() {
            content = content.slice(range.start as usize..range.end as usize);
        }
        Ok(Fetched::new(meta, range, GetBody::from_bytes(content)))
    }

    fn remove(&self, op: &Delete) -> Deleted {
        let mut objects = self.write();
        let removed = objects.by_key.remove(&op.key);
        objects.bytes -= removed.as_ref().map_or(0, |entry| entry.meta.size);
        Deleted::new(Some(removed.is_some()))
    }

    fn duplicate(&self, op: Copy) -> Result<Stored> {
        let mut entry = self.entry(op.source)?;
        entry.meta.key = op.destination;
        self.insert(entry, &op.condition)
    }

    fn page(&self, op: &List) -> Result<Page> {
        let prefix = op.prefix.as_str();
        let mut page = Page::default();
        // A cursor is the last entry of the page before: a key, or a folded prefix with all below it.
        let after = op.cursor.as_ref().map(Cursor::as_str);
        let start = match after {
            Some(after) => Bound::Excluded(after),
            None => Bound::Included(prefix),
        };
        let objects = self.read();
        let mut last = None;
        for (key, entry) in objects.by_key.range::<str, _>((start, Bound::Unbounded)) {
            let key = key.as_str();
            let Some(rest) = key.strip_prefix(prefix) else { break };
            if after.is_some_and(|after| after.ends_with('/') && key.starts_with(after)) {
                continue;
            }
            let folded = rest.find('/').filter(|_| op.fold).map(|end| &key[..prefix.len() + end + 1]);
            if folded.is_some() && folded == page.prefixes.last().map(String::as_str) {
                continue;
            }
            if page.objects.len() + page.prefixes.len() == op.limit {
                page.next = last.map(Cursor::new).transpose()?;
                break;
            }
            match folded {
                Some(folded) => page.prefixes.push(folded.to_owned()),
                None => page.objects.push(entry.meta.clone()),
            }
            last = Some(folded.unwrap_or(key).to_owned());
        }
        Ok(page)
    }

    fn entry(&self, key: Key) -> Result<Entry> {
        let objects = self.read();
        let entry = objects.by_key.get(&key).ok_or_else(Error::not_found)?;
        // Field by field, because the key is at hand and need not be counted up and down.
        let &ObjectMeta { size, ref etag, checksum, last_modified, storage_class, ref attributes, .. } = &entry.meta;
        let (etag, attributes) = (etag.clone(), attributes.clone());
        let meta = ObjectMeta { key, size, etag, checksum, last_modified, storage_class, attributes };
        Ok(Entry { content: entry.content.clone(), meta })
    }

    fn read(&self) -> RwLockReadGuard<'_, Objects> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Objects> {
        self.objects.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn full() -> Error {
    Error::new(ErrorKind::QuotaExceeded, "the memory store is full; delete something or raise its capacity")
}

impl Adapter for Memory {
    fn name(&self) -> &str {
        "memory"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::all().without(OperationKind::Sign)
    }

    async fn put(&self, mut op: Put) -> Result<Stored> {
        let content = self.gather(std::mem::take(&mut op.body)).await?;
        self.store(op, content)
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        self.fetch(op)
    }

    async fn head(&self, op: Head) -> Result<ObjectMeta> {
        self.entry(op.key).map(|entry| entry.meta)
    }

    async fn delete(&self, op: Delete) -> Result<Deleted> {
        Ok(self.remove(&op))
    }

    async fn copy(&self, op: Copy) -> Result<Stored> {
        self.duplicate(op)
    }

    async fn list(&self, op: List) -> Result<Page> {
        self.page(&op)
    }

    fn answer_now(&self, op: Op) -> Result<Result<Reply>, Op> {
        Ok(match op {
            Op::Put(mut put) => match put.body.take_bytes() {
                Some(content) => self.store(put, content).map(Reply::Put),
                None => return Err(Op::Put(put)),
            },
            Op::Get(op) => self.fetch(op).map(Reply::Get),
            Op::Head(op) => self.entry(op.key).map(|entry| Reply::Head(entry.meta)),
            Op::Delete(op) => Ok(Reply::Delete(self.remove(&op))),
            Op::Copy(op) => self.duplicate(op).map(Reply::Copy),
            Op::List(op) => self.page(&op).map(Reply::List),
            other => return Err(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_store_says_so_for_bytes_and_streams_alike() {
        let memory = Memory::with_capacity(10);
        let put = |body: PutBody| memory.put(Put::new(Key::new("a").expect("valid"), body));
        put("ten bytes.".into()).await.expect("fits");
        put("same size!".into()).await.expect("replaces");
        let stream = PutBody::from_reader(&b"eleven byte"[..]);
        for body in ["eleven byte".into(), stream] {
            assert_eq!(put(body).await.expect_err("does not fit").kind(), ErrorKind::QuotaExceeded);
        }
        assert_eq!(memory.read().bytes, 10);
    }
}
