use std::sync::Arc;

use sentry_core::Hub;

use super::hubs::{Hubs, STREAMED};
use super::reporter::Reporter;
use crate::telemetry::catalogue::EVENTS;
use crate::telemetry::{AttachError, Event, EventName, Handler, Outcome, Selector, SpanId, Stage};

/// The handler as one dispatcher has it.
pub(super) struct Attachment {
    reporter: Arc<Reporter>,
    place: Place,
    /// Whose failures are reported; those of others are steps on the way to one.
    reported: Vec<Selector>,
    /// Those operations with a body whose failures are reported.
    streamed: Vec<&'static EventName>,
    // Goes with the attachment, whose ends are not told any more then.
    hubs: Hubs,
}

/// Whose dispatcher it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// That of the application: operations of all levels, related by their parents.
    Dispatcher,
    /// That of a layer, which nobody else is told of: of operations that are also reported, under
    /// their parent's or another number, to the application's.
    Layer,
}

impl Attachment {
    pub(super) fn new(reporter: &Arc<Reporter>, place: Place) -> Result<Self, AttachError> {
        let parse =
            |text: &String| Selector::parse(text).ok_or_else(|| AttachError::InvalidSelector(text.as_str().into()));
        let reported = match place {
            Place::Dispatcher => reporter.settings().select.iter().map(parse).collect::<Result<_, _>>()?,
            Place::Layer => vec![parse(&String::new())?],
        };
        let mut attachment =
            Self { reporter: Arc::clone(reporter), place, reported, streamed: Vec::new(), hubs: Hubs::default() };
        attachment.streamed = STREAMED.into_iter().filter(|name| attachment.reports(name.as_str())).collect();
        Ok(attachment)
    }

    /// What the handler must be told of.
    pub(super) fn selectors(&self) -> Vec<String> {
        let streamed = self.streamed.iter().flat_map(|name| [format!("{name}.start"), format!("{name}.stop")]);
        let points = EVENTS.iter().filter(|event| event.stages == [Stage::Point]).map(|event| event.name.to_string());
        let reported = self.reported.iter().map(|selector| selector.as_str().to_owned());
        reported.chain(streamed).chain(points).chain(["buckets.adapter.*.exception".to_owned()]).collect()
    }

    fn reports(&self, name: &str) -> bool {
        self.reported.iter().any(|selector| selector.matches(name, Stage::Exception))
    }

    fn is_streamed(&self, event: &Event<'_>) -> bool {
        self.streamed.contains(&event.name())
    }

    fn failed(&self, event: &Event<'_>, hub: Option<Arc<Hub>>) {
        // What failed earlier of the same thing: itself, or for a layer what it is part of.
        let related: &[Option<SpanId>] = match self.place {
            Place::Dispatcher => &[Some(event.span_id())],
            Place::Layer => &[Some(event.span_id()), event.parent_id()],
        };
        if self.reports(event.name().as_str()) {
            self.reporter.report(event, related, hub);
        } else {
            self.reporter.pass_on(event);
        }
        self.reporter.note(event);
    }
}

impl Handler for Attachment {
    fn handle(&self, event: &Event<'_>) {
        match event.stage() {
            Stage::Start if self.is_streamed(event) => self.hubs.remember(event.span_id()),
            Stage::Start => {}
            Stage::Point => self.reporter.note(event),
            Stage::Stop | Stage::Exception => {
                let hub = self.is_streamed(event).then(|| self.hubs.take(event.span_id())).flatten();
                if event.outcome().is_some_and(Outcome::is_failure) {
                    self.failed(event, hub);
                }
            }
        }
    }
}
