//! What the script did, by its own account: nothing here asks the telemetry.

use std::collections::BTreeMap;

use buckets::ErrorKind;

/// The labels and values of an answer that is expected of a query.
pub(super) type Vector = BTreeMap<BTreeMap<String, String>, f64>;

/// Something that must have been counted once.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fact {
    pub(super) what: What,
    labels: BTreeMap<&'static str, String>,
    /// How long it took.
    pub(super) seconds: f64,
    /// How much content moved, which way.
    moved: Option<(&'static str, f64)>,
    /// How large the object was, where the operation succeeded.
    pub(super) size: Option<f64>,
    pub(super) first_byte: Option<f64>,
    /// Whether something went wrong.
    pub(super) failed: bool,
    /// What else was measured.
    numbers: BTreeMap<&'static str, f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Operation,
    AdapterOperation,
    /// The time before another attempt.
    Pause,
    Retry,
    GivenUp,
    Resumption,
    Wait,
    Refusal,
    CircuitOpened,
    HandlerFailure,
    /// A request that costs something or nothing.
    Billed,
    /// Content that costs something.
    Transferred,
    BudgetWarning,
    /// What an inventory found.
    Stored,
    /// What a handler could not deliver.
    Dropped,
    /// A request for an access token.
    Token,
    /// An upload in parts that was given up and not aborted.
    Orphaned,
    /// Such uploads that were aborted later.
    Swept,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Success,
    Expected,
    Failure(ErrorKind),
    /// Its caller did not wait for the answer.
    Cancelled,
    /// Its content was not read.
    Unread,
}

impl Fact {
    pub(super) fn new(what: What, labels: &[(&'static str, &str)]) -> Self {
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self {
            what,
            labels,
            seconds: 0.0,
            moved: None,
            size: None,
            first_byte: None,
            failed: false,
            numbers: BTreeMap::new(),
        }
    }

    pub(super) fn lasting(mut self, seconds: f64) -> Self {
        self.seconds = seconds;
        self
    }

    pub(super) fn ending(mut self, end: End) -> Self {
        let status = match end {
            End::Success => "success",
            End::Expected | End::Failure(_) => "error",
            End::Cancelled | End::Unread => "cancelled",
        };
        self.labels.insert("status", status.to_owned());
        if let End::Failure(kind) = end {
            self.labels.insert("kind", kind.as_str().to_owned());
            self.failed = true;
        }
        self
    }

    pub(super) fn moving(mut self, direction: &'static str, bytes: usize) -> Self {
        self.moved = Some((direction, bytes as f64));
        self.sized(bytes)
    }

    pub(super) fn sized(mut self, bytes: usize) -> Self {
        self.size = self.is("status", "success").then_some(bytes as f64);
        self
    }

    pub(super) fn first_byte_after(mut self, seconds: f64) -> Self {
        self.first_byte = Some(seconds);
        self
    }

    pub(super) fn with(mut self, name: &'static str, number: f64) -> Self {
        self.numbers.insert(name, number);
        self
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.numbers.get(name).copied()
    }

    pub(super) fn is(&self, label: &str, value: &str) -> bool {
        self.labels.get(label).is_some_and(|found| found == value)
    }

    /// Whether somebody waited for the end.
    pub(super) fn counts(&self) -> bool {
        !self.is("status", "cancelled")
    }

    pub(super) fn succeeded(&self) -> bool {
        self.is("status", "success")
    }

    fn labels(&self, names: &[&str]) -> BTreeMap<String, String> {
        let label = |name: &&str| {
            let moved = self.moved.filter(|_| *name == "direction").map(|(direction, _)| direction.to_owned());
            ((*name).to_owned(), moved.or_else(|| self.labels.get(name).cloned()).unwrap_or_default())
        };
        names.iter().map(label).collect()
    }
}

/// All facts of a kind, narrowed down further and further.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a>(Vec<&'a Fact>);

impl<'a> Facts<'a> {
    pub(super) fn of(all: &'a [Fact], what: What) -> Self {
        Self::of_any(all, &[what])
    }

    pub(super) fn of_any(all: &'a [Fact], kinds: &[What]) -> Self {
        Self(all.iter().filter(|fact| kinds.contains(&fact.what)).collect())
    }

    pub(super) fn only(&self, holds: impl Fn(&Fact) -> bool) -> Self {
        Self(self.0.iter().copied().filter(|fact| holds(fact)).collect())
    }

    /// How many there are, by these labels.
    pub(super) fn count(&self, by: &[&str]) -> Vector {
        self.sum(by, |_| Some(1.0))
    }

    /// The sum of what those that have it have, by these labels.
    pub(super) fn sum(&self, by: &[&str], of: impl Fn(&Fact) -> Option<f64>) -> Vector {
        self.each(by, |group| group.iter().filter_map(|fact| of(fact)).sum())
    }

    /// The last of what those that have it have, by these labels.
    pub(super) fn last(&self, by: &[&str], of: impl Fn(&Fact) -> Option<f64>) -> Vector {
        self.having(&of).each(by, |group| group.iter().filter_map(|fact| of(fact)).next_back().unwrap_or(f64::NAN))
    }

    pub(super) fn bytes_moved(&self, by: &[&str]) -> Vector {
        self.only(|fact| fact.moved.is_some()).sum(by, |fact| fact.moved.map(|(_, bytes)| bytes))
    }

    pub(super) fn mean(&self, by: &[&str], of: impl Fn(&Fact) -> Option<f64>) -> Vector {
        self.having(&of).each(by, |group| group.iter().filter_map(|fact| of(fact)).sum::<f64>() / group.len() as f64)
    }

    /// The quantile as Prometheus takes it from a histogram with these bounds: linear within a bucket.
    pub(super) fn quantile(&self, q: f64, by: &[&str], bounds: &[f64], of: impl Fn(&Fact) -> Option<f64>) -> Vector {
        self.having(&of).each(by, |group| {
            let values: Vec<_> = group.iter().filter_map(|fact| of(fact)).collect();
            let within = |bound: f64| values.iter().filter(|value| **value <= bound).count() as f64;
            let rank = q * values.len() as f64;
            let Some(place) = bounds.iter().position(|bound| within(*bound) >= rank) else {
                return bounds.last().copied().unwrap_or_default();
            };
            let (lower, below) =
                place.checked_sub(1).map_or((0.0, 0.0), |place| (bounds[place], within(bounds[place])));
            lower + (bounds[place] - lower) * (rank - below) / (within(bounds[place]) - below)
        })
    }

    /// How many values are no larger than each bound, as the buckets of a histogram.
    pub(super) fn buckets(&self, bounds: &[f64], of: impl Fn(&Fact) -> Option<f64>) -> Vector {
        let within = |bound: f64| self.0.iter().filter_map(|fact| of(fact)).filter(|value| *value <= bound).count();
        let bucket = |bound: f64| {
            let le = if bound.is_finite() { format!("{bound:?}") } else { "+Inf".to_owned() };
            (BTreeMap::from([("le".to_owned(), le)]), within(bound) as f64)
        };
        bounds.iter().copied().chain([f64::INFINITY]).map(bucket).collect()
    }

    fn having(&self, of: &impl Fn(&Fact) -> Option<f64>) -> Self {
        self.only(|fact| of(fact).is_some())
    }

    fn each(&self, by: &[&str], value: impl Fn(&[&Fact]) -> f64) -> Vector {
        let mut groups: BTreeMap<_, Vec<&Fact>> = BTreeMap::new();
        self.0.iter().for_each(|fact| groups.entry(fact.labels(by)).or_default().push(fact));
        groups.into_iter().map(|(labels, group)| (labels, value(&group))).collect()
    }
}

/// What `left` is of `right`, label by label; what is not in `left` is none of it.
pub(super) fn ratio(left: &Vector, right: &Vector) -> Vector {
    right.iter().map(|(labels, all)| (labels.clone(), left.get(labels).copied().unwrap_or_default() / all)).collect()
}
