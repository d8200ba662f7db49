use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower::ServiceExt;
use tower_service::Service;
use uuid::Uuid;

use super::Options;
use super::content::content;
use super::failure::{Checked, Failure, ensure, same, same_content};
use crate::adapter::Capabilities;
use crate::body::PutBody;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Key, Prefix};
use crate::operation::{Delete, Fetched, Get, Head, List, ObjectMeta, Operation, OperationKind, Page, Put, Request};
use crate::store::{BoxStore, Store};

/// What all behaviours of a run have in common.
pub(super) struct Shared {
    store: BoxStore,
    pub(super) capabilities: Capabilities,
    pub(super) options: Options,
    root: String,
}

impl Shared {
    pub(super) fn new(store: impl Store, capabilities: Capabilities, options: Options) -> Arc<Self> {
        let run = Uuid::new_v4().simple();
        let root = match &options.prefix {
            Some(prefix) => format!("{}/conformance-{run}", prefix.as_str()),
            None => format!("conformance-{run}"),
        };
        Arc::new(Self { store: BoxStore::new(store.map_err(Into::into)), capabilities, options, root })
    }
}

/// A store as one behaviour sees it: typed, and with a directory of its own. Clones share it.
#[derive(Clone)]
pub(super) struct Session {
    shared: Arc<Shared>,
    number: usize,
    keys: Arc<Mutex<BTreeSet<Key>>>,
}

impl Session {
    pub(super) fn new(shared: &Arc<Shared>, number: usize) -> Self {
        Self { shared: Arc::clone(shared), number, keys: Arc::default() }
    }

    pub(super) fn options(&self) -> &Options {
        &self.shared.options
    }

    pub(super) fn supports(&self, operation: OperationKind) -> bool {
        self.shared.capabilities.supports(operation)
    }

    pub(super) fn capabilities(&self) -> Capabilities {
        self.shared.capabilities
    }

    /// What all keys of the behaviour begin with, `/` included.
    pub(super) fn directory(&self) -> String {
        format!("{}/{}/", self.shared.root, self.number)
    }

    /// The key of this name in the behaviour's directory, to be removed at the end.
    pub(super) fn key(&self, name: &str) -> Result<Key> {
        let key = Key::new(self.directory() + name)?;
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        Ok(key)
    }

    pub(super) fn prefix(&self, name: &str) -> Result<Prefix> {
        Prefix::new(self.directory() + name)
    }

    /// `len` bytes, other ones for each `label`.
    pub(super) fn content(&self, label: u64, len: usize) -> Bytes {
        // Spread, so that neighbouring seeds do not make one content the tail of another.
        content((self.shared.options.seed ^ label.rotate_left(32)).wrapping_mul(0xd134_2543_de82_ef95), len)
    }

    /// Content larger than what a store moves in one piece.
    pub(super) fn large(&self, label: u64) -> Bytes {
        self.content(label, self.options().large_len)
    }

    pub(super) async fn call<O: Operation>(&self, operation: O) -> Result<O::Output> {
        let mut store = self.shared.store.clone();
        let ready = store.ready().await.map_err(Error::from_boxed)?;
        let response = ready.call(Request::new(operation)).await.map_err(Error::from_boxed)?;
        O::from_reply(response.reply)
    }

    /// Expects the operation to fail with this kind.
    pub(super) async fn refused<O: Operation>(&self, operation: O, kind: ErrorKind) -> Result<Error, Failure> {
        match self.call(operation).await {
            Ok(_) => Err(Failure::new(format!("`{}` succeeded, expected {kind}", O::NAME))),
            Err(error) if error.kind() == kind => Ok(error),
            Err(error) => Err(Failure::from(error).within(&format!("expected {kind}"))),
        }
    }

    pub(super) async fn put(&self, key: &Key, body: impl Into<PutBody>) -> Result<ObjectMeta> {
        Ok(self.call(Put::new(key.clone(), body)).await?.meta)
    }

    pub(super) async fn head(&self, key: &Key) -> Result<ObjectMeta> {
        self.call(Head::new(key.clone())).await
    }

    pub(super) async fn get(&self, key: &Key) -> Result<Fetched> {
        self.call(Get::new(key.clone())).await
    }

    /// The whole object, with an answer that agrees with its content.
    pub(super) async fn read(&self, key: &Key) -> Result<(ObjectMeta, Bytes), Failure> {
        let Fetched { meta, range, body } = self.get(key).await?;
        let content = self.collect(body).await?;
        let len = content.len() as u64;
        same("size in the answer to `get`", meta.size, len)?;
        same("range in the answer to a whole `get`", range, 0..len)?;
        Ok((meta, content))
    }

    pub(super) async fn collect(&self, body: crate::body::GetBody) -> Result<Bytes> {
        // Well above what any behaviour stores: a store that gives back more is stopped.
        body.collect(4 * 1024 * 1024 + 2 * self.options().large_len as u64).await
    }

    /// Expects an object with this content.
    pub(super) async fn holds(&self, key: &Key, expected: &[u8]) -> Checked {
        let (_, content) = self.read(key).await?;
        same_content("content", &content, expected)?;
        if self.supports(OperationKind::Head) {
            same("size in the answer to `head`", self.head(key).await?.size, expected.len() as u64)?;
        }
        Ok(())
    }

    /// Expects no object.
    pub(super) async fn is_absent(&self, key: &Key) -> Checked {
        if self.supports(OperationKind::Get) {
            self.refused(Get::new(key.clone()), ErrorKind::NotFound).await?;
        }
        if self.supports(OperationKind::Head) {
            self.refused(Head::new(key.clone()), ErrorKind::NotFound).await?;
        }
        Ok(())
    }

    /// Expects the directory to hold these objects and nothing else, where the store can list.
    pub(super) async fn lists_only(&self, names: &[&str]) -> Checked {
        if !self.supports(OperationKind::List) {
            return Ok(());
        }
        let page = self.call(List::new(self.prefix("")?)).await?;
        same("objects listed", self.names(&page), names.iter().map(|&name| name.to_owned()).collect())
    }

    /// The names of a page's objects, without the behaviour's directory.
    pub(super) fn names(&self, page: &Page) -> Vec<String> {
        page.objects.iter().map(|meta| self.name(meta.key.as_str())).collect()
    }

    pub(super) fn name(&self, key: &str) -> String {
        key.strip_prefix(&self.directory()).unwrap_or(key).to_owned()
    }

    /// Runs all of `work` at once and gives back their results in order.
    pub(super) async fn together<F, T>(&self, work: impl IntoIterator<Item = F>) -> Result<Vec<T>, Failure>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        // A set, so that a behaviour that runs out of time takes its tasks with it.
        let mut tasks = JoinSet::new();
        let work: Vec<_> = work.into_iter().collect();
        let start = Arc::new(Barrier::new(work.len()));
        for (number, work) in work.into_iter().enumerate() {
            let start = Arc::clone(&start);
            tasks.spawn(async move {
                start.wait().await;
                (number, work.await)
            });
        }
        let mut results = BTreeMap::new();
        while let Some(task) = tasks.join_next().await {
            let (number, result) = task.map_err(|_| Failure::new("the store panicked"))?;
            results.insert(number, result);
        }
        Ok(results.into_values().collect())
    }

    /// Removes what the behaviour stored, and expects that to work.
    pub(super) async fn clean_up(&self) -> Checked {
        if !self.supports(OperationKind::Delete) {
            return Ok(());
        }
        let keys = std::mem::take(&mut *self.keys.lock().unwrap_or_else(PoisonError::into_inner));
        for key in keys {
            self.call(Delete::new(key)).await?;
        }
        Ok(())
    }
}

/// The tag of an object, for behaviours about tags; a store need not have any.
pub(super) fn tag(meta: &ObjectMeta) -> Result<crate::operation::ETag, Failure> {
    meta.etag.clone().ok_or_else(|| Failure::optional("the store has no entity tags"))
}

/// Expects that two answers tell of the same version of the same object.
pub(super) fn same_version(what: &str, seen: &ObjectMeta, expected: &ObjectMeta) -> Checked {
    ensure(seen.key == expected.key, &format!("{what}: another key"))?;
    same(&format!("{what}: size"), seen.size, expected.size)?;
    same(&format!("{what}: tag"), &seen.etag, &expected.etag)?;
    same(&format!("{what}: checksum"), seen.checksum, expected.checksum)
}
