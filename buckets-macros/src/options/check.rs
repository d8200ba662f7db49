//! What options exclude one another.

use syn::{Error, Result};

use super::{Options, duplicates};
use crate::suggestion::closest;

/// The variants of `ErrorKind` that a function can be expected to fail with.
const KINDS: [&str; 20] = [
    "NotFound",
    "AlreadyExists",
    "PreconditionFailed",
    "InvalidInput",
    "Unsupported",
    "Unauthenticated",
    "PermissionDenied",
    "Throttled",
    "QuotaExceeded",
    "TooLarge",
    "Timeout",
    "Connect",
    "Tls",
    "Interrupted",
    "Unavailable",
    "ChecksumMismatch",
    "Protocol",
    "Io",
    "Overloaded",
    "Other",
];

impl Options {
    /// Checks that there is nothing that only a function's signature gives a meaning to.
    pub(crate) fn refuse_what_is_for_functions(&self, what: &str) -> Result<()> {
        let words = [&self.args, &self.skip_all, &self.left_out];
        let timing = self.timing.as_ref().map(|(_, word)| word);
        match words.into_iter().flatten().chain(timing).next() {
            Some(word) => Err(Error::new_spanned(
                word,
                format!("`{word}` is for functions; `{what}` has no arguments and no return type"),
            )),
            None => Ok(()),
        }
    }

    /// Checks that there is nothing that only something with an end has.
    pub(crate) fn refuse_what_is_for_operations(&self) -> Result<()> {
        match self.reads_result() {
            Some(word) => Err(Error::new_spanned(
                word,
                format!("`{word}` is for what ends; `event!` tells of something that merely happens"),
            )),
            None => Ok(()),
        }
    }

    /// Checks what can be checked without the function.
    pub(crate) fn check(&self) -> Result<()> {
        self.check_keys()?;
        self.check_rules()?;
        if let (Some(root), Some(parent)) = (&self.root, &self.parent) {
            let mut error = Error::new_spanned(
                root,
                "`root` says that there is no parent, and `parent` says that there is; keep one",
            );
            error.combine(Error::new_spanned(parent, "the parent is here"));
            return Err(error);
        }
        if let (Some(all), Some(none)) = (&self.args, &self.skip_all) {
            let mut error = Error::new_spanned(none, "`skip_all` skips what `args` adds; keep one");
            error.combine(Error::new_spanned(all, "`args` is here"));
            return Err(error);
        }
        match (self.skip.first(), &self.args) {
            (Some(skip), None) => Err(Error::new_spanned(
                skip,
                "nothing of an argument is recorded unless asked for, so there is nothing to skip; `skip` goes with `args`",
            )),
            _ => Ok(()),
        }
    }

    fn check_keys(&self) -> Result<()> {
        duplicates(self.start.metadata_keys())?;
        duplicates(self.start.measurement_keys())?;
        let ends = |reading: &'static str| {
            let readings = match reading {
                "ok" => [&self.stop, &self.ok],
                _ => [&self.stop, &self.err],
            };
            readings.into_iter().flatten()
        };
        for arm in ["ok", "err"] {
            duplicates(ends(arm).flat_map(|reading| reading.entries.metadata_keys()))?;
            duplicates(ends(arm).flat_map(|reading| reading.entries.measurement_keys()))?;
        }
        Ok(())
    }

    fn check_rules(&self) -> Result<()> {
        let rules = &self.rules;
        if let Some((outcome, _)) = &rules.outcome {
            let other = None
                .or(rules.ok_if.as_ref().map(|(word, _)| word))
                .or(rules.kind.as_ref().map(|(word, _)| word))
                .or(rules.none.as_ref().map(|(_, word)| word))
                .or(rules.err_is_stop.as_ref())
                .or(rules.expected_kinds.first());
            if let Some(other) = other {
                let mut error =
                    Error::new_spanned(outcome, "`outcome` decides everything by itself; keep it or the other rule");
                error.combine(Error::new_spanned(other, "the other rule is here"));
                return Err(error);
            }
        }
        if let (Some((ok_if, _)), Some(stop)) = (&rules.ok_if, &rules.err_is_stop) {
            let mut error = Error::new_spanned(
                stop,
                "`err = stop` makes every end a success, so `ok_if` has nothing to decide; keep one",
            );
            error.combine(Error::new_spanned(ok_if, "`ok_if` is here"));
            return Err(error);
        }
        for kind in &rules.expected_kinds {
            let text = kind.to_string();
            if !KINDS.contains(&text.as_str()) {
                let meant = closest(&text, KINDS).map_or_else(
                    || "use one of the variants of `buckets::ErrorKind`, or `expected(|error| condition)`".into(),
                    |meant| format!("did you mean `{meant}`?"),
                );
                return Err(Error::new_spanned(kind, format!("`{text}` is no kind of error; {meant}")));
            }
        }
        Ok(())
    }
}
