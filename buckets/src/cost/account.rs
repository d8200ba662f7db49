use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::metered::Metered;
use super::sink::Outlet;
use super::{Answer, Charge, Class, Component, Statement, Tariff, Usd};
use crate::operation::Op;
use crate::telemetry::Scope;

/// What one cloud has used, for one tenant; opened by [`Ledger::account`](super::Ledger::account).
#[derive(Debug)]
pub struct Account {
    cloud: Box<str>,
    adapter: Box<str>,
    tenant: Option<Arc<str>>,
    tariff: Tariff,
    /// By class.
    requests: [Metered; Class::ALL.len()],
    ingress: Metered,
    egress: Metered,
    retrieval: Metered,
    /// Attempts that are not billed.
    unbilled: AtomicU64,
    /// Attempts of which it is not known what they cost.
    unpriced: AtomicU64,
    outlet: Arc<Outlet>,
}

/// What an attempt costs if it is billed, without the content it will move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quote {
    /// The operation, such as `put`.
    pub operation: &'static str,
    /// The class of its calls; [`None`] if it is not known, as of an operation that is not built in.
    pub class: Option<Class>,
    /// How many calls it makes; none to sign a link.
    pub requests: u64,
    /// What these cost, at most.
    pub price: Usd,
    /// Whether content will leave the store and cost something.
    pub moves_content: bool,
}

impl Account {
    pub(super) fn new(scope: &Scope, tariff: &Tariff, tenant: Option<Arc<str>>, outlet: Arc<Outlet>) -> Self {
        let sheet = tariff.sheet();
        Self {
            cloud: scope.cloud().into(),
            adapter: scope.adapter().into(),
            tenant,
            requests: Class::ALL.map(|class| Metered::new(sheet.requests.of(class))),
            ingress: Metered::new(sheet.ingress),
            egress: Metered::new(tariff.egress_rate()),
            retrieval: Metered::new(sheet.retrieval),
            unbilled: AtomicU64::new(0),
            unpriced: AtomicU64::new(0),
            tariff: tariff.clone(),
            outlet,
        }
    }

    pub(super) fn is_of(&self, scope: &Scope, tariff: &Tariff, tenant: Option<&str>) -> bool {
        *self.cloud == *scope.cloud()
            && *self.adapter == *scope.adapter()
            && self.tenant.as_deref() == tenant
            && self.tariff == *tariff
    }

    /// What `op` will cost.
    pub fn quote(&self, op: &Op) -> Quote {
        let moves_content =
            matches!(op, Op::Get(_)) && !(self.egress.rate().is_free() && self.retrieval.rate().is_free());
        let calls = self.tariff.calls(op);
        let unpriced = Quote { operation: op.name(), class: None, requests: 1, price: Usd::ZERO, moves_content };
        calls.map_or(unpriced, |calls| self.priced(unpriced, calls))
    }

    /// What a put did cost that has stored so many bytes, whose number may not have been known before.
    pub fn quote_stored(&self, put: Quote, size: u64) -> Quote {
        self.priced(put, self.tariff.calls_of_put(size))
    }

    fn priced(&self, quote: Quote, (class, requests): (Class, u64)) -> Quote {
        let price = self.tariff.sheet().requests.of(class).cost_at_most(requests);
        Quote { class: Some(class), requests, price, ..quote }
    }

    /// Takes note of an attempt that was answered so.
    pub fn charge_request(&self, quote: &Quote, answer: Answer) -> Charge<'_> {
        let charge = |quantity, cost| Charge {
            class: quote.class,
            ..self.charge(quote.operation, Component::Requests, quantity, cost)
        };
        if quote.requests == 0 {
            return charge(0, Usd::ZERO);
        }
        if !self.tariff.sheet().outcomes.bills(answer) {
            self.unbilled.fetch_add(1, Ordering::Relaxed);
            return charge(0, Usd::ZERO);
        }
        let Some(class) = quote.class else {
            self.unpriced.fetch_add(1, Ordering::Relaxed);
            return charge(quote.requests, Usd::ZERO);
        };
        let charge = charge(quote.requests, self.requests[class as usize].add(quote.requests));
        self.outlet.tell(&charge);
        charge
    }

    /// Takes note of content that an operation moved.
    pub fn charge_bytes(&self, operation: &'static str, component: Component, bytes: u64) -> Charge<'_> {
        let cost = self.bytes(component).map_or(Usd::ZERO, |metered| metered.add(bytes));
        let charge = self.charge(operation, component, bytes, cost);
        self.outlet.tell(&charge);
        charge
    }

    /// Whether content that is moved so costs anything.
    pub fn prices(&self, component: Component) -> bool {
        self.bytes(component).is_some_and(|metered| !metered.rate().is_free())
    }

    /// What was used so far.
    pub fn statement(&self) -> Statement {
        Statement {
            cloud: self.cloud.clone(),
            adapter: self.adapter.clone(),
            tenant: self.tenant.as_deref().map(Box::from),
            sheet: Arc::from(&*self.tariff.sheet().id),
            as_of: self.tariff.sheet().as_of,
            requests: Class::ALL.map(|class| (class, self.requests[class as usize].read())),
            ingress: self.ingress.read(),
            egress: self.egress.read(),
            retrieval: self.retrieval.read(),
            unbilled: self.unbilled.load(Ordering::Relaxed),
            unpriced: self.unpriced.load(Ordering::Relaxed),
        }
    }

    fn bytes(&self, component: Component) -> Option<&Metered> {
        match component {
            Component::Requests => None,
            Component::Ingress => Some(&self.ingress),
            Component::Egress => Some(&self.egress),
            Component::Retrieval => Some(&self.retrieval),
        }
    }

    fn charge(&self, operation: &'static str, component: Component, quantity: u64, cost: Usd) -> Charge<'_> {
        Charge {
            cloud: &self.cloud,
            adapter: &self.adapter,
            tenant: self.tenant.as_deref(),
            sheet: &self.tariff.sheet().id,
            as_of: self.tariff.sheet().as_of,
            operation,
            component,
            class: None,
            quantity,
            cost,
        }
    }
}
