use super::draw::{BITS, draw, threshold};
use super::{Candidate, Sampler, Sampling};

/// Keeps a share of all operations, by chance.
///
/// Chance goes by the operation's number, so it is the same again under the same seed. For a decision
/// that other services share see [`of_trace`](Self::of_trace).
///
/// ```
/// use buckets::telemetry::{Candidate, EventName, Ratio, Sampler, Scope};
///
/// static RESIZE: EventName = EventName::new("my_app.image.resize");
///
/// let (quarter, scope) = (Ratio::new(0.25).seed(7), Scope::global());
/// let kept = |id: &u64| quarter.sample(&Candidate::new(&scope, &RESIZE).with_id(*id)).weight() == Some(4.0);
/// assert!((2_400..2_600).contains(&(0..10_000).filter(kept).count()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    probability: f64,
    threshold: u64,
    seed: u64,
}

impl Ratio {
    /// Keeps each operation with this probability: 0 for none, 1 for all. Less counts as 0; more,
    /// and what is no number, as 1.
    pub fn new(probability: f64) -> Self {
        let probability = if probability.is_nan() { 1.0 } else { probability.clamp(0.0, 1.0) };
        Self { probability, threshold: threshold(probability), seed: 0 }
    }

    /// Makes other choices than with another seed.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Decides by a trace's id as W3C trace context, level 2, has it: every service on the way of a
    /// trace that has a random id, and keeps at least this share, keeps it too.
    pub fn of_trace(&self, trace_id: u128) -> Sampling {
        self.judge(trace_id as u64 & ((1 << BITS) - 1))
    }

    fn judge(&self, draw: u64) -> Sampling {
        if draw < self.threshold { Sampling::DROPPED } else { Sampling::kept(1.0 / self.probability) }
    }
}

impl Sampler for Ratio {
    fn sample(&self, candidate: &Candidate<'_>) -> Sampling {
        self.judge(draw(self.seed, candidate.id()))
    }
}
