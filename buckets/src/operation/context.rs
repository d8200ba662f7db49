use std::time::Instant;

use crate::telemetry::{Sampling, Scope, SpanId};

/// What travels with a request through every layer: small, plain, and kept by retries.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Context {
    /// Whose request it is, and which dispatcher hears of it.
    pub scope: Scope,
    /// The span that layers below report under.
    pub span: Option<SpanId>,
    /// What was decided for sampled sinks, which hear of all that is part of an operation or of nothing.
    pub sampling: Sampling,
    /// When the whole operation must be over.
    pub deadline: Option<Instant>,
    /// Which attempt this is, from 1; 0 where nothing counts attempts.
    pub attempt: u32,
}

impl Context {
    /// A context of this scope.
    pub fn new(scope: Scope) -> Self {
        Self { scope, ..Self::default() }
    }
}
