use std::fmt;
use std::sync::Arc;

use tower::ServiceExt;
use tower_layer::Layer;

use super::{Cloud, KeyStrategy, PublicBase, Shared, UuidKeys};
use crate::adapter::{Adapter, Backend, Capabilities};
use crate::error::Result;
use crate::key::Key;
use crate::store::{BoxStore, Store};
use crate::telemetry::{Dispatcher, Scope, Server};

/// Puts a [`Cloud`] together; made by [`Cloud::builder`] and [`Cloud::over`].
#[must_use]
pub struct CloudBuilder<S> {
    store: S,
    name: String,
    adapter: String,
    dispatcher: Dispatcher,
    base: Option<Key>,
    keys: Box<dyn KeyStrategy>,
    read_limit: u64,
    public_base: Option<PublicBase>,
    capabilities: Capabilities,
    store_id: Option<String>,
    server: Option<Server>,
}

impl<A: Adapter> CloudBuilder<Backend<A>> {
    pub(super) fn on(name: &str, adapter: A) -> Self {
        let (label, capabilities, store_id) = (adapter.name().to_owned(), adapter.capabilities(), adapter.store_id());
        let server = adapter.server();
        let builder = Self::over(name, &label, Backend::new(adapter));
        Self { capabilities, store_id, server, ..builder }
    }
}

impl<S> CloudBuilder<S> {
    /// How many bytes [`Cloud::read`] takes into memory unless told otherwise: 64 MiB.
    pub const DEFAULT_READ_LIMIT: u64 = 64 << 20;

    pub(super) fn over(name: &str, adapter: &str, store: S) -> Self {
        Self {
            store,
            name: name.to_owned(),
            adapter: adapter.to_owned(),
            dispatcher: Dispatcher::global(),
            base: None,
            keys: Box::new(UuidKeys),
            read_limit: Self::DEFAULT_READ_LIMIT,
            public_base: None,
            capabilities: Capabilities::all(),
            store_id: None,
            server: None,
        }
    }

    /// Puts a tower layer around the stack so far: the one added last is the outermost.
    ///
    /// This is the order in which a wall is built, and the reverse of `tower::ServiceBuilder`.
    pub fn layer<L: Layer<S>>(self, layer: L) -> CloudBuilder<L::Service> {
        self.map_store(|store| layer.layer(store))
    }

    /// Sends events to `dispatcher` in place of the global one.
    pub fn dispatcher(mut self, dispatcher: Dispatcher) -> Self {
        self.dispatcher = dispatcher;
        self
    }

    /// Puts new objects below `base`. Keys given by the caller are taken as they are.
    pub fn base_prefix(mut self, base: Key) -> Self {
        self.base = Some(base);
        self
    }

    /// Makes keys of new objects in another way than [`UuidKeys`].
    pub fn key_strategy(mut self, keys: impl KeyStrategy) -> Self {
        self.keys = Box::new(keys);
        self
    }

    /// Sets how many bytes [`Cloud::read`] takes into memory unless told otherwise.
    pub fn read_limit(mut self, bytes: u64) -> Self {
        self.read_limit = bytes;
        self
    }

    /// Says where the public finds the store's top, such as `https://cdn.example` or `https://cdn.example/photos`, for
    /// [`Cloud::public_url`].
    ///
    /// Below a layer that puts a prefix in front of keys, the URL ends in that prefix.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) unless it is an absolute `http` or `https` URL without user, query
    /// and fragment.
    pub fn public_base_url(mut self, url: &str) -> Result<Self> {
        self.public_base = Some(PublicBase::new(url)?);
        Ok(self)
    }

    /// Says what the stack can do, where it was not made from an adapter.
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Says where the store is, for traces, where the stack was not made from an adapter.
    pub fn server(mut self, server: Server) -> Self {
        self.server = Some(server);
        self
    }

    /// The same settings over another stack.
    fn map_store<T>(self, map: impl FnOnce(S) -> T) -> CloudBuilder<T> {
        CloudBuilder {
            store: map(self.store),
            name: self.name,
            adapter: self.adapter,
            dispatcher: self.dispatcher,
            base: self.base,
            keys: self.keys,
            read_limit: self.read_limit,
            public_base: self.public_base,
            capabilities: self.capabilities,
            store_id: self.store_id,
            server: self.server,
        }
    }
}

impl<S: Store> CloudBuilder<S> {
    /// The cloud.
    pub fn build(self) -> Cloud<S> {
        let scope = Scope::asking(self.dispatcher, &self.name, &self.adapter, self.server);
        let shared = Shared {
            scope,
            base: self.base,
            keys: self.keys,
            read_limit: self.read_limit,
            public_base: self.public_base,
            capabilities: self.capabilities,
            store_id: self.store_id,
        };
        Cloud { store: self.store, shared: Arc::new(shared) }
    }

    /// The same builder with the type of its stack erased.
    pub fn boxed(self) -> CloudBuilder<BoxStore> {
        self.map_store(|store| BoxStore::new(store.map_err(Into::into)))
    }
}

impl<S> fmt::Debug for CloudBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudBuilder").field("name", &self.name).field("adapter", &self.adapter).finish_non_exhaustive()
    }
}
