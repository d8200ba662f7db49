use std::fmt;

/// What the suite found: a line for each behaviour.
///
/// Displays as these lines and, last, `passed=… failed=… unsupported=…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    lines: Vec<Line>,
}

/// What was found of one behaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// The behaviour's [name](super::Behaviour::name).
    pub behaviour: &'static str,
    /// What was found.
    pub verdict: Verdict,
}

/// Whether a behaviour holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Passed,
    /// It does not, for this reason.
    Failed(String),
    /// The store does not have what it needs, which is this.
    Unsupported(String),
}

impl Report {
    pub(super) fn push(&mut self, behaviour: &'static str, verdict: Verdict) {
        self.lines.push(Line { behaviour, verdict });
    }

    /// The lines, in the order of [`behaviours`](super::behaviours).
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many behaviours hold.
    pub fn passed(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Passed))
    }

    /// How many do not.
    pub fn failed(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Failed(_)))
    }

    /// How many the store does not have what it needs for.
    pub fn unsupported(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Unsupported(_)))
    }

    /// The names of those that do not hold.
    pub fn failures(&self) -> impl Iterator<Item = &'static str> {
        self.lines.iter().filter(|line| matches!(line.verdict, Verdict::Failed(_))).map(|line| line.behaviour)
    }

    /// Ends the test here unless every supported behaviour holds.
    ///
    /// # Panics
    /// With the whole report, if a behaviour failed or none passed.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failed() == 0, "the store does not conform:\n{self}");
        assert!(self.passed() > 0, "nothing was checked:\n{self}");
    }

    fn count(&self, wanted: impl Fn(&Verdict) -> bool) -> usize {
        self.lines.iter().filter(|line| wanted(&line.verdict)).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        write!(f, "passed={} failed={} unsupported={}", self.passed(), self.failed(), self.unsupported())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Verdict::Passed => write!(f, "passed      {}", self.behaviour),
            Verdict::Failed(reason) => write!(f, "failed      {}: {reason}", self.behaviour),
            Verdict::Unsupported(reason) => write!(f, "unsupported {}: {reason}", self.behaviour),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.push("put.a", Verdict::Passed);
        report.push("put.b", Verdict::Failed("torn".into()));
        report.push("copy.c", Verdict::Unsupported("needs copy".into()));
        report
    }

    #[test]
    fn displays_a_line_per_behaviour_and_the_sums_last() {
        let lines = "passed      put.a\nfailed      put.b: torn\nunsupported copy.c: needs copy\n";
        assert_eq!(report().to_string(), format!("{lines}passed=1 failed=1 unsupported=1"));
        assert_eq!(report().failures().collect::<Vec<_>>(), ["put.b"]);
    }

    #[test]
    #[should_panic(expected = "put.b: torn")]
    fn a_failure_does_not_pass() {
        report().assert_passed();
    }

    #[test]
    #[should_panic(expected = "nothing was checked")]
    fn a_suite_that_checked_nothing_does_not_pass() {
        Report::default().assert_passed();
    }
}
