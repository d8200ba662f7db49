use std::fmt;
use std::sync::Arc;

use buckets::cost::{Budget, Ledger, Tariff};
use tower_layer::Layer;

use super::Cost;
use super::attempt::Payer;

/// Takes note of what each attempt costs; the [module](super) says when and how.
#[derive(Clone)]
pub struct CostLayer(Payer);

impl CostLayer {
    /// Enters attempts into `ledger`, by this tariff.
    pub fn new(ledger: &Ledger, tariff: &Tariff) -> Self {
        Self(Payer::new(ledger, tariff))
    }

    /// Says whose the costs are, for the ledger's sink and statements; never a label of metrics.
    pub fn tenant(self, tenant: impl Into<Arc<str>>) -> Self {
        Self(self.0.tenant(tenant.into()))
    }

    /// Lets no more through than there is money for.
    pub fn budget(self, budget: Budget) -> Self {
        Self(self.0.budget(budget))
    }
}

impl<S> Layer<S> for CostLayer {
    type Service = Cost<S>;

    fn layer(&self, inner: S) -> Cost<S> {
        Cost::new(inner, Arc::new(self.0.clone()))
    }
}

impl fmt::Debug for CostLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CostLayer").field(&self.0).finish()
    }
}
