use buckets::cost::Component;

use super::attempt::Bill;

/// Content that moves and will be paid for.
pub(super) struct Transfer {
    bill: Bill,
    operation: &'static str,
    component: Component,
}

impl Transfer {
    pub(super) const fn new(bill: Bill, operation: &'static str, component: Component) -> Self {
        Self { bill, operation, component }
    }

    /// Pays for so many bytes; for reading them, too, of what leaves a store that bills that.
    pub(super) fn end(&self, bytes: u64) {
        self.pay(self.component, bytes);
        if self.component == Component::Egress && self.bill.account.prices(Component::Retrieval) {
            self.pay(Component::Retrieval, bytes);
        }
    }

    fn pay(&self, component: Component, bytes: u64) {
        let charge = self.bill.account.charge_bytes(self.operation, component, bytes);
        self.bill.tell_transfer(&charge);
        self.bill.spend(charge.cost);
    }
}
