use std::fmt;

use crate::telemetry::Stage;

/// Which events a handler wants: a full name, or the beginning of one.
///
/// Matches names with stage, whole segments at a time: `buckets.cloud.insert.stop` is one event,
/// `buckets.cloud.insert` all that happens in an insert, `buckets.cloud.*.stop` the end of every
/// cloud operation that did what was asked, and the empty text everything.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Selector(Box<str>);

impl Selector {
    /// [`None`] if a segment is empty or has other characters than `a` to `z`, `0` to `9` and `_`, or `*` alone.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let segment = |segment: &str| segment == "*" || (!segment.is_empty() && segment.chars().all(word));
        (text.is_empty() || text.split('.').all(segment)).then(|| Self(text.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn matches(&self, name: &str, stage: Stage) -> bool {
        let mut segments = name.split('.').chain(stage.as_str());
        self.0.is_empty()
            || self.0.split('.').all(|wanted| segments.next().is_some_and(|segment| wanted == "*" || wanted == segment))
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_whole_segments_from_the_beginning() {
        let matches =
            |selector: &str, stage| Selector::parse(selector).expect("valid").matches("buckets.cloud.insert", stage);
        for selector in ["", "buckets", "buckets.cloud.insert", "buckets.cloud.insert.stop", "buckets.*.*.stop", "*"] {
            assert!(matches(selector, Stage::Stop), "{selector:?}");
        }
        for selector in
            ["bucket", "cloud", "buckets.cloud.insert.start", "buckets.cloud.insert.stop.x", "buckets.cloud.in"]
        {
            assert!(!matches(selector, Stage::Stop), "{selector:?}");
        }
        assert!(!matches("buckets.cloud.insert.stop", Stage::Point));
        for bad in [".", "a.", "a..b", "A", "a*", "a b"] {
            assert!(Selector::parse(bad).is_none(), "{bad:?}");
        }
    }
}
