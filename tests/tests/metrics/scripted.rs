//! Metrics of all kinds, and events with known numbers for them.

use std::time::Duration;

use buckets::telemetry::catalogue::{Ended, MetricDefinition, MetricSet, Tag, Unit};
use buckets::telemetry::{Dispatcher, Event, EventName, Number, Outcome, Scope, Span, SpanStart, Value};
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind};

pub(crate) static RENDER: EventName = EventName::new("shop.report.render");
static UPLOAD: EventName = EventName::new("buckets.cloud.insert");

const RENDERED: &[&str] = &["shop.report.render.stop"];

fn is_draft(event: &Event<'_>) -> bool {
    matches!(event.field("is_draft"), Some(Value::Bool(true)))
}

/// One of each kind, with tags, filters, conversions and buckets.
pub(crate) fn definitions() -> MetricSet {
    let definitions = [
        MetricDefinition::counter("shop.reports", &["shop.report.render"])
            .ended(Ended::InFailure)
            .tags(&[Tag::Field("format"), Tag::Kind])
            .help("Reports that failed."),
        MetricDefinition::counter("shop.drafts", RENDERED).keep_if(is_draft).help("Drafts."),
        MetricDefinition::sum("shop.pages", "pages", RENDERED)
            .drop_if(is_draft)
            .tags(&[Tag::Field("format")])
            .help("Pages, but those of drafts."),
        MetricDefinition::sum("shop.ink", "ink", RENDERED).help("Litres of ink."),
        MetricDefinition::last_value("shop.temperature", "celsius", RENDERED).help("Of the printer."),
        MetricDefinition::distribution("shop.queue.wait", "waited_ms", RENDERED)
            .unit(Unit::Seconds)
            .scale(1e-3)
            .bounds(&[0.5, 1.0, 4.0])
            .help("How long reports waited."),
        MetricDefinition::distribution("shop.margin", "margin", RENDERED).bounds(&[0.25, 0.5]).help("Of pages."),
        MetricDefinition::sum("shop.uploaded", "bytes", &["buckets.cloud.insert.stop"])
            .tags(&[Tag::Cloud, Tag::Field("content_type")])
            .help("Content, by its type."),
    ];
    MetricSet::new(definitions).expect("sound")
}

/// A dispatcher on a clock that stands still, with events to tell.
pub(crate) struct Script {
    pub(crate) dispatcher: Dispatcher,
    clock: ManualClock,
    shop: Scope,
    cloud: Scope,
}

impl Script {
    pub(crate) fn new() -> Self {
        let clock = ManualClock::new();
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        let (shop, cloud) = (Scope::of(dispatcher.clone()), Scope::new(dispatcher.clone(), "uploads", "memory"));
        Self { dispatcher, clock, shop, cloud }
    }

    /// `pages` of a report that waited so many milliseconds, at so many degrees.
    pub(crate) fn render(&self, format: &str, is_draft: bool, pages: u64, waited: u64, celsius: i64) {
        self.clock.advance(Duration::from_millis(1));
        let measurements = [
            ("pages", Number::U64(pages)),
            ("ink", Number::F64(pages as f64 * 0.125)),
            ("waited_ms", Number::U64(waited)),
            ("celsius", Number::I64(celsius)),
            ("margin", Number::F64(if pages == 0 { f64::NAN } else { 1.0 / pages as f64 })),
        ];
        let fields = [("format", Value::Str(format)), ("is_draft", Value::Bool(is_draft))];
        Span::start(&self.shop, &RENDER).end_with(Outcome::Success, None, &measurements, &fields);
    }

    pub(crate) fn fail(&self, format: &str, kind: ErrorKind) {
        let fields = [("format", Value::Str(format))];
        let start = || SpanStart::new().keep(&[], &fields);
        Span::start_with(&self.shop, &RENDER, start).fail(&Error::new(kind, "no ink"));
    }

    pub(crate) fn upload(&self, content_type: &'static str, bytes: u64) {
        let mut span = Span::start_with(&self.cloud, &UPLOAD, || SpanStart::new().content_type(Some(content_type)));
        span.add_bytes(bytes);
        span.succeed();
    }

    /// All of it, a few times over in several threads where order does not matter.
    pub(crate) fn play(&self) {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    self.render("pdf", false, 4, 1500, 30);
                    self.render("html", true, 2, 500, 31);
                    self.upload("image/png", 1_000);
                    self.upload("text/plain", 10);
                    self.fail("pdf", ErrorKind::Timeout);
                    self.fail("html", ErrorKind::Io);
                });
            }
        });
        // Has a margin that is no number, and the temperature that stays.
        self.render("pdf", false, 0, 9000, -4);
    }
}
