use std::time::Duration;

use crate::instrument::Begin;
use crate::telemetry::catalogue::EventDefinition;
use crate::telemetry::{EventName, Level, Scope, Span, Stage};

/// A place in the program that emits an event: one instrumented function, however many types it is
/// instantiated for.
#[derive(Debug)]
pub struct Site {
    name: EventName,
    doc: &'static str,
    stages: &'static [Stage],
    measurements: &'static [&'static str],
    metadata: &'static [&'static str],
    pub(super) level: Option<Level>,
    pub(super) slow_after: Option<Duration>,
}

/// A site as the linker brings it to [`catalogue::custom`](crate::telemetry::catalogue::custom).
#[derive(Debug)]
pub struct Registered(pub &'static Site);

inventory::collect!(Registered);

impl Site {
    /// The site of an operation. Measurements and metadata are those that the site adds itself.
    pub const fn new(
        name: &'static str,
        doc: &'static str,
        measurements: &'static [&'static str],
        metadata: &'static [&'static str],
    ) -> Self {
        let stages = &[Stage::Start, Stage::Stop, Stage::Exception];
        let name = EventName::new(name);
        Self { name, doc, stages, measurements, metadata, level: None, slow_after: None }
    }

    /// The site of something that merely happens.
    pub const fn point(
        name: &'static str,
        doc: &'static str,
        measurements: &'static [&'static str],
        metadata: &'static [&'static str],
    ) -> Self {
        Self { stages: &[Stage::Point], ..Self::new(name, doc, measurements, metadata) }
    }

    /// Sets the level of what succeeds.
    pub const fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Sets after how many nanoseconds it is slow.
    pub const fn slow_after(mut self, nanos: u64) -> Self {
        self.slow_after = Some(Duration::from_nanos(nanos));
        self
    }

    /// The event's name.
    pub const fn name(&'static self) -> &'static EventName {
        &self.name
    }

    /// What is told of it in the catalogue.
    pub(crate) fn definition(&'static self) -> EventDefinition {
        EventDefinition {
            name: &self.name,
            stages: self.stages,
            measurements: self.measurements,
            metadata: self.metadata,
            direction: None,
            doc: self.doc,
        }
    }

    /// Begins an operation of which no more is known.
    #[inline]
    pub fn start(&'static self) -> Span {
        if Scope::global().is_active() { self.start_plainly() } else { Span::disabled() }
    }

    #[cold]
    #[inline(never)]
    fn start_plainly(&'static self) -> Span {
        Begin::new(self, &Scope::global()).span(&[], &[])
    }

    /// Begins an operation that `what` knows more of.
    #[inline]
    pub fn start_with(&'static self, what: impl FnOnce(Begin<'_>) -> Span) -> Span {
        if Scope::global().is_active() { self.start_fully(&Scope::global(), what) } else { Span::disabled() }
    }

    /// Begins an operation under a scope of its own.
    #[inline]
    pub fn start_in(&'static self, scope: Scope, what: impl FnOnce(Begin<'_>) -> Span) -> Span {
        if scope.is_active() { self.start_fully(&scope, what) } else { Span::disabled() }
    }

    #[cold]
    #[inline(never)]
    fn start_fully(&'static self, scope: &Scope, what: impl FnOnce(Begin<'_>) -> Span) -> Span {
        what(Begin::new(self, scope))
    }
}

impl Site {
    /// Emits a point event.
    #[inline]
    pub fn emit(&'static self, what: impl FnOnce(Begin<'_>)) {
        if Scope::global().is_active() {
            self.emit_fully(&Scope::global(), what);
        }
    }

    /// Emits a point event under a scope of its own.
    #[inline]
    pub fn emit_in(&'static self, scope: Scope, what: impl FnOnce(Begin<'_>)) {
        if scope.is_active() {
            self.emit_fully(&scope, what);
        }
    }

    #[cold]
    #[inline(never)]
    fn emit_fully(&'static self, scope: &Scope, what: impl FnOnce(Begin<'_>)) {
        what(Begin::new(self, scope));
    }
}

/// The length of [`dotted`].
pub const fn dotted_len(path: &str) -> usize {
    let bytes = path.as_bytes();
    let (mut length, mut position) = (0, 0);
    while position < bytes.len() {
        // `::` becomes one dot.
        position += if bytes[position] == b':' { 2 } else { 1 };
        length += 1;
    }
    length
}

/// The path of a function as the name of an event: `my_app::storage::upload` becomes
/// `my_app.storage.upload`, and what a name cannot have becomes `_`.
pub const fn dotted<const N: usize>(path: &str) -> [u8; N] {
    let bytes = path.as_bytes();
    let (mut name, mut length, mut position) = ([0; N], 0, 0);
    while position < bytes.len() {
        name[length] = match bytes[position] {
            b':' => b'.',
            byte @ (b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.') => byte.to_ascii_lowercase(),
            _ => b'_',
        };
        position += if bytes[position] == b':' { 2 } else { 1 };
        length += 1;
    }
    name
}

/// The text that [`dotted`] made.
pub const fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("`dotted` only writes ASCII"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_name() {
        const PATH: &str = "my_app::Storage::größe.upload";
        const NAME: [u8; dotted_len(PATH)] = dotted(PATH);
        assert_eq!(text(&NAME), "my_app.storage.gr____e.upload");
    }
}
