use crate::key::Key;
use crate::operation::Condition;

/// Copies an object within its store, attributes included. Answered by [`Stored`](super::Stored).
///
/// As with [`Put`](super::Put), the destination is old or new, never torn.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Copy {
    /// Which object.
    pub source: Key,
    /// Where to.
    pub destination: Key,
    /// When to go ahead, judged by the object at the destination.
    pub condition: Condition,
}

impl Copy {
    /// Copies `source` to `destination`.
    pub fn new(source: Key, destination: Key) -> Self {
        Self { source, destination, condition: Condition::none() }
    }

    /// Sets when to go ahead.
    pub fn with_condition(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }
}
