use std::any::Any;
use std::fmt;
use std::sync::{Arc, LazyLock, Weak};

use arc_swap::ArcSwap;

use crate::telemetry::span::SpanData;
use crate::telemetry::{Dispatcher, Event, EventName, Measurement, Server, SpanId, SpanStart};

/// Whose operations an event tells of: the dispatcher, and the names of cloud and adapter.
///
/// Made once per cloud and shared by its spans. Handlers may keep what they have resolved for a
/// scope in the scope itself ([`local`](Self::local)), so that it goes when the cloud goes.
///
/// ```
/// use buckets::telemetry::{Dispatcher, Scope};
///
/// let scope = Scope::new(Dispatcher::new(), "uploads", "volume");
/// assert_eq!((scope.cloud(), scope.adapter()), ("uploads", "volume"));
/// assert!(!scope.is_active(), "no handler is attached");
/// ```
#[derive(Clone)]
pub struct Scope(Option<Arc<Inner>>);

struct Inner {
    dispatcher: Dispatcher,
    cloud: Box<str>,
    adapter: Box<str>,
    server: Option<Server>,
    locals: ArcSwap<Vec<(usize, Local)>>,
}

type Local = Arc<dyn Any + Send + Sync>;

/// The scope of everything that belongs to no cloud, on the global dispatcher.
static GLOBAL: LazyLock<Inner> = LazyLock::new(|| Inner::new(Dispatcher::global(), "", "", None));

impl Inner {
    fn new(dispatcher: Dispatcher, cloud: &str, adapter: &str, server: Option<Server>) -> Self {
        Self { dispatcher, cloud: cloud.into(), adapter: adapter.into(), server, locals: ArcSwap::default() }
    }
}

impl Scope {
    /// A scope for the operations of one cloud on one adapter.
    ///
    /// Both names become metric labels, so they must come from a small set and never from users.
    pub fn new(dispatcher: Dispatcher, cloud: &str, adapter: &str) -> Self {
        Self::asking(dispatcher, cloud, adapter, None)
    }

    /// As [`new`](Self::new), with where the adapter's store is.
    pub(crate) fn asking(dispatcher: Dispatcher, cloud: &str, adapter: &str, server: Option<Server>) -> Self {
        let inner = Arc::new(Inner::new(dispatcher, cloud, adapter, server));
        let weak = WeakScope(Arc::downgrade(&inner));
        let scope = Self(Some(inner));
        if !cloud.is_empty() || !adapter.is_empty() {
            scope.dispatcher_ref().welcome(&scope, weak);
        }
        scope
    }

    /// The scope without names on the global dispatcher.
    pub const fn global() -> Self {
        Self(None)
    }

    /// A scope without names on this dispatcher.
    pub fn of(dispatcher: Dispatcher) -> Self {
        Self::new(dispatcher, "", "")
    }

    /// The dispatcher that events of this scope go to.
    pub fn dispatcher(&self) -> Dispatcher {
        self.dispatcher_ref().clone()
    }

    /// Whether any handler is attached to the dispatcher: one relaxed load. Ask before work that is
    /// only for telemetry.
    #[inline]
    pub fn is_active(&self) -> bool {
        match &self.0 {
            Some(inner) => inner.dispatcher.is_active(),
            None => Dispatcher::global().is_active(),
        }
    }

    /// The cloud's name, or nothing.
    pub fn cloud(&self) -> &str {
        &self.inner().cloud
    }

    /// The adapter's name, or nothing.
    pub fn adapter(&self) -> &str {
        &self.inner().adapter
    }

    /// Where the adapter's store is asked, if that is known.
    pub fn server(&self) -> Option<&Server> {
        self.inner().server.as_ref()
    }

    /// Emits a point event, such as a retry. It carries the number of the operation in which it
    /// happens: the `parent` of `what`, or else the current one. Outside of any it gets a number of its own.
    /// `what` is only called if somebody listens.
    ///
    /// For code that knows an operation by its number only, such as a layer that finds it in a
    /// [`Context`](crate::operation::Context); with the span at hand use [`Span::point`](super::Span::point).
    ///
    /// ```
    /// use buckets::telemetry::{Dispatcher, Event, EventName, Number, Scope, Span, SpanStart};
    ///
    /// static RESIZE: EventName = EventName::new("my_app.image.resize");
    /// static WAIT: EventName = EventName::new("my_app.image.resize.wait");
    ///
    /// let dispatcher = Dispatcher::new();
    /// let scope = Scope::of(dispatcher.clone());
    /// dispatcher.attach("waits", "my_app.image.resize.wait", |event: &Event<'_>| {
    ///     println!("{} waits behind {:?}", event.span_id(), event.measurement("ahead"));
    /// })?;
    ///
    /// let span = Span::start(&scope, &RESIZE);
    /// scope.point(&WAIT, || SpanStart::new().parent(span.id()), &[("ahead", Number::U64(3))]);
    /// # span.succeed();
    /// # Ok::<(), buckets::telemetry::AttachError>(())
    /// ```
    pub fn point<'a>(
        &self,
        name: &'static EventName,
        what: impl FnOnce() -> SpanStart<'a>,
        measurements: &[Measurement],
    ) {
        if self.is_active() {
            let what = what();
            let mut point = SpanData::new(self, name, SpanId::next(), &what);
            // The operation's own number is the event's; who its parent is cannot be told from here.
            if let Some(span) = point.parent.take() {
                point.id = span;
            }
            self.dispatcher_ref().emit(Event::point(&point, measurements, what.fields));
        }
    }

    /// Calls `with` on what the handler with the number `slot` keeps in this scope, made by `make` at first.
    ///
    /// A handler gets its number from [`new_slot`](Self::new_slot). `make` may be called twice
    /// when two threads come first; one of the values is then dropped.
    pub fn local<T, R>(&self, slot: usize, make: impl FnOnce() -> T, with: impl FnOnce(&T) -> R) -> R
    where
        T: Send + Sync + 'static,
    {
        let inner = self.inner();
        if let Some(value) = find(&inner.locals.load(), slot) {
            return with(value);
        }
        let made: Local = Arc::new(make());
        inner.locals.rcu(|locals| {
            let mut locals = Vec::clone(locals);
            if find::<T>(&locals, slot).is_none() {
                locals.push((slot, Arc::clone(&made)));
            }
            locals
        });
        let locals = inner.locals.load();
        match find(&locals, slot).or_else(|| made.downcast_ref()) {
            Some(value) => with(value),
            None => unreachable!("`made` is a T"),
        }
    }

    /// A number for [`local`](Self::local) that no other handler has.
    pub fn new_slot() -> usize {
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    pub(crate) fn dispatcher_ref(&self) -> &Dispatcher {
        &self.inner().dispatcher
    }

    fn inner(&self) -> &Inner {
        self.0.as_deref().unwrap_or_else(|| &GLOBAL)
    }
}

/// A scope as the dispatcher remembers it: not kept alive by that.
pub(crate) struct WeakScope(Weak<Inner>);

impl WeakScope {
    pub(crate) fn upgrade(&self) -> Option<Scope> {
        self.0.upgrade().map(|inner| Scope(Some(inner)))
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.0.strong_count() > 0
    }
}

fn find<T: 'static>(locals: &[(usize, Local)], slot: usize) -> Option<&T> {
    locals.iter().find(|(key, _)| *key == slot)?.1.downcast_ref()
}

impl Default for Scope {
    fn default() -> Self {
        Self::global()
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("cloud", &self.cloud()).field("adapter", &self.adapter()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_handler_keeps_its_own_in_each_scope() {
        let (one, two) = (Scope::of(Dispatcher::new()), Scope::of(Dispatcher::new()));
        let (a, b) = (Scope::new_slot(), Scope::new_slot());
        assert_eq!(one.local(a, || 1_u32, |value| *value), 1);
        assert_eq!(one.local(a, || 2_u32, |value| *value), 1);
        assert_eq!(one.local(b, || 3_u32, |value| *value), 3);
        assert_eq!(two.local(a, || 4_u32, |value| *value), 4);
    }
}
