//! What each attempt costs, and no more than there is money for.
//!
//! Put the layer next to the store, below retries: providers bill attempts. `CloudBuilder::layer` takes it
//! first.
//!
//! ```
//! use buckets::adapter::Memory;
//! use buckets::cost::{Budget, Ledger, Period, Tariff, sheets};
//! use buckets::{Cloud, ErrorKind, Upload};
//! use buckets_tower::{CostLayer, StackLayer};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let ledger = Ledger::new();
//! // Two puts of R2, at 4.50 dollars a million.
//! let budget = Budget::new("0.000009".parse()?, Period::Month);
//! let cloud = Cloud::builder("uploads", Memory::new())
//!     .layer(CostLayer::new(&ledger, &Tariff::new(&sheets::CLOUDFLARE_R2_STANDARD)).budget(budget))
//!     .layer(StackLayer::new())
//!     .build();
//!
//! let first = cloud.insert(Upload::from_bytes("a.txt", "content")).await?;
//! cloud.insert(Upload::from_bytes("b.txt", "content")).await?;
//! let refused = cloud.insert(Upload::from_bytes("c.txt", "content")).await.unwrap_err();
//! assert_eq!(refused.kind(), ErrorKind::QuotaExceeded);
//! cloud.delete(&first).await?; // which is free
//!
//! assert_eq!(ledger.snapshot().total().to_string(), "0.000009");
//! println!("{}", ledger.snapshot()); // a table
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is counted, and when
//!
//! - A request, when the service below answers it, if the provider bills that answer
//!   ([`OutcomeRule`](buckets::cost::OutcomeRule)). One that is dropped or panics was sent and counts, for
//!   its provider may have got it; one that was never polled was not sent.
//! - What a put stored, when it is answered, where the provider bills that.
//! - What was read of a body, when it ends or is dropped.
//!
//! # When events fire
//!
//! All are points under the number of the operation in the request. `buckets.cost.request` with each
//! attempt, `buckets.cost.transfer` with each body, and `buckets.cost.budget.warning` with the entry that
//! brings a budget to where it is to be warned of. `buckets.limit.refusal.budget` when a call is refused.
//!
//! # A budget
//!
//! A call that costs more than is left is refused with [`QuotaExceeded`](buckets::ErrorKind::QuotaExceeded),
//! which is not tried again; it says after what time the next period begins. The service below is not
//! called. What is free goes on. What a request costs is put aside while it is under way, and given back
//! if it is not billed, so calls at once do not spend more than there is. [`Budget`](buckets::cost::Budget)
//! says the rest.
//!
//! # Costs
//!
//! A call takes no lock and allocates nothing, but for the lock of a budget. A body that streams costs one
//! small allocation. Readiness, errors, drops and panics pass through.

mod attempt;
mod content;
mod future;
mod layer;
mod service;
mod transfer;

pub use future::ResponseFuture;
pub use layer::CostLayer;
pub use service::Cost;
