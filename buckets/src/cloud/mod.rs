//! The facade an application holds.

mod builder;
mod content_type;
mod copy;
mod data;
mod delete;
mod direct_upload;
mod download;
mod health;
mod insert;
pub mod inventory;
mod key_strategy;
mod load;
mod locate;
mod location;
mod lookup;
mod object;
mod observe;
mod progress;
mod public_url;
mod read;
mod upload;
mod url;

pub use builder::CloudBuilder;
pub use content_type::{content_type_by_extension, content_type_by_magic};
pub use copy::CopyOptions;
pub use data::{Data, LoadTo};
pub use direct_upload::{DirectUpload, DirectUploadOptions, PendingUpload};
pub use download::DownloadOptions;
pub use insert::InsertOptions;
pub use key_strategy::{KeyStrategy, UuidKeys, display_filename, normalize_filename};
pub use locate::Locate;
pub use location::Location;
pub use object::Object;
pub(crate) use public_url::PublicBase;
pub use read::ReadOptions;
pub use upload::Upload;
pub use url::UrlOptions;

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use tower::ServiceExt;

use self::progress::Progress;
use crate::adapter::{Adapter, Backend, Capabilities};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::operation::{Context, Operation, Request};
use crate::store::{BoxStore, Store};
use crate::telemetry::Scope;

/// What an application holds to store and fetch files.
///
/// `Cloud<S>` knows its stack `S`; plain `Cloud` has it erased ([`boxed`](CloudBuilder::boxed)),
/// so that clouds on different stores have one type. Clones are cheap and are the same cloud.
/// Every method is one operation `buckets.cloud.…` with one start and exactly one end; each of its
/// futures may be dropped at any time, which is reported as *cancelled* and leaves every object
/// old or new.
///
/// ```
/// use buckets::adapter::Memory;
/// use buckets::{Cloud, Upload};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let cloud = Cloud::new("uploads", Memory::new());
/// let object = cloud.insert(Upload::from_bytes("hello.txt", "Hello!")).await?;
/// assert_eq!(cloud.read(object.location()).await?, "Hello!");
/// cloud.delete(&object).await?;
/// # Ok::<(), buckets::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Cloud<S = BoxStore> {
    store: S,
    shared: Arc<Shared>,
}

struct Shared {
    scope: Scope,
    base: Option<Key>,
    keys: Box<dyn KeyStrategy>,
    read_limit: u64,
    public_base: Option<PublicBase>,
    capabilities: Capabilities,
    store_id: Option<String>,
}

impl<A: Adapter> Cloud<Backend<A>> {
    /// A cloud on `adapter` without layers. `name` becomes a metric label: a short constant.
    pub fn new(name: &str, adapter: A) -> Self {
        Self::builder(name, adapter).build()
    }

    /// A cloud on `adapter`, to be given layers and settings.
    pub fn builder(name: &str, adapter: A) -> CloudBuilder<Backend<A>> {
        CloudBuilder::on(name, adapter)
    }
}

impl<S: Store> Cloud<S> {
    /// A cloud over a stack that is ready made; `adapter` names what is at its bottom.
    pub fn over(name: &str, adapter: &str, store: S) -> CloudBuilder<S> {
        CloudBuilder::over(name, adapter, store)
    }

    /// The same cloud with its stack's type erased.
    pub fn boxed(self) -> Cloud {
        Cloud { store: BoxStore::new(self.store.map_err(Into::into)), shared: self.shared }
    }

    /// The cloud's name.
    pub fn name(&self) -> &str {
        self.shared.scope.cloud()
    }

    /// The adapter's name.
    pub fn adapter(&self) -> &str {
        self.shared.scope.adapter()
    }

    /// What the adapter can do.
    pub fn capabilities(&self) -> Capabilities {
        self.shared.capabilities
    }

    /// Whose operations these are in events: names and dispatcher.
    pub fn scope(&self) -> &Scope {
        &self.shared.scope
    }

    /// The stack.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Sends any operation, a user-defined one included, down the stack, without an event of the
    /// cloud's own: layers report it as `buckets.adapter.…`.
    ///
    /// # Errors
    /// What the stack answers; see [`Error::from_boxed`] for stacks with other error types.
    pub async fn call<O: Operation>(&self, operation: O) -> Result<O::Output> {
        self.send(operation, Context::new(self.shared.scope.clone()), &Progress::default()).await
    }

    /// Sends `operation` as part of the span in `context`, and takes note of the answer in `progress`.
    fn send<O: Operation>(
        &self,
        operation: O,
        context: Context,
        progress: &Progress,
    ) -> impl Future<Output = Result<O::Output>> {
        // Made at once and sent by hand: in the states of `async fn` and `oneshot` it would be moved four times more.
        let request = Request::with_context(operation, context);
        let mut store = self.store.clone();
        async move {
            if let Err(error) = poll_fn(|context| store.poll_ready(context)).await {
                return Err(Error::from_boxed(error.into()));
            }
            let mut answer = pin!(store.call(request));
            // Unpacked where it comes in, so that only what was asked for is moved on.
            poll_fn(|context| {
                answer.as_mut().poll(context).map(|answered| match answered {
                    Ok(response) => {
                        progress.answered(response.attempts);
                        O::from_reply(response.reply)
                    }
                    Err(error) => Err(Error::from_boxed(error.into())),
                })
            })
            .await
        }
    }
}

impl<S> fmt::Debug for Cloud<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cloud")
            .field("name", &self.shared.scope.cloud())
            .field("adapter", &self.shared.scope.adapter())
            .finish_non_exhaustive()
    }
}
