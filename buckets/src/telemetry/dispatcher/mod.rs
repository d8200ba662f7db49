mod attach_error;
mod attached;
mod builder;
mod routes;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;

pub use self::attach_error::AttachError;
pub use self::attached::HandlerInfo;
use self::attached::{Attached, call};
pub use self::builder::DispatcherBuilder;
use self::routes::{Routes, Stages};
use crate::telemetry::clock::ClockSource;
use crate::telemetry::scope::WeakScope;
use crate::telemetry::selector::Selector;
use crate::telemetry::span::{SpanData, SpanEnd};
use crate::telemetry::turn::Turn;
use crate::telemetry::{
    Candidate, Event, EventName, Field, Handler, KeyPolicy, Measurement, Sampler, Sampling, Scope, Stage, Timestamp,
    Value, catalogue,
};

/// Brings events to the handlers that asked for them.
///
/// There is a [`global`](Self::global) one, and any cloud, layer or test can be given its own.
/// Clones are the same dispatcher. With no handler attached, a call site costs one relaxed load;
/// emitting allocates nothing.
///
/// ```
/// use buckets::telemetry::{Dispatcher, Event};
///
/// let dispatcher = Dispatcher::new();
/// dispatcher.attach_many(
///     "slow_uploads",
///     &["buckets.cloud.insert.stop", "buckets.cloud.insert.exception"],
///     |event: &Event<'_>| {
///         if let Some(duration) = event.duration().filter(|duration| duration.as_secs() > 10) {
///             eprintln!("an insert into {} took {duration:?}", event.cloud());
///         }
///     },
/// )?;
/// assert_eq!(&*dispatcher.list_handlers()[0].id, "slow_uploads");
/// assert!(dispatcher.detach("slow_uploads"));
/// # Ok::<(), buckets::telemetry::AttachError>(())
/// ```
#[derive(Clone)]
pub struct Dispatcher(Option<Arc<Shared>>);

struct Shared {
    /// Whether any handler is attached.
    active: AtomicBool,
    routes: ArcSwapOption<Routes>,
    register: Mutex<Register>,
    clock: ClockSource,
    key_policy: OnceLock<KeyPolicy>,
    sampler: OnceLock<Box<dyn Sampler>>,
    suppressed: AtomicU64,
}

static GLOBAL: Shared = Shared::new(ClockSource::System);
static OMIT: KeyPolicy = KeyPolicy::Omit;

/// Who is here: the handlers in the order in which they were attached, and the named scopes.
struct Register {
    attached: Vec<Arc<Attached>>,
    /// How many handlers were ever attached.
    attachments: u64,
    scopes: Vec<WeakScope>,
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
        let mut register = self.register();
        if register.attached.iter().any(|other| other.id == id) {
            return Err(AttachError::AlreadyAttached(id));
        }
        register.attachments += 1;
        let number = register.attachments;
        let handler = Box::new(handler);
        let attached = Arc::new(Attached { id, number, selectors, handler, failures: AtomicU64::new(0) });
        register.attached.push(Arc::clone(&attached));
        self.publish(&register);
        let scopes: Vec<_> = register.scopes.iter().filter_map(WeakScope::upgrade).collect();
        // A handler may ask the dispatcher things, so it is not called under the lock.
        drop(register);
        scopes.iter().for_each(|scope| attached.welcome(scope));
        Ok(())
    }

    /// Detaches the handler with this id and says whether there was one. An event that is being
    /// delivered at this moment may still reach it.
    pub fn detach(&self, id: &str) -> bool {
        let mut register = self.register();
        let position = register.attached.iter().position(|handler| &*handler.id == id);
        let detached = position.map(|position| register.attached.remove(position));
        self.publish(&register);
        // Dropping the handler may run code of its own, so not under the lock.
        drop(register);
        detached.is_some()
    }

    /// The handlers now attached, in the order in which they were.
    pub fn list_handlers(&self) -> Vec<HandlerInfo> {
        // Handlers are asked how they are, which must not keep others from coming and going.
        let attached = self.register().attached.clone();
        attached.iter().map(|handler| HandlerInfo::from(&**handler)).collect()
    }

    /// How many events, and operations with all their events, were dropped because a handler caused them.
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

    /// Has `sampler` decide, once for all, which operations sampled sinks hear of; says whether
    /// there was none before. Without one, all.
    pub fn set_sampler(&self, sampler: impl Sampler) -> bool {
        self.shared().sampler.set(Box::new(sampler)).is_ok()
    }

    /// What is decided for an operation that is part of no other one.
    #[inline]
    pub(crate) fn sample<'a>(&self, candidate: impl FnOnce() -> Candidate<'a>) -> Sampling {
        match self.shared().sampler.get() {
            Some(sampler) => attached::sample(&**sampler, &candidate()),
            None => Sampling::UNDECIDED,
        }
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

    /// Whether an operation that begins now is to be observed: not one that a handler begins, of
    /// which only the end could be told. Whether anybody wants its own events does not matter,
    /// because what happens within may be wanted.
    pub(crate) fn may_begin(&self) -> bool {
        let may = !Turn::is_taken();
        if !may {
            self.suppress();
        }
        may
    }

    /// Tells the handlers of a new scope, and those still to come when they come.
    pub(crate) fn welcome(&self, scope: &Scope, weak: WeakScope) {
        let mut register = self.register();
        if register.scopes.len() == register.scopes.capacity() {
            register.scopes.retain(WeakScope::is_alive);
        }
        register.scopes.push(weak);
        let handlers = register.attached.clone();
        drop(register);
        handlers.iter().for_each(|attached| attached.welcome(scope));
    }

    /// Delivers `event` to all who want it; gives back the latest attachment that could hear of it.
    pub(crate) fn emit(&self, event: Event<'_>) -> u64 {
        let Some(turn) = Turn::take() else {
            self.suppress();
            return 0;
        };
        let attachments = self.deliver(event);
        turn.finish();
        attachments
    }

    /// Delivers the last event of `span`. Where a handler caused it, that is later and without what
    /// is borrowed, but it is: everybody has heard of the start.
    pub(crate) fn emit_end(
        &self,
        span: &SpanData,
        end: &SpanEnd<'_>,
        measurements: &[Measurement],
        fields: &[Field<'_>],
    ) {
        if !Turn::is_taken() {
            self.emit(Event::end(span, end, measurements, fields));
            return;
        }
        let (span, end) = (span.clone(), SpanEnd { error: None, ..*end });
        Turn::defer(Box::new(move || {
            span.scope.dispatcher_ref().deliver(Event::end(&span, &end, &[], &[]));
        }));
    }

    #[cold]
    fn suppress(&self) {
        self.shared().suppressed.fetch_add(1, Ordering::Relaxed);
    }

    /// Calls the handlers of `event`, then tells of those that failed; gives back the latest
    /// attachment that could hear of it.
    fn deliver(&self, mut event: Event<'_>) -> u64 {
        let (failed, attachments) = self.with_routes(event.name, |routes| match routes {
            Some((routes, stages)) => (call(&stages[event.stage.index()], &mut event), routes.attachments),
            None => (None, 0),
        });
        if let Some(failed) = failed {
            failed.iter().for_each(|failed| self.report(failed, &event));
        }
        attachments
    }

    /// Tells the others that a handler failed. A failure in there is counted, not reported again.
    #[cold]
    fn report(&self, failed: &Arc<Attached>, cause: &Event<'_>) {
        let name = cause.full_name();
        let mut span = SpanData::point(cause.span, &catalogue::names::HANDLER_FAILURE, self.now());
        // A fault of the program, whichever operation it came to light in.
        span.sampling = Sampling::UNDECIDED;
        let fields = [("handler", Value::Str(&failed.id)), ("event", Value::Display(&name))];
        let mut event = Event::point(&span, &[], &fields);
        self.with_routes(event.name, |routes| {
            let handlers = routes.map_or(&[][..], |(_, stages)| &stages[Stage::Point.index()]);
            for handler in handlers.iter().filter(|handler| !Arc::ptr_eq(handler, failed)) {
                call(std::slice::from_ref(handler), &mut event);
            }
        });
    }

    /// Calls `f` with the handlers of `name` by stage; with [`None`] if there are none at all.
    fn with_routes<R>(&self, name: &EventName, f: impl FnOnce(Option<(&Routes, &Stages)>) -> R) -> R {
        let id = name.id();
        let routes = self.shared().routes.load();
        match routes.as_deref().map(|routes| routes.find(id)) {
            None => f(None),
            Some(Some(found)) => f(Some(found)),
            Some(None) => {
                // The event is younger than the routes.
                drop(routes);
                self.publish(&self.register());
                let routes = self.shared().routes.load();
                f(routes.as_deref().and_then(|routes| routes.find(id)))
            }
        }
    }

    fn publish(&self, register: &Register) {
        let shared = self.shared();
        let routes = (!register.attached.is_empty()).then(|| Arc::new(Routes::new(register)));
        shared.active.store(routes.is_some(), Ordering::Relaxed);
        shared.routes.store(routes);
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.shared().register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The dispatcher for a handler to remember: not kept alive by that.
    #[cfg(any(feature = "opentelemetry", feature = "performance", feature = "prometheus"))]
    pub(crate) fn downgrade(&self) -> WeakDispatcher {
        WeakDispatcher(self.0.as_ref().map(Arc::downgrade))
    }

    #[inline]
    fn shared(&self) -> &Shared {
        self.0.as_deref().unwrap_or(&GLOBAL)
    }
}

#[cfg(any(feature = "opentelemetry", feature = "performance", feature = "prometheus"))]
#[derive(Clone)]
pub(crate) struct WeakDispatcher(Option<std::sync::Weak<Shared>>);

#[cfg(any(feature = "opentelemetry", feature = "performance", feature = "prometheus"))]
impl WeakDispatcher {
    pub(crate) fn upgrade(&self) -> Option<Dispatcher> {
        match &self.0 {
            None => Some(Dispatcher::global()),
            Some(weak) => weak.upgrade().map(|shared| Dispatcher(Some(shared))),
        }
    }

    #[cfg(feature = "prometheus")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => one.ptr_eq(other),
            _ => false,
        }
    }
}

impl Shared {
    const fn new(clock: ClockSource) -> Self {
        Self {
            active: AtomicBool::new(false),
            routes: ArcSwapOption::const_empty(),
            register: Mutex::new(Register { attached: Vec::new(), attachments: 0, scopes: Vec::new() }),
            clock,
            key_policy: OnceLock::new(),
            sampler: OnceLock::new(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Span;

    static WORK: EventName = EventName::new("test.dispatcher.work");

    /// Adds 1 for a start and takes 1 away for an end whose start it was told of.
    #[derive(Clone, Default)]
    struct InFlight(Arc<Mutex<i32>>);

    impl Handler for InFlight {
        fn handle(&self, event: &Event<'_>) {
            *self.0.lock().expect("no panic") += match event.stage() {
                Stage::Start => 1,
                _ if event.start_was_told() => -1,
                _ => 0,
            };
        }
    }

    #[test]
    fn a_handler_can_tell_which_starts_it_was_told_of() {
        let dispatcher = Dispatcher::new();
        let scope = Scope::of(dispatcher.clone());
        let (early, late) = (InFlight::default(), InFlight::default());
        let in_flight = || [&early, &late].map(|handler| *handler.0.lock().expect("no panic"));
        dispatcher.attach("early", "test", early.clone()).expect("attached");
        let before = Span::start(&scope, &WORK);
        dispatcher.attach("late", "test", late.clone()).expect("attached");
        let after = Span::start(&scope, &WORK);
        assert_eq!(in_flight(), [2, 1]);
        before.succeed();
        assert_eq!(in_flight(), [1, 1]);
        dispatcher.detach("late");
        dispatcher.attach("late", "test", late.clone()).expect("attached");
        after.succeed();
        assert_eq!(in_flight(), [0, 1], "the new attachment was not told of the start");
    }

    #[derive(Clone, Default)]
    struct Clouds(Arc<Mutex<Vec<String>>>);

    impl Handler for Clouds {
        fn handle(&self, _: &Event<'_>) {}

        fn scope_created(&self, scope: &Scope) {
            self.0.lock().expect("no panic").push(scope.cloud().to_owned());
        }
    }

    #[test]
    fn handlers_hear_of_scopes_older_and_younger_than_they_are() {
        let dispatcher = Dispatcher::new();
        let clouds = Clouds::default();
        let _older = Scope::new(dispatcher.clone(), "older", "memory");
        drop(Scope::new(dispatcher.clone(), "gone", "memory"));
        let _nameless = Scope::of(dispatcher.clone());
        dispatcher.attach("clouds", "test", clouds.clone()).expect("attached");
        let _younger = Scope::new(dispatcher.clone(), "younger", "memory");
        assert_eq!(*clouds.0.lock().expect("no panic"), ["older", "younger"]);
    }
}
