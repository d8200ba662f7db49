//! What is billed and what is stored, and what a handler cannot deliver.

use std::time::Duration;

use buckets::cloud::InsertOptions;
use buckets::cost::{Budget, Period, PriceSheet, sheets};
use buckets::handlers::statsd::StatsD;
use buckets::{ErrorKind, Key};

use super::{Script, key, upload};
use crate::monitoring::trial::clock::Stopped;
use crate::monitoring::trial::facts::{End, Fact, What};
use crate::monitoring::trial::fate::Fate;

/// The prices of the warehouse. Those below are written down anew, so that no mistake is made twice.
pub(in crate::monitoring::trial) const SHEET: &PriceSheet = &sheets::GOOGLE_CLOUD_STORAGE_STANDARD_US_CENTRAL1;

/// The events that are lost on their way to StatsD.
pub(super) const DROPPED: &str = "buckets.cloud.copy";

/// Dollars for a request of class A, which writes or lists.
const CLASS_A: f64 = 0.005 / 1_000.0;
/// Dollars for a request of class B, which reads.
const CLASS_B: f64 = 0.000_4 / 1_000.0;
/// Dollars for a mebibyte that leaves.
const EGRESS: f64 = 0.12 / 1_024.0;
/// Dollars for a mebibyte that is kept for a month.
const STORAGE: f64 = 0.02 / 1_024.0;

const MEBIBYTE: usize = 1 << 20;

const WAREHOUSE: [(&str, &str); 2] = [("adapter", "memory"), ("cloud", "warehouse")];

/// As much as a round costs: seven requests of class A, four of class B, and four mebibytes that leave.
pub(super) fn budget() -> Budget {
    Budget::new("0.00050535".parse().expect("an amount"), Period::Day)
}

impl Script {
    /// Spends the budget of a day, and then tries to spend more.
    pub(super) async fn costs(&mut self) {
        let unavailable = Fate::Fails(Duration::from_millis(50), ErrorKind::Unavailable, Duration::from_secs(2));
        self.warehouse.fates.next([unavailable]);
        self.happened(What::Retry, &[("operation", "put"), WAREHOUSE[0], WAREHOUSE[1]], 2.0);
        self.billed("a", CLASS_A);
        for seconds in [2.05, 0.0, 0.0] {
            self.store(key(), seconds).await;
        }
        for _ in 0..2 {
            let other = Key::new("other.bin").expect("valid");
            self.store(other.clone(), 0.0).await;
            self.warehouse.cloud.delete(&other).await.expect("removed");
            self.billed("free", 0.0);
            self.tell(|script| &script.warehouse, ("delete", "delete"), End::Success, 0.0, |fact| fact);
        }
        self.count_what_is_stored().await;
        for _ in 0..4 {
            self.warehouse.cloud.read(&key()).await.expect("read");
            self.billed("b", CLASS_B);
            let egress = Fact::new(What::Transferred, &[("component", "egress"), WAREHOUSE[0], WAREHOUSE[1]]);
            self.facts.push(egress.with("bytes", MEBIBYTE as f64).with("dollars", EGRESS));
            self.tell(
                |script| &script.warehouse,
                ("read", "get"),
                End::Success,
                0.0,
                |fact| fact.moving("download", MEBIBYTE),
            );
        }
        // With the fourth, more than four fifths of the budget are spent.
        self.happened(What::BudgetWarning, &WAREHOUSE, 0.0);
        for _ in 0..2 {
            let error = self.warehouse.cloud.exists(&key()).await.expect_err("nothing is left");
            assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
            self.happened(What::Refusal, &[("limit", "budget"), WAREHOUSE[0], WAREHOUSE[1]], 0.0);
            let end = End::Failure(ErrorKind::QuotaExceeded);
            self.tell(|script| &script.warehouse, ("exists", "head"), end, 0.0, |fact| fact);
        }
        Stopped::next_day().await;
    }

    async fn store(&mut self, key: Key, seconds: f64) {
        let options = InsertOptions::new().at(key);
        self.warehouse.cloud.insert_with(upload(MEBIBYTE), options).await.expect("stored");
        self.billed("a", CLASS_A);
        self.tell(
            |script| &script.warehouse,
            ("insert", "put"),
            End::Success,
            seconds,
            |fact| fact.moving("upload", MEBIBYTE),
        );
    }

    async fn count_what_is_stored(&mut self) {
        let stock = self.warehouse.cloud.inventory().prices([SHEET]).run().await.expect("counted");
        assert_eq!(stock.pages, 1);
        self.billed("a", CLASS_A);
        self.tell(|script| &script.warehouse, ("list", "list"), End::Success, 0.0, |fact| fact);
        let stored = Fact::new(What::Stored, &[("storage_class", "default"), WAREHOUSE[0], WAREHOUSE[1]]);
        let stored = stored.with("bytes", MEBIBYTE as f64).with("objects", 1.0).with("dollars", STORAGE);
        // Inventories are told to the second.
        self.facts.push(stored.with("at", self.now().floor()));
    }

    fn billed(&mut self, class: &str, dollars: f64) {
        let labels = [("component", "requests"), ("class", class), WAREHOUSE[0], WAREHOUSE[1]];
        self.facts.push(Fact::new(What::Billed, &labels).with("dollars", dollars));
    }

    /// Waits until the StatsD handler has tried to send what it was told of: of each success one count and one
    /// time.
    pub(super) fn drops(&mut self) {
        assert!(self.statsd.flush(Duration::from_secs(60)), "it neither sends nor gives up");
        let is_lost = |fact: &&Fact| fact.what == What::Operation && fact.is("operation", "copy");
        for _ in 0..2 * self.facts.iter().filter(is_lost).count() {
            self.happened(What::Dropped, &[("handler", StatsD::ID), ("reason", "io")], 0.0);
        }
    }
}
