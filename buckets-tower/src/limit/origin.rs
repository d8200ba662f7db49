use buckets::telemetry::{EventName, Field, Measurement, Number, Sampling, Scope, SpanId, SpanStart, Timestamp, Value};

use super::{Limited, Occupancy};
use crate::telemetry::Describe;

/// The operation that a call is part of, for events that a limit has to tell; nothing while nobody
/// listens.
#[derive(Clone, Debug)]
pub struct Origin(Option<Operation>);

#[derive(Clone, Debug)]
struct Operation {
    scope: Scope,
    name: &'static str,
    span: Option<SpanId>,
    sampling: Sampling,
}

impl Origin {
    /// Where nobody is to be told of anything.
    pub(super) const fn nobody() -> Self {
        Self(None)
    }

    pub(crate) fn of<R>(request: &R, describe: &impl Describe<R>) -> Self {
        let scope = describe.scope(request);
        if !scope.is_active() {
            return Self(None);
        }
        let description = describe.describe(request);
        Self(Some(Operation {
            scope: scope.clone(),
            name: description.operation_name(),
            span: description.start.parent,
            sampling: description.start.sampling,
        }))
    }

    /// Emits a point event as part of the operation.
    pub fn point(&self, name: &'static EventName, measurements: &[Measurement], fields: &[Field<'_>]) {
        if let Some(operation) = &self.0 {
            let start = SpanStart::new()
                .operation(operation.name)
                .parent(operation.span)
                .sampling(operation.sampling)
                .fields(fields);
            operation.scope.point(name, || start, measurements);
        }
    }

    pub(crate) fn refused(&self, limited: Limited) {
        self.point(limited.refusal(), &[], &[("limit", Value::Str(limited.as_str()))]);
    }

    /// The moment now, if somebody will want to know how long something takes from here.
    pub(super) fn now(&self) -> Option<Timestamp> {
        self.0.as_ref().map(|operation| operation.scope.dispatcher().now())
    }

    /// Tells that the call waits from now on.
    pub(super) fn waits(&self, limited: Limited, occupancy: impl FnOnce() -> Option<Occupancy>) {
        if let (Some(name), true) = (limited.queue(), self.0.is_some())
            && let Some(occupancy) = occupancy()
        {
            self.point(name, &measured(occupancy), &[("limit", Value::Str(limited.as_str()))]);
        }
    }

    pub(super) fn waited(
        &self,
        limited: Limited,
        since: Option<Timestamp>,
        admitted: bool,
        occupancy: impl FnOnce() -> Option<Occupancy>,
    ) {
        if let (Some(name), Some(since), Some(now)) = (limited.wait(), since, self.now()) {
            let fields = [("limit", Value::Str(limited.as_str())), ("admitted", Value::Bool(admitted))];
            let wait = ("wait", Number::Duration(now.since(since)));
            match occupancy().map(measured) {
                Some([size, waiting]) => self.point(name, &[wait, size, waiting], &fields),
                None => self.point(name, &[wait], &fields),
            }
        }
    }
}

fn measured(occupancy: Occupancy) -> [Measurement; 2] {
    let Occupancy { size, waiting } = occupancy;
    [("size", Number::U64(size as u64)), ("waiting", Number::U64(waiting as u64))]
}
