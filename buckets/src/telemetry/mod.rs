//! Events, spans and who hears of them.
//!
//! An operation is a [`Span`]: it emits one `start` and exactly one `stop` or `exception`, however
//! it ends. A [`Dispatcher`] brings these [`Event`]s to the [`Handler`]s that asked for them: the log,
//! the registry of metrics, your own. Everything here is of use for operations of your own, too:
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use buckets::telemetry::{Dispatcher, Event, EventName, Scope, Span};
//!
//! static RESIZE: EventName = EventName::new("my_app.image.resize");
//!
//! let dispatcher = Dispatcher::new();
//! let failed = Arc::new(AtomicU64::new(0));
//! let count = Arc::clone(&failed);
//! dispatcher.attach("failures", "my_app.*.*.exception", move |event: &Event<'_>| {
//!     if event.outcome().is_some_and(|outcome| outcome.is_failure()) {
//!         count.fetch_add(1, Ordering::Relaxed);
//!     }
//! })?;
//!
//! let scope = Scope::of(dispatcher);
//! Span::start(&scope, &RESIZE).succeed();
//! Span::start(&scope, &RESIZE).fail(&buckets::Error::invalid("no image"));
//! drop(Span::start(&scope, &RESIZE)); // cancelled, which is no failure
//! assert_eq!(failed.load(Ordering::Relaxed), 1);
//! # Ok::<(), buckets::telemetry::AttachError>(())
//! ```
//!
//! Nothing secret gets into an event: no content, no signed link, no credential, and of keys what
//! the [`KeyPolicy`] shows, which is nothing unless set.

mod as_outcome;
pub mod catalogue;
mod clock;
pub(crate) mod current;
mod dispatcher;
mod event;
mod handler;
mod kept;
mod key_policy;
mod level;
mod name;
pub(crate) mod observe;
mod outcome;
mod sampling;
mod scope;
mod selector;
mod server;
mod span;
mod span_id;
mod span_start;
mod spare;
mod stage;
mod top_level_type;
mod turn;
mod value;
mod watched;

pub use as_outcome::AsOutcome;
pub use clock::{Clock, SystemClock, Timestamp};
pub use current::{Carried, CurrentSpan};
#[cfg(any(feature = "opentelemetry", feature = "performance", feature = "prometheus"))]
pub(crate) use dispatcher::WeakDispatcher;
pub use dispatcher::{AttachError, Dispatcher, DispatcherBuilder, HandlerInfo};
pub use event::{Event, Field, FullName, Measurement};
pub use handler::{Handler, HandlerHealth};
pub use key_policy::{KeyHasher, KeyPolicy, ShownKey};
pub use level::Level;
pub use name::EventName;
pub use observe::{span, span_async};
pub use outcome::{Outcome, Status};
pub use sampling::{Adaptive, AndThen, Candidate, KeepSlow, RateLimit, Ratio, Sampler, Sampling};
pub use scope::Scope;
pub(crate) use selector::Selector;
pub use server::Server;
pub use span::Span;
pub use span_id::SpanId;
pub use span_start::SpanStart;
pub use stage::Stage;
pub use value::{Number, Value};
pub use watched::Watched;
