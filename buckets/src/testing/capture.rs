use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::CapturedEvent;
use crate::telemetry::{AttachError, Dispatcher, Event, Handler, Outcome, Selector, SpanId, Stage};

/// A handler that keeps every event, for tests to look at.
///
/// Clones share what they keep. The handler is detached when the last clone goes.
///
/// ```
/// use buckets::telemetry::{EventName, Scope, Span};
/// use buckets::testing::Capture;
/// use buckets::{Error, ErrorKind};
///
/// static SCAN: EventName = EventName::new("my_app.upload.scan");
///
/// let capture = Capture::new();
/// let scope = Scope::of(capture.dispatcher());
///
/// Span::start(&scope, &SCAN).fail(&Error::new(ErrorKind::Timeout, "the scanner did not answer"));
///
/// let end = capture.one("my_app.upload.scan.exception");
/// assert_eq!(end.kind, Some(ErrorKind::Timeout));
/// assert_eq!(end.error, ["the scanner did not answer"]);
/// capture.assert_conserved();
/// ```
#[derive(Clone)]
pub struct Capture(Arc<Attachment>);

struct Attachment {
    dispatcher: Dispatcher,
    id: String,
    events: Arc<Events>,
}

#[derive(Default)]
struct Events(Mutex<Vec<CapturedEvent>>);

impl Capture {
    /// Keeps all events of a dispatcher of its own; give [`dispatcher`](Self::dispatcher) to what is tested.
    #[allow(clippy::new_without_default, reason = "it makes and attaches something; that is no default value")]
    pub fn new() -> Self {
        Self::on(&Dispatcher::new())
    }

    /// Keeps all events of `dispatcher` from now on.
    pub fn on(dispatcher: &Dispatcher) -> Self {
        match Self::select(dispatcher, &[""]) {
            Ok(capture) => capture,
            Err(error) => unreachable!("the id is unique and the empty selector valid: {error}"),
        }
    }

    /// Keeps those events of `dispatcher` that [`Dispatcher::attach_many`] would deliver for `selectors`.
    ///
    /// # Errors
    /// [`AttachError::InvalidSelector`].
    pub fn select(dispatcher: &Dispatcher, selectors: &[&str]) -> Result<Self, AttachError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let events = Arc::new(Events::default());
        let id = format!("buckets.testing.capture.{}", NEXT.fetch_add(1, Ordering::Relaxed));
        dispatcher.attach_many(id.as_str(), selectors, Arc::clone(&events))?;
        Ok(Self(Arc::new(Attachment { dispatcher: dispatcher.clone(), id, events })))
    }

    /// The dispatcher whose events are kept.
    pub fn dispatcher(&self) -> Dispatcher {
        self.0.dispatcher.clone()
    }

    /// Every event so far, in the order in which they came.
    pub fn events(&self) -> Vec<CapturedEvent> {
        self.0.events.lock().clone()
    }

    /// The events of this name, or whose name begins so, as with [`Dispatcher::attach`]:
    /// `buckets.cloud.insert` is all of an insert, `buckets.cloud.*.exception` all failures.
    ///
    /// # Panics
    /// If `selector` is not of that form.
    #[track_caller]
    pub fn named(&self, selector: &str) -> Vec<CapturedEvent> {
        let Some(selector) = Selector::parse(selector) else { panic!("{selector:?} does not name events") };
        let mut events = self.events();
        events.retain(|event| selector.matches(event.name, event.stage));
        events
    }

    /// The one event of this name; see [`named`](Self::named).
    ///
    /// # Panics
    /// If there is none or more than one.
    #[track_caller]
    pub fn one(&self, selector: &str) -> CapturedEvent {
        let mut events = self.named(selector);
        match (events.pop(), events.len()) {
            (Some(event), 0) => event,
            (_, others) => panic!("want one event {selector:?}, got {others} others: {:#?}", self.events()),
        }
    }

    /// The full names of all events, in the order in which they came.
    pub fn names(&self) -> Vec<String> {
        self.0.events.lock().iter().map(CapturedEvent::full_name).collect()
    }

    /// Forgets all events so far.
    pub fn clear(&self) {
        self.0.events.lock().clear();
    }

    /// How many operations began and have not ended.
    pub fn in_flight(&self) -> usize {
        let count = |wanted: fn(Stage) -> bool| self.0.events.lock().iter().filter(|e| wanted(e.stage)).count();
        count(|stage| stage == Stage::Start).saturating_sub(count(Stage::is_terminal))
    }

    /// Checks that nothing was lost and nothing told twice: every start has exactly one end behind
    /// it, of the same span, name, operation, scope and parent; every end has a start, a duration,
    /// and the stage that its outcome asks for; nothing is in flight.
    ///
    /// # Panics
    /// With a list of what is wrong.
    #[track_caller]
    pub fn assert_conserved(&self) {
        let events = self.events();
        let wrong = violations(&events);
        assert!(wrong.is_empty(), "events are not conserved:\n  {}\nin {events:#?}", wrong.join("\n  "));
    }
}

fn violations(events: &[CapturedEvent]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut spans: HashMap<SpanId, (&CapturedEvent, usize)> = HashMap::new();
    for event in events {
        let name = event.full_name();
        let id = event.span_id;
        if event.stage == Stage::Start {
            if spans.insert(id, (event, 0)).is_some() {
                wrong.push(format!("{name} began twice as {id:?}"));
            }
            if event.duration.is_some() || event.outcome.is_some() {
                wrong.push(format!("{name} of {id:?} knows its end"));
            }
        }
        if !event.stage.is_terminal() {
            continue;
        }
        if event.duration.is_none() {
            wrong.push(format!("{name} of {id:?} has no duration"));
        }
        if event.outcome.map(Outcome::stage) != Some(event.stage) {
            wrong.push(format!("{name} of {id:?} has the outcome {:?}", event.outcome));
        }
        match spans.get_mut(&id) {
            None => wrong.push(format!("{name} of {id:?} never began")),
            Some((start, ends)) => {
                *ends += 1;
                if identity(start) != identity(event) {
                    wrong.push(format!("{name} of {id:?} does not end what {} began", start.full_name()));
                }
            }
        }
    }
    for event in events.iter().filter(|event| event.stage == Stage::Start) {
        match spans.get(&event.span_id) {
            Some((_, 0)) => wrong.push(format!("{} of {:?} never ended", event.full_name(), event.span_id)),
            Some((_, 2..)) => wrong.push(format!("{} of {:?} ended more than once", event.full_name(), event.span_id)),
            _ => {}
        }
    }
    wrong
}

/// What the events of one span must have in common.
fn identity(event: &CapturedEvent) -> impl PartialEq + '_ {
    (event.name, event.operation, &event.cloud, &event.adapter, event.parent_id, event.started, &event.key)
}

impl Events {
    fn lock(&self) -> MutexGuard<'_, Vec<CapturedEvent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handler for Arc<Events> {
    fn handle(&self, event: &Event<'_>) {
        // Copied before the lock is taken: a `Display` that panics leaves nothing half done.
        let event = event.into();
        self.lock().push(event);
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.dispatcher.detach(&self.id);
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Capture").field(&self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{EventName, Scope, Span};

    static WORK: EventName = EventName::new("test.capture.work");

    fn one_of_each() -> (Capture, Vec<CapturedEvent>) {
        let capture = Capture::new();
        let scope = Scope::of(capture.dispatcher());
        Span::start(&scope, &WORK).succeed();
        drop(Span::start(&scope, &WORK));
        let events = capture.events();
        (capture, events)
    }

    #[test]
    fn sound_events_are_conserved() {
        let (capture, events) = one_of_each();
        assert_eq!(violations(&events), Vec::<String>::new());
        assert_eq!(capture.in_flight(), 0);
        assert_eq!(capture.named("test.capture.*.exception").len(), 1);
    }

    #[test]
    fn each_kind_of_loss_is_told() {
        let (_capture, sound) = one_of_each();
        let told = |change: fn(&mut Vec<CapturedEvent>)| {
            let mut events = sound.clone();
            change(&mut events);
            violations(&events).join("; ")
        };
        assert!(told(|events| drop(events.pop())).contains("never ended"));
        assert!(told(|events| drop(events.remove(0))).contains("never began"));
        assert!(told(|events| events.push(events[1].clone())).contains("more than once"));
        assert!(told(|events| events.push(events[0].clone())).contains("began twice"));
        assert!(told(|events| events.swap(0, 1)).contains("never began"));
        assert!(told(|events| events[1].duration = None).contains("no duration"));
        assert!(told(|events| events[1].stage = Stage::Exception).contains("outcome"));
        assert!(told(|events| events[1].operation = "other").contains("does not end"));
    }

    #[test]
    fn the_last_clone_detaches() {
        let capture = Capture::new();
        let dispatcher = capture.dispatcher();
        let clone = capture.clone();
        drop(capture);
        assert!(dispatcher.is_active());
        drop(clone);
        assert!(!dispatcher.is_active());
    }
}
