use std::fmt;
use std::sync::Arc;

use super::{Class, Day, Usd};
use crate::text_table;

/// What a [`Ledger`](super::Ledger) knows at one moment. `Display` is a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// By cloud, adapter and tenant, in that order.
    pub statements: Vec<Statement>,
    /// How often the [sink](super::CostSink) panicked.
    pub sink_failures: u64,
}

/// What one account has used, and what that costs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// The cloud's name.
    pub cloud: Box<str>,
    /// The adapter's name.
    pub adapter: Box<str>,
    /// Whose it is, where that was said.
    pub tenant: Option<Box<str>>,
    /// The [id](super::PriceSheet::id) of the prices.
    pub sheet: Arc<str>,
    /// When the prices were taken down.
    pub as_of: Day,
    /// Billed requests, by class.
    pub requests: [(Class, Item); Class::ALL.len()],
    /// Bytes that went into the store.
    pub ingress: Item,
    /// Bytes that left it.
    pub egress: Item,
    /// Bytes that were read of storage that bills reading.
    pub retrieval: Item,
    /// Attempts that are not billed: nothing was sent, or the provider does not bill the answer.
    pub unbilled: u64,
    /// Attempts of operations that are not built in: what they cost is not known, and is in no sum here.
    pub unpriced: u64,
}

/// So many of something, and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// Requests, or bytes.
    pub quantity: u64,
    /// What they cost.
    pub cost: Usd,
}

impl Snapshot {
    /// What all of it costs.
    pub fn total(&self) -> Usd {
        self.statements.iter().map(Statement::total).sum()
    }

    /// The accounts of a cloud.
    pub fn of_cloud(&self, cloud: &str) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(move |statement| &*statement.cloud == cloud)
    }
}

impl Statement {
    /// The billed requests of a class.
    pub fn requests_of(&self, class: Class) -> Item {
        self.requests[class as usize].1
    }

    /// What the requests cost.
    pub fn request_cost(&self) -> Usd {
        self.requests.iter().map(|(_, item)| item.cost).sum()
    }

    /// What the content cost that was moved.
    pub fn transfer_cost(&self) -> Usd {
        [self.ingress, self.egress, self.retrieval].iter().map(|item| item.cost).sum()
    }

    /// What all of it costs.
    pub fn total(&self) -> Usd {
        self.request_cost().saturating_add(self.transfer_cost())
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEAD: [&str; 13] = [
            "cloud",
            "adapter",
            "tenant",
            "prices",
            "a",
            "b",
            "c",
            "free",
            "unbilled",
            "egress",
            "requests $",
            "transfer $",
            "total $",
        ];
        let row = |statement: &Statement| {
            let requests = |class| statement.requests_of(class).quantity.to_string();
            [
                statement.cloud.to_string(),
                statement.adapter.to_string(),
                statement.tenant.as_deref().unwrap_or("-").to_owned(),
                format!("{} of {}", statement.sheet, statement.as_of),
                requests(Class::A),
                requests(Class::B),
                requests(Class::C),
                requests(Class::Free),
                statement.unbilled.to_string(),
                statement.egress.quantity.to_string(),
                statement.request_cost().to_string(),
                statement.transfer_cost().to_string(),
                statement.total().to_string(),
            ]
        };
        text_table::write(f, HEAD, self.statements.iter().map(row), |column| column < 4)
    }
}
