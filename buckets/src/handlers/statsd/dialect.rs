use std::fmt::Write;

/// How tags are written, for which there is no one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// `name:1|c|#adapter:volume,cloud:uploads`, as Datadog's agent and most others take it.
    #[default]
    DogStatsD,
    /// `name,adapter=volume,cloud=uploads:1|c`, as Telegraf takes it.
    Influx,
    /// `name;adapter=volume;cloud=uploads:1|c`, as Graphite takes it.
    Graphite,
    /// `name.volume.uploads:1|c`: the original protocol has no tags, so their values follow the name.
    Plain,
}

/// What the times of operations are sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Timing {
    /// `h`: percentiles are computed by each agent for itself. What [`Dialect::DogStatsD`] sends unless set.
    Histogram,
    /// `d`: percentiles are computed over all agents.
    Distribution,
    /// `ms`: what every server knows. What the other dialects send unless set.
    Timer,
}

impl Timing {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Histogram => "h",
            Self::Distribution => "d",
            Self::Timer => "ms",
        }
    }
}

/// A name or value is at most so long; what is longer is cut.
const MOST_CHARS: usize = 200;

impl Dialect {
    pub(super) const fn timing(self) -> Timing {
        match self {
            Self::DogStatsD => Timing::Histogram,
            Self::Influx | Self::Graphite | Self::Plain => Timing::Timer,
        }
    }

    /// Writes a line without its end: `name`, `value` (with type and rate), and what tells the series.
    pub(super) fn line(self, out: &mut String, name: &[&str], value: std::fmt::Arguments<'_>, tags: &[(&str, &str)]) {
        for (position, part) in name.iter().filter(|part| !part.is_empty()).enumerate() {
            if position > 0 {
                out.push('.');
            }
            sanitize(out, part, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        }
        let tags = tags.iter().filter(|(_, value)| !value.is_empty());
        let (before_value, between, assign) = match self {
            Self::DogStatsD => (false, ',', ':'),
            Self::Influx => (true, ',', '='),
            Self::Graphite => (true, ';', '='),
            Self::Plain => (true, '.', '.'),
        };
        let write_tags = |out: &mut String| {
            for (position, (key, value)) in tags.clone().enumerate() {
                match (before_value, position) {
                    (false, 0) => out.push_str("|#"),
                    _ => out.push(between),
                }
                if self != Self::Plain {
                    sanitize(out, key, is_plain);
                    out.push(assign);
                }
                // In a name, a dot would be one more level of it.
                sanitize(out, value, |c| match self {
                    Self::Plain => c.is_ascii() && is_plain(c),
                    _ => is_plain(c) || matches!(c, '.' | '/'),
                });
            }
        };
        if before_value {
            write_tags(out);
        }
        // Writing to a `String` does not fail.
        let _ = write!(out, ":{value}");
        if !before_value {
            write_tags(out);
        }
    }
}

/// Letters of any script, digits, and what no dialect gives a meaning.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// Nothing can be escaped in these protocols, so what might end a field becomes `_`.
fn sanitize(out: &mut String, text: &str, is_allowed: impl Fn(char) -> bool) {
    out.extend(text.chars().take(MOST_CHARS).map(|c| if is_allowed(c) { c } else { '_' }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(dialect: Dialect, tags: &[(&str, &str)]) -> String {
        let mut out = String::new();
        dialect.line(&mut out, &["", "buckets.cloud.insert", "count"], format_args!("3|c"), tags);
        out
    }

    #[test]
    fn each_dialect_has_its_way_with_tags() {
        let tags = [("adapter", "volume"), ("cloud", ""), ("error", "not_found")];
        for (dialect, expected) in [
            (Dialect::DogStatsD, "buckets.cloud.insert.count:3|c|#adapter:volume,error:not_found"),
            (Dialect::Influx, "buckets.cloud.insert.count,adapter=volume,error=not_found:3|c"),
            (Dialect::Graphite, "buckets.cloud.insert.count;adapter=volume;error=not_found:3|c"),
            (Dialect::Plain, "buckets.cloud.insert.count.volume.not_found:3|c"),
        ] {
            assert_eq!(line(dialect, &tags), expected);
            assert_eq!(line(dialect, &[]), "buckets.cloud.insert.count:3|c");
        }
    }

    #[test]
    fn nothing_in_a_tag_ends_it() {
        let forged = "a|c\nadmin:1|c|#x:y,role=root;z";
        for dialect in [Dialect::DogStatsD, Dialect::Influx, Dialect::Graphite, Dialect::Plain] {
            let honest = line(dialect, &[("cloud", &"a".repeat(forged.len()))]);
            let line = line(dialect, &[("cloud", forged)]);
            let marks = |line: &str| line.chars().filter(|c| !c.is_alphanumeric() && *c != '_').collect::<String>();
            assert_eq!(marks(&line), marks(&honest), "{line}");
        }
        let long = line(Dialect::DogStatsD, &[("cloud", &"ä".repeat(10_000))]);
        assert!(long.chars().count() < 300);
    }
}
