//! What storage costs: price sheets, exact money, who spent how much, and budgets.
//!
//! A [`Ledger`] counts the requests and bytes that a provider bills, by cloud, and turns them into
//! money by the [`PriceSheet`] of its [`Tariff`]. The `CostLayer` of `buckets-tower` tells it of every
//! attempt: put it next to the store, below retries, because providers bill attempts.
//!
//! ```
//! use buckets::ErrorKind;
//! use buckets::cost::{Answer, Ledger, Tariff, Usd, sheets};
//! use buckets::operation::{Head, Op};
//! use buckets::telemetry::Scope;
//!
//! let ledger = Ledger::new();
//! let tariff = Tariff::new(&sheets::CLOUDFLARE_R2_STANDARD);
//! let account = ledger.account(&Scope::global(), &tariff, None);
//!
//! // What the layer does: R2 bills a look-up that finds nothing, and one that is not authorised not.
//! let look_up = account.quote(&Op::Head(Head::new(buckets::Key::new("a")?)));
//! account.charge_request(&look_up, Answer::of(Some(ErrorKind::NotFound), Some(404)));
//! account.charge_request(&look_up, Answer::of(Some(ErrorKind::PermissionDenied), Some(403)));
//!
//! assert_eq!(ledger.snapshot().total(), "0.00000036".parse::<Usd>()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What the numbers are
//!
//! An estimate of the list price: without free allowances, volume discounts, minimum sizes and ages of
//! objects, taxes, and the rounding that a provider does on its bill. Where it cannot be known here
//! whether something is billed, it is counted, so that estimates err on the high side:
//!
//! - an attempt that was sent and not answered (a timeout, a cancelled call) counts as billed;
//! - content that leaves the store counts as going to the Internet, unless the tariff is told of
//!   another [`EgressZone`].
//!
//! Not counted are: what others do with signed links, requests that an SDK repeats by itself, and calls
//! that are not operations of a cloud, such as the management of buckets.
//!
//! Money is in [`Usd`], whole millionths of a millionth of a dollar. Quantities are kept and money is
//! made of them when asked, so that sums do not drift however many there are.

mod account;
mod answer;
mod budget;
mod charge;
mod class;
mod day;
mod egress;
mod ledger;
mod metered;
mod outcome_rule;
mod period;
mod rate;
mod sheet;
pub mod sheets;
mod sink;
mod statement;
mod tariff;
mod usd;

pub use account::{Account, Quote};
pub use answer::Answer;
pub use budget::{Budget, BudgetStatus, Reservation, Spent};
pub use charge::{Charge, Component};
pub use class::{CallClasses, Class, ClassRates};
pub use day::{Day, InvalidDay};
pub use egress::{EgressRates, EgressZone};
pub use ledger::Ledger;
pub use outcome_rule::OutcomeRule;
pub use period::Period;
pub use rate::Rate;
pub use sheet::{PriceSheet, Unconfirmed};
pub use sink::CostSink;
pub use statement::{Item, Snapshot, Statement};
pub use tariff::Tariff;
pub use usd::{InvalidUsd, Usd};
