use buckets::telemetry::{EventName, Field, Measurement};

use super::Describe;

/// Emits the point event `segment` below the name of what `request` is, as part of the span that the
/// request is in.
pub(crate) fn point<R>(
    describe: &impl Describe<R>,
    request: &R,
    segment: &'static str,
    measurements: &[Measurement],
    fields: &[Field<'_>],
) {
    let scope = describe.scope(request);
    if !scope.is_active() {
        return;
    }
    let description = describe.describe(request);
    let name = EventName::child(description.name.as_str(), segment);
    let start = description.start.operation(description.operation_name()).fields(fields);
    scope.point(name, || start, measurements);
}
