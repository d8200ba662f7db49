use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Answer;

/// Which answers a provider bills: all but those named here.
///
/// What was sent and not answered counts as billed, and what was not sent as not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OutcomeRule {
    /// The HTTP statuses that are not billed: pairs of the first and the last of a range.
    pub unbilled: Cow<'static, [(u16, u16)]>,
    /// Whether a request is not billed that came without valid credentials, whatever its status.
    pub unauthenticated_is_free: bool,
}

impl OutcomeRule {
    /// Bills all but these ranges of statuses.
    pub const fn all_but(unbilled: &'static [(u16, u16)]) -> Self {
        Self { unbilled: Cow::Borrowed(unbilled), unauthenticated_is_free: false }
    }

    /// Nor what came without valid credentials.
    pub const fn nor_unauthenticated(mut self) -> Self {
        self.unauthenticated_is_free = true;
        self
    }

    /// Whether this is billed.
    pub fn bills(&self, answer: Answer) -> bool {
        match answer {
            Answer::Unsent => false,
            Answer::Unanswered => true,
            Answer::Status { authenticated: false, .. } if self.unauthenticated_is_free => false,
            Answer::Status { code, .. } => !self.unbilled.iter().any(|(first, last)| (*first..=*last).contains(&code)),
        }
    }
}
