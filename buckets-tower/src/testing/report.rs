use std::fmt;

/// Which rules a stack keeps. Displays as a line for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    lines: Vec<(&'static str, Result<(), String>)>,
}

impl Report {
    pub(super) fn push(&mut self, rule: &'static str, verdict: Result<(), String>) {
        self.lines.push((rule, verdict));
    }

    /// The rules that are kept.
    pub fn kept(&self) -> impl Iterator<Item = &'static str> {
        self.lines.iter().filter(|(_, verdict)| verdict.is_ok()).map(|(rule, _)| *rule)
    }

    /// The rules that are broken.
    pub fn broken(&self) -> impl Iterator<Item = &'static str> {
        self.lines.iter().filter(|(_, verdict)| verdict.is_err()).map(|(rule, _)| *rule)
    }

    /// Ends the test here unless every rule is kept.
    ///
    /// # Panics
    /// With a line for each rule, if one is broken.
    #[track_caller]
    pub fn assert_kept(&self) {
        assert!(self.broken().next().is_none(), "the contract is broken:\n{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rule, verdict) in &self.lines {
            match verdict {
                Ok(()) => writeln!(f, "kept   {rule}")?,
                Err(reason) => writeln!(f, "broken {rule}: {reason}")?,
            }
        }
        Ok(())
    }
}
