//! Failures as events of Sentry: each once, in one group per cause, with its history.

mod attachment;
mod builder;
mod chain;
mod fingerprint;
mod hubs;
mod limiter;
mod payload;
mod recent;
mod reporter;
mod stack;
mod trail;
mod values;

use std::fmt;
use std::sync::Arc;

use sentry_core::Hub;

use self::attachment::{Attachment, Place};
pub use self::builder::SentryBuilder;
use self::reporter::Reporter;
use crate::telemetry::{AttachError, Clock, Dispatcher, Scope, Timestamp};

/// Reports failures to Sentry, through the hub that is current where they happen.
///
/// The application sets Sentry up as ever (`sentry::init`, release, environment, transport) and
/// attaches this; without a client bound to the hub nothing is reported. Its `sentry` must be of the
/// same minor version as the `sentry-core` of this crate, 0.49.
///
/// ```
/// use buckets::handlers::sentry::Sentry;
/// use buckets::telemetry::Dispatcher;
///
/// Sentry::new().attach(&Dispatcher::global())?;
/// # Ok::<(), buckets::telemetry::AttachError>(())
/// ```
///
/// # What is reported
///
/// Every operation of a cloud that [failed](crate::telemetry::Outcome::is_failure), once, whatever
/// was tried below it; a body that fails behind the answer's head, too, to the hub that was current
/// when the operation began. Errors that are answers and callers that went away are no failures. A
/// panic is none of ours either, because Sentry's own hook reports it with its message and stack,
/// unless [`panics`](SentryBuilder::panics) says otherwise. Where both the operation of a cloud and
/// that of its adapter are [selected](SentryBuilder::select), or the tower layer of this name reports
/// as well, the first one that is told of a failure reports it; the operation around it is taken to
/// have failed of it if it fails with the same kind.
///
/// # What a report says
///
/// | part | content |
/// |---|---|
/// | exception | the type is the [kind](crate::ErrorKind), the value the error's sentence; its sources before it |
/// | stack trace | where the error arose, if that was captured, which `RUST_BACKTRACE` or `RUST_LIB_BACKTRACE` asks for; never that of the place that reports |
/// | level | `warning` for what the caller can cause (such as `not_found`, `invalid_input`, `too_large`) and for a store or limit that asks to slow down; else `error`; `fatal` for a panic |
/// | tags | `storage.operation`, `storage.adapter`, `storage.cloud`, `storage.kind`, `storage.retryable`, `storage.http_status` |
/// | context `storage` | the event's name, numbers and measurements: duration, bytes, attempts, ids; how many like it were suppressed |
/// | breadcrumbs | what happened within the operation: attempts and waits, failures of its parts |
/// | fingerprint | operation, adapter and kind, so that one cause is one issue, whatever its text |
///
/// Release, environment, user, further tags and breadcrumbs are those of the hub. What a scope sets
/// under one of these names wins, as Sentry has it. With the option `attach_stacktrace`, Sentry adds
/// the stack of the place that reports where there is none of the error.
///
/// # How much is reported
///
/// Of each fingerprint 5 at once and 5 a minute, of all together 60 a minute, on the dispatcher's
/// clock. What is suppressed is counted: the next report of the fingerprint says how many there were
/// since the last, [`suppressed`](Self::suppressed) how many there were in all.
///
/// # What is never reported
///
/// No key, path, link, secret or content, as by default in all of telemetry. Of the texts of errors,
/// only those of this library and of the operating system are shown; of any other source only that
/// it is there, unless [`show_sources`](SentryBuilder::show_sources) asks for it. A key is shown if
/// [`show_keys`](SentryBuilder::show_keys) asks for it, as far as the dispatcher's
/// [`KeyPolicy`](crate::telemetry::KeyPolicy) shows it. Texts that user-defined events carry are
/// left out; their numbers and flags are there.
///
/// # Beside the log
///
/// The log handler logs nothing at `ERROR`, which is the level that `sentry-tracing` makes events
/// of; its warnings become breadcrumbs. So both can be attached, and each failure is one event.
///
/// # Costs
///
/// Nothing where nothing fails, but for remembering the hub of each reader while it is open.
/// Reporting allocates, takes a lock for a moment, and looks up the symbols of a captured backtrace,
/// which takes milliseconds; the limits above bound how often.
///
/// Clones are the same handler: limits and memory of what was reported are shared.
#[derive(Clone)]
pub struct Sentry(Arc<Reporter>);

impl Sentry {
    /// The id under which it is attached.
    pub const ID: &'static str = "sentry";

    /// A handler with the default settings.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A handler with other settings.
    pub fn builder() -> SentryBuilder {
        SentryBuilder::new()
    }

    /// Attaches this handler to `dispatcher`, under the id [`ID`](Self::ID).
    ///
    /// # Errors
    /// [`AttachError::AlreadyAttached`] if there is one already,
    /// [`InvalidSelector`](AttachError::InvalidSelector) for a selection that is none.
    pub fn attach(&self, dispatcher: &Dispatcher) -> Result<(), AttachError> {
        let attachment = Attachment::new(&self.0, Place::Dispatcher)?;
        let selectors = attachment.selectors();
        let selectors: Vec<_> = selectors.iter().map(String::as_str).collect();
        dispatcher.attach_many(Self::ID, &selectors, attachment)
    }

    /// Whether a client that sends is bound to the current hub: without one, nothing is reported.
    pub fn is_listening() -> bool {
        Hub::with_active(|_| true)
    }

    /// How many reports the limits suppressed so far.
    pub fn suppressed(&self) -> u64 {
        self.0.suppressed()
    }

    /// A scope with the names of `scope` whose failures only this handler is told of, whatever is
    /// selected: for layers that report without being attached to a dispatcher.
    ///
    /// Clock and key policy are those of the dispatcher of `scope`. Made once and kept in `scope`.
    pub fn scope(&self, scope: &Scope) -> Scope {
        scope.local(self.0.slot(), || self.new_scope(scope), Scope::clone)
    }

    fn new_scope(&self, of: &Scope) -> Scope {
        let dispatcher = of.dispatcher();
        let key_policy = dispatcher.key_policy().clone();
        let own = Dispatcher::builder().clock(ClockOf(dispatcher)).key_policy(key_policy).build();
        let attached = Attachment::new(&self.0, Place::Layer).and_then(|own_ends| own.attach(Self::ID, "", own_ends));
        match attached {
            Ok(()) => Scope::new(own, of.cloud(), of.adapter()),
            Err(error) => unreachable!("the dispatcher is new and the empty selector valid: {error}"),
        }
    }
}

impl Default for Sentry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sentry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sentry")
            .field("settings", self.0.settings())
            .field("suppressed", &self.suppressed())
            .finish_non_exhaustive()
    }
}

/// The clock of another dispatcher.
#[derive(Debug)]
struct ClockOf(Dispatcher);

impl Clock for ClockOf {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn system_time(&self) -> std::time::SystemTime {
        self.0.system_time()
    }
}
