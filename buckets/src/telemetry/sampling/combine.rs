use std::time::Duration;

use super::{Candidate, Sampler, Sampling};

/// Keeps what both keep; made by [`Sampler::and_then`].
#[derive(Clone, Debug)]
pub struct AndThen<F, N> {
    first: F,
    next: N,
}

impl<F, N> AndThen<F, N> {
    pub(super) const fn new(first: F, next: N) -> Self {
        Self { first, next }
    }
}

impl<F: Sampler, N: Sampler> Sampler for AndThen<F, N> {
    fn sample(&self, candidate: &Candidate<'_>) -> Sampling {
        let first = self.first.sample(candidate);
        let Some(weight) = first.weight() else { return first };
        let next = self.next.sample(candidate);
        match next.weight() {
            Some(further) if first.is_decided() || next.is_decided() => {
                Sampling::kept(weight * further).slow_as(first).slow_as(next)
            }
            _ => next.slow_as(first),
        }
    }
}

/// Keeps what is slow; made by [`Sampler::keep_slow`].
#[derive(Clone, Debug)]
pub struct KeepSlow<S> {
    sampler: S,
    after: Duration,
}

impl<S> KeepSlow<S> {
    pub(super) const fn new(sampler: S, after: Duration) -> Self {
        Self { sampler, after }
    }
}

impl<S: Sampler> Sampler for KeepSlow<S> {
    fn sample(&self, candidate: &Candidate<'_>) -> Sampling {
        self.sampler.sample(candidate).slow_after(self.after)
    }
}
