//! The crate's own tests.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::process::Stdio;

use crate::Failure;
use crate::scratch::Scratch;

/// Whether each test passed, by the program it is in and its name.
#[derive(Default)]
pub(crate) struct Suite(BTreeMap<(String, String), bool>);

impl Suite {
    pub(crate) fn run(scratch: &Scratch) -> Result<Self, Failure> {
        // One file for both, so that what cargo says of the program comes before what that says.
        let log = scratch.root.join("inject.log");
        let file = File::create(&log)?;
        let mut cargo = scratch.cargo(&["test", "--no-fail-fast"]);
        let status = cargo.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).status()?;
        let output = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
        let mut suite = Self::default();
        let mut program = String::new();
        for line in output.lines() {
            let line = line.trim();
            if let Some(running) = line.strip_prefix("Running ").or_else(|| line.strip_prefix("Doc-tests ")) {
                // Without the path to the binary, which has a hash in it.
                program = running.split(" (").next().unwrap_or(running).to_owned();
            } else if let Some((name, result)) = line.strip_prefix("test ").and_then(|line| line.rsplit_once(" ... ")) {
                let passed = match result {
                    "ok" => true,
                    result if result.starts_with("FAILED") => false,
                    _ => continue,
                };
                suite.0.insert((program.clone(), name.to_owned()), passed);
            }
        }
        if suite.0.is_empty() && !status.success() {
            let tail: Vec<_> = output.lines().rev().take(60).collect();
            let tail: Vec<_> = tail.into_iter().rev().collect();
            return Err(format!("its tests do not run:\n{}", tail.join("\n")).into());
        }
        Ok(suite)
    }

    pub(crate) fn passed(&self) -> usize {
        self.0.values().filter(|passed| **passed).count()
    }

    /// The tests that pass in one of the two.
    pub(crate) fn or(mut self, other: Self) -> Self {
        for (test, passed) in other.0 {
            *self.0.entry(test).or_default() |= passed;
        }
        self
    }

    /// The tests that passed before and do not now.
    pub(crate) fn lost_since(&self, before: &Self) -> Vec<String> {
        let passed = before.0.iter().filter(|(_, passed)| **passed);
        let lost = passed.filter(|(test, _)| self.0.get(*test) != Some(&true));
        lost.map(|((program, name), _)| format!("{name} of {program}")).collect()
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} tests pass", self.passed(), self.0.len())
    }
}
