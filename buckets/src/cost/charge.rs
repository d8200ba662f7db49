use super::{Class, Day, Usd};

/// What is paid for: the `component` label of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Component {
    /// Requests.
    Requests,
    /// Bytes that go into the store.
    Ingress,
    /// Bytes that leave it.
    Egress,
    /// Bytes that are read of a class of storage that bills reading.
    Retrieval,
}

impl Component {
    /// The label's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Ingress => "ingress",
            Self::Egress => "egress",
            Self::Retrieval => "retrieval",
        }
    }
}

/// One entry of a [`Ledger`](super::Ledger): what an attempt is billed for, or that it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charge<'a> {
    /// The cloud's name.
    pub cloud: &'a str,
    /// The adapter's name.
    pub adapter: &'a str,
    /// Whose it is, where that was said.
    pub tenant: Option<&'a str>,
    /// The [id](super::PriceSheet::id) of the prices.
    pub sheet: &'a str,
    /// The day from which the prices are.
    pub as_of: Day,
    /// The operation, such as `put`.
    pub operation: &'static str,
    /// What is paid for.
    pub component: Component,
    /// The class of requests; [`None`] for bytes, and for a request whose class is not known.
    pub class: Option<Class>,
    /// How many requests or bytes are billed.
    pub quantity: u64,
    /// By how much the cost of all has grown. These add up exactly to the cost of all.
    pub cost: Usd,
}
