//! What failures of one cause have in common.

use std::borrow::Cow;

use crate::error::ErrorKind;
use crate::telemetry::Event;

/// By this failures are grouped and limited. Every part is of a closed set; no text of an error, key
/// or address is among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint {
    /// The name of the event but for the operation, such as `buckets.cloud`: tells the application's
    /// own operations from those of a cloud.
    family: &'static str,
    operation: &'static str,
    adapter: Box<str>,
    kind: ErrorKind,
}

impl Fingerprint {
    pub(super) fn new(event: &Event<'_>, kind: ErrorKind) -> Self {
        let name = event.name().as_str();
        Self {
            family: name.rsplit_once('.').map_or("", |(family, _)| family),
            operation: event.operation(),
            adapter: event.adapter().into(),
            kind,
        }
    }

    /// As Sentry takes it.
    pub(super) fn parts(&self) -> Vec<Cow<'static, str>> {
        vec![
            self.family.into(),
            self.operation.into(),
            String::from(self.adapter.clone()).into(),
            self.kind.as_str().into(),
        ]
    }
}
