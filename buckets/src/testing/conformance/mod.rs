//! The suite that every adapter must pass.
//!
//! An adapter's author runs it in a test of the adapter, with the capabilities it declares:
//!
//! ```
//! use buckets::adapter::{Adapter, Backend, Memory};
//! use buckets::testing::conformance::{self, Options};
//!
//! # #[tokio::main]
//! # async fn main() {
//! let adapter = Memory::new();
//! let capabilities = adapter.capabilities();
//! let report = conformance::run(Backend::new(adapter), capabilities, Options::new()).await;
//! report.assert_passed();
//! # }
//! ```
//!
//! [`run`] takes any [`Store`], so a stack of layers can be held to the same contract. Each
//! [`Behaviour`] is checked alone, below a random prefix of its own, and removes what it stored (where
//! the store can delete). The [`Report`] has one line for each; behaviours that need what the
//! capabilities do not have are reported as unsupported, and that such operations are refused is itself
//! a behaviour.
//!
//! The suite needs a tokio runtime with timers. The behaviours with concurrent readers and writers find
//! more in a multi-threaded one (`#[tokio::test(flavor = "multi_thread")]`).

mod behaviour;
mod bodies;
mod cancellation;
mod capabilities;
mod concurrency;
mod conditions;
mod content;
mod copy;
mod delete;
mod failure;
mod get;
mod head;
mod integrity;
mod keys;
mod list;
mod options;
mod put;
mod report;
mod session;
mod sign;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

pub use behaviour::{Behaviour, Need};
pub use options::Options;
pub use report::{Line, Report, Verdict};

use crate::adapter::Capabilities;
use crate::store::Store;
use failure::Failure;
use session::{Session, Shared};

const GROUPS: &[&[Behaviour]] = &[
    capabilities::BEHAVIOURS,
    put::BEHAVIOURS,
    bodies::BEHAVIOURS,
    integrity::BEHAVIOURS,
    get::BEHAVIOURS,
    head::BEHAVIOURS,
    delete::BEHAVIOURS,
    copy::BEHAVIOURS,
    list::BEHAVIOURS,
    keys::BEHAVIOURS,
    conditions::BEHAVIOURS,
    concurrency::BEHAVIOURS,
    cancellation::BEHAVIOURS,
    sign::BEHAVIOURS,
];

/// Every behaviour of the suite, in the order of the report.
pub fn behaviours() -> impl Iterator<Item = &'static Behaviour> {
    GROUPS.iter().copied().flatten()
}

/// Checks every behaviour on `store`, one after the other, and reports.
///
/// `capabilities` are those of the adapter below: what they lack is not checked but for being refused.
/// A panic in the store and a behaviour that takes longer than its [time limit](Options::with_time_limit)
/// are failures of that behaviour. Dropping the future leaves the objects of the behaviour it was at.
pub async fn run(store: impl Store, capabilities: Capabilities, options: Options) -> Report {
    let shared = Shared::new(store, capabilities, options);
    let mut report = Report::default();
    for (number, behaviour) in behaviours().enumerate() {
        if !shared.options.selects(behaviour.name()) {
            continue;
        }
        let verdict = match behaviour.unmet(&capabilities) {
            Some(need) => Verdict::Unsupported(format!("needs {need}")),
            None => judge(behaviour, Session::new(&shared, number)).await,
        };
        report.push(behaviour.name(), verdict);
    }
    report
}

async fn judge(behaviour: &Behaviour, session: Session) -> Verdict {
    let options = session.options();
    let checked = limited(options, behaviour.check(&session)).await;
    let cleaned = limited(options, session.clean_up()).await;
    match checked.and(cleaned.map_err(|failure| failure.within("cleaning up"))) {
        Ok(()) => Verdict::Passed,
        Err(failure) => failure.into_verdict(options),
    }
}

async fn limited(options: &Options, check: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    match tokio::time::timeout(options.time_limit, AssertUnwindSafe(check).catch_unwind()).await {
        Ok(Ok(checked)) => checked,
        Ok(Err(_)) => Err(Failure::new("the store panicked")),
        Err(_) => Err(Failure::new(format!("no end after {:?}", options.time_limit))),
    }
}
