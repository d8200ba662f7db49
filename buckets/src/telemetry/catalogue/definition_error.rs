use std::fmt;

/// What is wrong with a metric's definition.
///
/// ```
/// use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Problem, Tag};
///
/// let by_size = MetricDefinition::counter("my_app.uploads", &["buckets.cloud.insert.stop"]).tags(&[Tag::Field("size")]);
/// let error = MetricSet::new([by_size]).unwrap_err();
/// assert_eq!((error.metric, matches!(error.problem, Problem::UnknownTag { .. })), ("my_app.uploads", true));
/// println!("{error}"); // metric `my_app.uploads`: its events have no `size` to be a tag; they have `operation`, ..
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionError {
    /// The metric's name.
    pub metric: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a metric's definition. `Display` says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The name is not made of dotted segments of `a` to `z`, `0` to `9` and `_`, or does not begin with a letter.
    InvalidName,
    /// The name ends in what reporters add to it.
    ReservedName {
        /// That ending.
        ending: &'static str,
    },
    /// Another metric has the name, or one that reporters write in the same way.
    DuplicateName {
        /// The other metric's name.
        other: &'static str,
    },
    /// No event is selected.
    NoSelector,
    /// A selector is not of the form that dispatchers take.
    InvalidSelector {
        /// The selector.
        selector: &'static str,
    },
    /// A selector that begins with `buckets.` selects none of the built-in events.
    UnknownEvent {
        /// The selector.
        selector: &'static str,
    },
    /// None of the selected events has the measurement.
    UnknownMeasurement {
        /// The measurement.
        measurement: &'static str,
        /// What they have.
        known: Vec<&'static str>,
    },
    /// None of the selected events has the metadata.
    UnknownTag {
        /// The tag.
        tag: &'static str,
        /// What they have.
        known: Vec<&'static str>,
    },
    /// The tag has a value of its own for each operation, or may have a user's data.
    UnboundedTag {
        /// The tag.
        tag: &'static str,
    },
    /// The tag is not a word of `a` to `z`, `0` to `9` and `_` that begins with a letter, or is reserved by reporters.
    InvalidTag {
        /// The tag.
        tag: &'static str,
    },
    /// The tag is there twice.
    DuplicateTag {
        /// The tag.
        tag: &'static str,
    },
    /// The bounds of buckets are not positive, finite and ascending, or there are none.
    InvalidBounds,
    /// The factor is not positive and finite.
    InvalidScale,
    /// There is no help, or it is more than a line.
    InvalidHelp,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "metric `{}`: {}", self.metric, self.problem)
    }
}

impl std::error::Error for DefinitionError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidName => f.write_str(
                "a name is made of dotted segments of a-z, 0-9 and _, and begins with a letter: `my_app.uploads.large`",
            ),
            Self::ReservedName { ending } => {
                write!(f, "reporters add `{ending}` where it belongs; leave it out of the name")
            }
            Self::DuplicateName { other } => {
                write!(f, "there is `{other}` already, which reporters write in the same way; choose another name")
            }
            Self::NoSelector => f.write_str("it selects no event; name some, such as `buckets.cloud.insert.stop`"),
            Self::InvalidSelector { selector } => write!(
                f,
                "`{selector}` is no selector; write an event's name with its stage, or the beginning of one, \
                 with `*` for any one segment"
            ),
            Self::UnknownEvent { selector } => write!(
                f,
                "`{selector}` selects no event that there is; `telemetry::catalogue::EVENTS` has their names, and \
                 stages are `start`, `stop` and `exception`"
            ),
            Self::UnknownMeasurement { measurement, known } => {
                write!(f, "its events do not measure `{measurement}`; they have {}", list(known))
            }
            Self::UnknownTag { tag, known } => {
                write!(f, "its events have no `{tag}` to be a tag; they have {}", list(known))
            }
            Self::UnboundedTag { tag } => write!(
                f,
                "`{tag}` has too many values to be a tag: each would be a series of its own; look for it in logs and traces"
            ),
            Self::InvalidTag { tag } => write!(
                f,
                "`{tag}` cannot be a tag: they are words of a-z, 0-9 and _ that begin with a letter, and not `le` or \
                 `quantile`"
            ),
            Self::DuplicateTag { tag } => write!(f, "the tag `{tag}` is there twice"),
            Self::InvalidBounds => super::InvalidBounds.fmt(f),
            Self::InvalidScale => f.write_str("what a measurement is multiplied by must be positive and finite"),
            Self::InvalidHelp => f.write_str("say in one line what it is, for those who find it on a dashboard"),
        }
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".into();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
