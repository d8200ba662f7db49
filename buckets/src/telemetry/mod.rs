//! Events, spans and who hears of them.

pub mod catalogue;
mod clock;
mod dispatcher;
mod event;
mod handler;
mod key_policy;
mod name;
mod outcome;
mod scope;
mod selector;
mod span;
mod span_id;
mod span_start;
mod stage;
mod turn;
mod value;
mod watched;

pub use clock::{Clock, SystemClock, Timestamp};
#[cfg(feature = "prometheus")]
pub(crate) use dispatcher::WeakDispatcher;
pub use dispatcher::{AttachError, Dispatcher, DispatcherBuilder, HandlerInfo};
pub use event::{Event, Field, FullName, Measurement};
pub use handler::Handler;
pub use key_policy::{KeyHasher, KeyPolicy, ShownKey};
pub use name::EventName;
pub use outcome::{Outcome, Status};
pub use scope::Scope;
#[cfg(any(test, feature = "prometheus", feature = "testing"))]
pub(crate) use selector::Selector;
pub use span::Span;
pub use span_id::SpanId;
pub use span_start::SpanStart;
pub use stage::Stage;
pub use value::{Number, Value};
pub use watched::Watched;
