use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;

use crate::telemetry::clock::ClockSource;
use crate::telemetry::selector::Selector;
use crate::telemetry::span::SpanData;
use crate::telemetry::{Clock, Event, EventName, Handler, KeyPolicy, Stage, Timestamp, Value, catalogue};

/// Brings events to the handlers that asked for them.
///
/// There is a [`global`](Self::global) one, and any cloud, layer or test can be given its own.
/// Clones are the same dispatcher. With no handler attached, a call site costs one relaxed load;
/// emitting allocates nothing.
#[derive(Clone)]
pub struct Dispatcher(Option<Arc<Shared>>);

struct Shared {
    /// Whether any handler is attached.
    active: AtomicBool,
    routes: ArcSwapOption<Routes>,
    attached: Mutex<Vec<Arc<Attached>>>,
    clock: ClockSource,
    key_policy: OnceLock<KeyPolicy>,
    suppressed: AtomicU64,
}

static GLOBAL: Shared = Shared::new(ClockSource::System);
static OMIT: KeyPolicy = KeyPolicy::Omit;

struct Attached {
    id: Box<str>,
    selectors: Box<[Selector]>,
    handler: Box<dyn Handler>,
    failures: AtomicU64,
}

/// Who wants what, by event and stage: made anew whenever a handler comes or goes, or an event
/// turns up that was not known then.
struct Routes(Vec<Stages>);

type Stages = [Box<[Arc<Attached>]>; Stage::COUNT];

thread_local! {
    static DISPATCHING: Cell<bool> = const { Cell::new(false) };
}

impl Dispatcher {
    /// A dispatcher of its own, without handlers, on the system's clock.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A dispatcher with another clock or key policy.
    pub fn builder() -> DispatcherBuilder {
        DispatcherBuilder { clock: ClockSource::System, key_policy: None }
    }

    /// The dispatcher of everything that was not given another one.
    pub const fn global() -> Self {
        Self(None)
    }

    /// Attaches `handler` under `id` to the events that `selector` names: a full name such as
    /// `buckets.cloud.insert.stop`, or the beginning of one, with `*` for any one segment.
    ///
    /// # Errors
    /// [`AttachError`] if the id is taken or the selector is not of that form.
    pub fn attach(&self, id: impl Into<Box<str>>, selector: &str, handler: impl Handler) -> Result<(), AttachError> {
        self.attach_many(id, &[selector], handler)
    }

    /// Attaches `handler` under `id` to several selections; an event in two of them is still
    /// delivered once.
    ///
    /// # Errors
    /// [`AttachError`] as in [`attach`](Self::attach); nothing is attached then.
    pub fn attach_many(
        &self,
        id: impl Into<Box<str>>,
        selectors: &[&str],
        handler: impl Handler,
    ) -> Result<(), AttachError> {
        let id = id.into();
        let parse = |text: &&str| Selector::parse(text).ok_or_else(|| AttachError::InvalidSelector((*text).into()));
        let selectors = selectors.iter().map(parse).collect::<Result<_, _>>()?;
        let mut attached = self.attached();
        if attached.iter().any(|other| other.id == id) {
            return Err(AttachError::AlreadyAttached(id));
        }
        attached.push(Arc::new(Attached { id, selectors, handler: Box::new(handler), failures: AtomicU64::new(0) }));
        self.publish(&attached);
        Ok(())
    }

    /// Detaches the handler with this id and says whether there was one. An event that is being
    /// delivered at this moment may still reach it.
    pub fn detach(&self, id: &str) -> bool {
        let mut attached = self.attached();
        let before = attached.len();
        attached.retain(|handler| &*handler.id != id);
        self.publish(&attached);
        attached.len() < before
    }

    /// The handlers now attached, in the order in which they were.
    pub fn list_handlers(&self) -> Vec<HandlerInfo> {
        let info = |handler: &Arc<Attached>| HandlerInfo {
            id: handler.id.clone(),
            selectors: handler.selectors.iter().map(|selector| selector.as_str().into()).collect(),
            failures: handler.failures.load(Ordering::Relaxed),
        };
        self.attached().iter().map(info).collect()
    }

    /// How many events were dropped because a handler caused them.
    pub fn suppressed_events(&self) -> u64 {
        self.shared().suppressed.load(Ordering::Relaxed)
    }

    /// What events show of keys; [`KeyPolicy::Omit`] unless set.
    pub fn key_policy(&self) -> &KeyPolicy {
        self.shared().key_policy.get().unwrap_or(&OMIT)
    }

    /// Sets what events show of keys, once; says whether it was not set before.
    pub fn set_key_policy(&self, policy: KeyPolicy) -> bool {
        self.shared().key_policy.set(policy).is_ok()
    }

    /// The moment now on this dispatcher's clock.
    #[inline]
    pub fn now(&self) -> Timestamp {
        self.shared().clock.now()
    }

    /// The date and time now on this dispatcher's clock.
    pub fn system_time(&self) -> SystemTime {
        self.shared().clock.system_time()
    }

    /// Whether any handler is attached.
    #[inline]
    pub fn is_active(&self) -> bool {
        self.shared().active.load(Ordering::Relaxed)
    }

    /// Whether any handler wants some stage of `name`.
    pub(crate) fn wants(&self, name: &EventName) -> bool {
        self.with_routes(name, |stages| stages.is_some_and(|stages| stages.iter().any(|handlers| !handlers.is_empty())))
    }

    /// Delivers `event` to all who want it.
    pub(crate) fn emit(&self, event: &Event<'_>) {
        if DISPATCHING.replace(true) {
            self.shared().suppressed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let failed = self.with_routes(event.name, |stages| deliver(&stages?[event.stage.index()], event));
        if let Some(failed) = failed {
            self.report(&failed, event);
        }
        DISPATCHING.set(false);
    }

    /// Tells the others that a handler failed. A failure in there is counted, not reported again.
    #[cold]
    fn report(&self, failed: &Attached, cause: &Event<'_>) {
        let name = cause.full_name();
        let span = SpanData::point(cause.span, &catalogue::names::HANDLER_FAILURE, self.now());
        let event = Event {
            name: &catalogue::names::HANDLER_FAILURE,
            stage: Stage::Point,
            span: &span,
            end: None,
            measurements: &[],
            fields: &[("handler", Value::Str(&failed.id)), ("event", Value::Display(&name))],
        };
        self.with_routes(event.name, |stages| {
            let handlers = stages.map_or(&[][..], |stages| &stages[Stage::Point.index()]);
            for handler in handlers.iter().filter(|handler| handler.id != failed.id) {
                deliver(std::slice::from_ref(handler), &event);
            }
        });
    }

    /// Calls `f` with the handlers of `name` by stage; with [`None`] if there are none at all.
    fn with_routes<R>(&self, name: &EventName, f: impl FnOnce(Option<&Stages>) -> R) -> R {
        let id = name.id();
        let routes = self.shared().routes.load();
        match routes.as_ref().map(|routes| routes.0.get(id)) {
            None => f(None),
            Some(Some(stages)) => f(Some(stages)),
            Some(None) => {
                // The event is younger than the routes.
                drop(routes);
                self.publish(&self.attached());
                let routes = self.shared().routes.load();
                f(routes.as_ref().and_then(|routes| routes.0.get(id)))
            }
        }
    }

    fn publish(&self, attached: &[Arc<Attached>]) {
        let shared = self.shared();
        let routes = (!attached.is_empty()).then(|| Arc::new(Routes::new(attached)));
        shared.active.store(routes.is_some(), Ordering::Relaxed);
        shared.routes.store(routes);
    }

    fn attached(&self) -> MutexGuard<'_, Vec<Arc<Attached>>> {
        self.shared().attached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn shared(&self) -> &Shared {
        self.0.as_deref().unwrap_or(&GLOBAL)
    }
}

/// Calls each handler; gives back the first that panicked.
#[inline]
fn deliver(handlers: &[Arc<Attached>], event: &Event<'_>) -> Option<Arc<Attached>> {
    let mut failed = None;
    for attached in handlers {
        // A handler has no state of ours in hand, so there is nothing to be found broken afterwards.
        if catch_unwind(AssertUnwindSafe(|| attached.handler.handle(event))).is_err() {
            attached.failures.fetch_add(1, Ordering::Relaxed);
            failed.get_or_insert_with(|| Arc::clone(attached));
        }
    }
    failed
}

impl Routes {
    fn new(attached: &[Arc<Attached>]) -> Self {
        let stages = [Stage::Start, Stage::Stop, Stage::Exception, Stage::Point];
        let wanting = |name: &str, stage: Stage| {
            let wants = |handler: &&Arc<Attached>| handler.selectors.iter().any(|s| s.matches(name, stage));
            attached.iter().filter(wants).cloned().collect()
        };
        Self(EventName::registered().iter().map(|name| stages.map(|stage| wanting(name, stage))).collect())
    }
}

impl Shared {
    const fn new(clock: ClockSource) -> Self {
        Self {
            active: AtomicBool::new(false),
            routes: ArcSwapOption::const_empty(),
            attached: Mutex::new(Vec::new()),
            clock,
            key_policy: OnceLock::new(),
            suppressed: AtomicU64::new(0),
        }
    }
}

impl Default for Dispatcher {
    /// The global one.
    fn default() -> Self {
        Self::global()
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher")
            .field("global", &self.0.is_none())
            .field("handlers", &self.list_handlers())
            .finish_non_exhaustive()
    }
}

/// Makes a [`Dispatcher`] with another clock or key policy.
#[derive(Clone, Debug)]
pub struct DispatcherBuilder {
    clock: ClockSource,
    key_policy: Option<KeyPolicy>,
}

impl DispatcherBuilder {
    /// Takes the time from `clock`.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = ClockSource::Injected(Arc::new(clock));
        self
    }

    /// Shows this much of keys.
    pub fn key_policy(mut self, policy: KeyPolicy) -> Self {
        self.key_policy = Some(policy);
        self
    }

    /// The dispatcher.
    pub fn build(self) -> Dispatcher {
        let dispatcher = Dispatcher(Some(Arc::new(Shared::new(self.clock))));
        if let Some(policy) = self.key_policy {
            dispatcher.set_key_policy(policy);
        }
        dispatcher
    }
}

/// A handler as [`Dispatcher::list_handlers`] shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerInfo {
    /// Its id.
    pub id: Box<str>,
    /// What it is attached to.
    pub selectors: Vec<Box<str>>,
    /// How often it has panicked.
    pub failures: u64,
}

/// Why a handler could not be attached.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttachError {
    /// Another handler has this id; detach it first or take another id.
    AlreadyAttached(Box<str>),
    /// Not dotted segments of `a` to `z`, `0` to `9` and `_`, or `*`.
    InvalidSelector(Box<str>),
}

impl fmt::Display for AttachError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyAttached(id) => {
                write!(f, "a handler `{id}` is attached already; detach it first or use another id")
            }
            Self::InvalidSelector(text) => write!(
                f,
                "`{text}` does not name events; write a name such as `buckets.cloud.insert.stop`, its beginning, or `*` for a segment"
            ),
        }
    }
}

impl std::error::Error for AttachError {}
