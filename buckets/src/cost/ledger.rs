use std::sync::{Arc, Mutex, PoisonError};

use super::sink::Outlet;
use super::{Account, CostSink, Snapshot, Tariff};
use crate::telemetry::Scope;

/// The accounts of all clouds of a program. Clones are the same ledger.
///
/// Nothing is sampled. Taking note of an attempt takes no lock and allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    accounts: Arc<Mutex<Vec<Arc<Account>>>>,
    outlet: Arc<Outlet>,
}

impl Ledger {
    /// A ledger without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// A ledger that tells `sink` of each entry, with its tenant.
    ///
    /// ```
    /// use buckets::cost::{Charge, Ledger};
    ///
    /// let ledger = Ledger::with_sink(|charge: &Charge<'_>| {
    ///     println!("{:?} pays {} for {:?}", charge.tenant, charge.cost, charge.component);
    /// });
    /// ```
    pub fn with_sink(sink: impl CostSink) -> Self {
        Self { accounts: Arc::default(), outlet: Arc::new(Outlet::new(sink)) }
    }

    /// The account of the cloud of `scope`, by this tariff, for this tenant: the same one for the same.
    pub fn account(&self, scope: &Scope, tariff: &Tariff, tenant: Option<&Arc<str>>) -> Arc<Account> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.iter().find(|it| it.is_of(scope, tariff, tenant.map(|tenant| &**tenant))) {
            return Arc::clone(account);
        }
        let account = Arc::new(Account::new(scope, tariff, tenant.cloned(), Arc::clone(&self.outlet)));
        accounts.push(Arc::clone(&account));
        account
    }

    /// All entries so far, summed up by account in the order of their names.
    pub fn snapshot(&self) -> Snapshot {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statements: Vec<_> = accounts.iter().map(|account| account.statement()).collect();
        drop(accounts);
        statements.sort_by(|a, b| (&a.cloud, &a.adapter, &a.tenant).cmp(&(&b.cloud, &b.adapter, &b.tenant)));
        Snapshot { statements, sink_failures: self.outlet.failures() }
    }
}
