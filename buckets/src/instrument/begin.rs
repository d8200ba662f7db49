use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

use crate::instrument::{Site, ToKey, ToNumber, ToParent, whole};
use crate::telemetry::{CurrentSpan, Field, Measurement, Sampling, Scope, Span, SpanStart};

/// An operation about to begin, with somebody listening.
#[derive(Debug)]
pub struct Begin<'a> {
    site: &'static Site,
    scope: &'a Scope,
    start: SpanStart<'a>,
    bytes: Option<u64>,
}

impl<'a> Begin<'a> {
    pub(super) fn new(site: &'static Site, scope: &'a Scope) -> Self {
        let start = SpanStart::new().level(site.level).slow_after(site.slow_after);
        Self { site, scope, start, bytes: None }
    }

    /// Sets the parent.
    #[must_use]
    pub fn parent(mut self, parent: impl ToParent) -> Self {
        self.start = self.start.parent(parent.to_parent());
        self
    }

    /// Makes it part of no other operation.
    #[must_use]
    pub fn root(mut self) -> Self {
        self.start = self.start.root();
        self
    }

    /// Has sampled sinks hear of one in so many, unless that is decided for what this is part of.
    #[must_use]
    pub fn sampled(mut self, rate: f64) -> Self {
        let decision = || if chance() < rate { Sampling::kept(1.0 / rate) } else { Sampling::DROPPED };
        let inherited = if self.start.is_root { Sampling::UNDECIDED } else { CurrentSpan::get().sampling() };
        let sampling = if inherited.is_decided() { inherited } else { decision() };
        self.start = self.start.sampling(match self.site.slow_after {
            Some(limit) => sampling.slow_after(limit),
            None => sampling,
        });
        self
    }

    /// Counts bytes that are known of already.
    #[must_use]
    pub fn bytes(mut self, bytes: &(impl ToNumber + ?Sized)) -> Self {
        self.bytes = Some(whole(bytes));
        self
    }

    /// Begins with a key that is shown as far as the policy allows.
    pub fn span_of(self, key: &(impl ToKey + ?Sized), measurements: &[Measurement], fields: &[Field<'_>]) -> Span {
        let key = key.to_key();
        Begin { start: self.start.key(&key), ..self }.span(measurements, fields)
    }

    /// Begins with measurements and metadata that all its events have.
    pub fn span(self, measurements: &[Measurement], fields: &[Field<'_>]) -> Span {
        let Self { site, scope, start, bytes } = self;
        let mut span = Span::start_with(scope, site.name(), || start.keep(measurements, fields));
        if let Some(bytes) = bytes {
            span.add_bytes(bytes);
        }
        span
    }

    /// Emits an event about a key.
    pub fn point_of(self, key: &(impl ToKey + ?Sized), measurements: &[Measurement], fields: &[Field<'_>]) {
        let key = key.to_key();
        Begin { start: self.start.key(&key), ..self }.point(measurements, fields);
    }

    /// Emits an event.
    pub fn point(self, measurements: &[Measurement], fields: &[Field<'_>]) {
        let Self { site, scope, start, .. } = self;
        let current = CurrentSpan::get().id().filter(|_| !start.is_root);
        scope.point(site.name(), || start.parent(start.parent.or(current)).fields(fields), measurements);
    }
}

/// A number from zero to one, different each time and for each thread (SplitMix64).
fn chance() -> f64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(RandomState::new().hash_one(0));
    }
    let state = STATE.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(state);
    let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
