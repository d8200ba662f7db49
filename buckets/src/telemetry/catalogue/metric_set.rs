use std::sync::Arc;

use super::definition_error::{DefinitionError, Problem};
use super::{Bounds, EVENTS, EventDefinition, METRICS, MetricDefinition, MetricKind, Tag, Unit};
use crate::telemetry::{Selector, Stage};

/// Metrics of one's own that were found to be sound. All reporters take them, and make the same numbers of them.
///
/// Clones are cheap.
#[derive(Clone, Debug, Default)]
pub struct MetricSet(Arc<[MetricDefinition]>);

impl MetricSet {
    /// Checks `definitions`.
    ///
    /// Metadata and measurements are looked for where the events are known: those of this library, and those
    /// of `#[instrumented]`, `span!` and `event!`.
    ///
    /// # Errors
    /// [`DefinitionError`] for the first that is not sound, or has the name of another one, a built-in one or
    /// one that is made of an instrumented function.
    pub fn new(definitions: impl IntoIterator<Item = MetricDefinition>) -> Result<Self, DefinitionError> {
        let events = known_events();
        let mut taken: Vec<_> =
            METRICS.iter().chain(of_functions()).map(|metric| (written(metric), metric.name)).collect();
        let mut sound = Vec::new();
        for definition in definitions {
            let definition = definition.completed();
            let refuse = |problem| DefinitionError { metric: definition.name, problem };
            check(&definition, &events).map_err(refuse)?;
            let name = written(&definition);
            if let Some((_, other)) = taken.iter().find(|(taken, _)| *taken == name) {
                return Err(refuse(Problem::DuplicateName { other }));
            }
            taken.push((name, definition.name));
            sound.push(definition);
        }
        Ok(Self(sound.into()))
    }

    /// The definitions, with their units and bounds filled in.
    pub fn iter(&self) -> impl Iterator<Item = &MetricDefinition> {
        self.0.iter()
    }
}

#[cfg(feature = "macros")]
fn known_events() -> Vec<EventDefinition> {
    EVENTS.iter().copied().chain(super::custom()).collect()
}

#[cfg(not(feature = "macros"))]
fn known_events() -> Vec<EventDefinition> {
    EVENTS.to_vec()
}

#[cfg(feature = "macros")]
fn of_functions() -> &'static [MetricDefinition] {
    super::custom_metrics()
}

#[cfg(not(feature = "macros"))]
fn of_functions() -> &'static [MetricDefinition] {
    &[]
}

/// The name where dots are no part of names and units are.
fn written(metric: &MetricDefinition) -> String {
    format!("{}_{}", metric.name.replace('.', "_"), metric.unit.as_str())
}

fn check(metric: &MetricDefinition, events: &[EventDefinition]) -> Result<(), Problem> {
    check_name(metric)?;
    let selected = selected(metric, events)?;
    if let Some(measurement) = metric.measurement {
        check_measurement(measurement, selected.as_deref())?;
    }
    for (position, tag) in metric.tags.iter().enumerate() {
        if metric.tags[..position].iter().any(|other| other.as_str() == tag.as_str()) {
            return Err(Problem::DuplicateTag { tag: tag.as_str() });
        }
        check_tag(*tag, selected.as_deref())?;
    }
    if metric.kind == MetricKind::Distribution {
        Bounds::new(metric.bounds.unwrap_or_default()).map_err(|_| Problem::InvalidBounds)?;
    }
    if !(metric.scale > 0.0 && metric.scale.is_finite()) {
        return Err(Problem::InvalidScale);
    }
    if metric.help.trim().is_empty() || metric.help.contains(char::is_control) {
        return Err(Problem::InvalidHelp);
    }
    Ok(())
}

fn check_name(metric: &MetricDefinition) -> Result<(), Problem> {
    const ENDINGS: [&str; 6] = ["total", "bucket", "count", "sum", "created", "info"];
    let name = metric.name;
    if !is_word(name.split('.').next().unwrap_or_default()) || !name.split('.').all(is_segment) {
        return Err(Problem::InvalidName);
    }
    let units = [Unit::Seconds, Unit::Bytes].map(Unit::as_str).into_iter().filter(|unit| *unit == metric.unit.as_str());
    match ENDINGS.into_iter().chain(units).find(|ending| name.rsplit(['.', '_']).next() == Some(ending)) {
        Some(ending) => Err(Problem::ReservedName { ending }),
        None => Ok(()),
    }
}

/// The events that the metric is made of; [`None`] if there may be some that are not known.
fn selected(metric: &MetricDefinition, events: &[EventDefinition]) -> Result<Option<Vec<EventDefinition>>, Problem> {
    if metric.selectors.is_empty() {
        return Err(Problem::NoSelector);
    }
    let mut are_all_known = true;
    let mut all = Vec::new();
    for &text in metric.selectors {
        let Some(selector) = Selector::parse(text) else { return Err(Problem::InvalidSelector { selector: text }) };
        let is_selected = |event: &&EventDefinition| {
            event.stages.iter().any(|stage: &Stage| selector.matches(event.name.as_str(), *stage))
        };
        let selected: Vec<_> = events.iter().filter(is_selected).copied().collect();
        if selected.is_empty() && text.starts_with("buckets.") {
            return Err(Problem::UnknownEvent { selector: text });
        }
        are_all_known &= !selected.is_empty();
        all.extend(selected);
    }
    Ok(are_all_known.then_some(all))
}

fn check_measurement(measurement: &'static str, events: Option<&[EventDefinition]>) -> Result<(), Problem> {
    // Any event has it.
    if measurement == "system_time" {
        return Ok(());
    }
    match events {
        Some(events) if events.iter().all(|event| !event.measurements.contains(&measurement)) => {
            Err(Problem::UnknownMeasurement { measurement, known: distinct(events, |event| event.measurements) })
        }
        _ => Ok(()),
    }
}

fn check_tag(tag: Tag, events: Option<&[EventDefinition]>) -> Result<(), Problem> {
    let name = tag.as_str();
    match tag {
        // Told by the event's name or definition.
        Tag::Operation | Tag::Limit | Tag::Direction => return Ok(()),
        Tag::Field(name) if !is_word(name) || matches!(name, "le" | "quantile") => {
            return Err(Problem::InvalidTag { tag: name });
        }
        Tag::Field("key" | "error" | "span_id" | "parent_id" | "request_id") => {
            return Err(Problem::UnboundedTag { tag: name });
        }
        _ => {}
    }
    match events {
        Some(events) if events.iter().all(|event| !event.metadata.contains(&name)) => {
            Err(Problem::UnknownTag { tag: name, known: distinct(events, |event| event.metadata) })
        }
        _ => Ok(()),
    }
}

fn distinct(events: &[EventDefinition], of: impl Fn(&EventDefinition) -> &'static [&'static str]) -> Vec<&'static str> {
    let mut names: Vec<_> = events.iter().flat_map(of).copied().collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn is_segment(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn is_word(text: &str) -> bool {
    is_segment(text) && text.as_bytes()[0].is_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSERTED: &[&str] = &["buckets.cloud.insert.stop"];
    const SOUND: MetricDefinition = MetricDefinition::counter("my_app.uploads", INSERTED).help("Uploads.");

    fn problem_of(definition: MetricDefinition) -> Problem {
        let error = MetricSet::new([definition]).expect_err("not sound");
        assert!(error.to_string().starts_with(&format!("metric `{}`: ", definition.name)), "{error}");
        error.problem
    }

    #[test]
    fn what_was_left_out_is_filled_in_by_the_measurement() {
        let set = MetricSet::new([
            SOUND,
            MetricDefinition::distribution("my_app.upload.size", "bytes", INSERTED).help("Sizes."),
            MetricDefinition::distribution("my_app.upload.duration", "duration", INSERTED).help("Durations."),
            MetricDefinition::distribution("my_app.upload.attempts", "attempts", INSERTED).help("Attempts."),
            MetricDefinition::last_value("my_app.upload.timestamp", "system_time", INSERTED).help("Last one."),
        ]);
        let set = set.expect("sound");
        let filled: Vec<_> = set.iter().map(|metric| (metric.unit, metric.bounds.map(|bounds| bounds[0]))).collect();
        let expected = [
            (Unit::Count, None),
            (Unit::Bytes, Some(1024.0)),
            (Unit::Seconds, Some(0.01)),
            (Unit::Count, Some(1.0)),
            (Unit::Seconds, None),
        ];
        assert_eq!(filled, expected);
    }

    #[test]
    fn names_are_as_all_reporters_can_write_them() {
        for name in ["", "my app", "My", "a..b", "a.", "1a", "_a", "a-b", "a{b}"] {
            assert_eq!(problem_of(MetricDefinition { name, ..SOUND }), Problem::InvalidName, "{name}");
        }
        for (name, ending) in [("my_app.total", "total"), ("my_app.uploads_total", "total"), ("a.count", "count")] {
            assert_eq!(problem_of(MetricDefinition { name, ..SOUND }), Problem::ReservedName { ending });
        }
        let size = MetricDefinition::sum("my_app.size_bytes", "bytes", INSERTED).help("Sizes.");
        assert_eq!(problem_of(size), Problem::ReservedName { ending: "bytes" });
    }

    #[test]
    fn no_two_metrics_are_written_in_the_same_way() {
        let again = MetricSet::new([SOUND, MetricDefinition { name: "my.app_uploads", ..SOUND }]);
        assert_eq!(again.expect_err("twice").problem, Problem::DuplicateName { other: "my_app.uploads" });
        let built_in = MetricDefinition { name: "buckets.operations", ..SOUND };
        assert_eq!(problem_of(built_in), Problem::DuplicateName { other: "buckets.operations" });
    }

    #[test]
    fn what_known_events_do_not_have_is_refused_and_what_unknown_ones_have_is_not() {
        let selecting = |selectors| MetricDefinition { selectors, ..SOUND };
        assert_eq!(problem_of(selecting(&[])), Problem::NoSelector);
        assert_eq!(problem_of(selecting(&["My.*"])), Problem::InvalidSelector { selector: "My.*" });
        for selector in ["buckets.cloud.upload.stop", "buckets.cloud.insert.end", "buckets.clouds"] {
            let selectors = Vec::leak(vec![selector]);
            assert_eq!(problem_of(selecting(selectors)), Problem::UnknownEvent { selector });
        }

        let color = &[Tag::Field("color")];
        assert!(
            matches!(problem_of(SOUND.tags(color)), Problem::UnknownTag { tag: "color", known } if known.contains(&"adapter"))
        );
        let pixels = MetricDefinition::sum("my_app.pixels", "pixels", INSERTED).help("Pixels.");
        assert!(matches!(problem_of(pixels), Problem::UnknownMeasurement { known, .. } if known.contains(&"bytes")));

        let selectors = &["not_known.image.resize.stop"];
        assert!(MetricSet::new([MetricDefinition { selectors, ..pixels }.tags(color)]).is_ok());
    }

    #[test]
    fn tags_are_words_from_small_sets() {
        for tag in ["key", "span_id", "parent_id", "request_id", "error"] {
            assert_eq!(problem_of(SOUND.tags(Vec::leak(vec![Tag::Field(tag)]))), Problem::UnboundedTag { tag });
        }
        for tag in ["", "le", "quantile", "A", "1a", "__name__", "a.b", "a\"b"] {
            assert_eq!(problem_of(SOUND.tags(Vec::leak(vec![Tag::Field(tag)]))), Problem::InvalidTag { tag });
        }
        let twice = SOUND.tags(&[Tag::Cloud, Tag::Field("cloud")]);
        assert_eq!(problem_of(twice), Problem::DuplicateTag { tag: "cloud" });
    }

    #[test]
    fn numbers_and_help_are_sound() {
        let sizes = MetricDefinition::distribution("my_app.size", "bytes", INSERTED).help("Sizes.");
        for bounds in [&[][..], &[2.0, 1.0], &[0.0, 1.0], &[1.0, f64::INFINITY]] {
            assert_eq!(
                problem_of(MetricDefinition { bounds: Some(Vec::leak(bounds.to_vec())), ..sizes }),
                Problem::InvalidBounds
            );
        }
        for factor in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(problem_of(sizes.scale(factor)), Problem::InvalidScale);
        }
        for help in ["", " ", "Two\nlines."] {
            assert_eq!(problem_of(SOUND.help(help)), Problem::InvalidHelp);
        }
    }
}
