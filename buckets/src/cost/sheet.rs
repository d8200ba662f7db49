use std::borrow::Cow;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::class::free;
use super::{CallClasses, ClassRates, Day, EgressRates, OutcomeRule, Rate, Usd};

/// The list prices of a provider for one class of storage in one region, as they were on a day.
///
/// It is data: [`sheets`](super::sheets) has some, and serde reads your own, from TOML or JSON. Amounts
/// are text, so that they are exact; a rate says for how many it is:
///
/// ```
/// use buckets::cost::PriceSheet;
///
/// let sheet: PriceSheet = serde_json::from_str(r#"{
///     "id": "our-store", "provider": "us", "region": "here", "storage_class": "standard",
///     "source": "the contract of May", "as_of": "2026-05-01",
///     "classes": {"put": "a", "part": "a", "get": "b", "head": "b", "delete": "free", "copy": "a", "list": "a"},
///     "requests": {"a": {"price": "0.004", "per": 1000}, "b": {"price": "0.0003", "per": 1000}},
///     "egress": {"internet": {"price": "0.05", "per": 1000000000}},
///     "storage": {"price": "0.02", "per": 1000000000},
///     "outcomes": {"unbilled": [[500, 599]]}
/// }"#)?;
/// assert_eq!(sheet.requests.a.cost(1_000_000).to_string(), "4.00");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSheet {
    /// A short constant name.
    pub id: Cow<'static, str>,
    /// Whose prices these are.
    pub provider: Cow<'static, str>,
    /// Where they hold.
    pub region: Cow<'static, str>,
    /// The class of storage they are for, in the word that the store has for it.
    pub storage_class: Cow<'static, str>,
    /// Where they were taken from.
    pub source: Cow<'static, str>,
    /// When they were.
    pub as_of: Day,
    /// Of which class each call is.
    pub classes: CallClasses,
    /// What a request of a class costs.
    pub requests: ClassRates,
    /// What a byte costs that goes into the store.
    #[serde(default = "free")]
    pub ingress: Rate,
    /// What a byte costs that leaves the store.
    pub egress: EgressRates,
    /// What a byte costs that is read, wherever it goes, on top of that.
    #[serde(default = "free")]
    pub retrieval: Rate,
    /// What a byte costs that is kept for a month.
    pub storage: Rate,
    /// Which answers are billed.
    #[serde(default)]
    pub outcomes: OutcomeRule,
}

impl PriceSheet {
    /// What it costs to keep so many bytes for a month.
    pub fn storage_per_month(&self, bytes: u64) -> Usd {
        self.storage.cost(bytes)
    }

    /// How many days ago the prices were taken down; look at the source again when that is many.
    pub fn age_in_days(&self, now: SystemTime) -> u32 {
        self.as_of.days_before(now)
    }
}

/// Prices that were not found at their provider, or not all of them: to be used by those who have
/// looked, or do not mind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    pub(super) sheet: PriceSheet,
    pub(super) doubts: &'static str,
}

impl Unconfirmed {
    /// The prices, in spite of the [doubts](Self::doubts).
    pub const fn accept_unconfirmed(&self) -> &PriceSheet {
        &self.sheet
    }

    /// What is not sure.
    pub const fn doubts(&self) -> &'static str {
        self.doubts
    }
}
