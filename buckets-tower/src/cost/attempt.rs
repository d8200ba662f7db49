use std::fmt;
use std::sync::Arc;

use buckets::cost::{Account, Answer, Budget, Charge, Component, Ledger, Quote, Reservation, Spent, Tariff, Usd};
use buckets::operation::{Reply, Request, Response};
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{Number, Scope, Value};
use buckets::{Error, ErrorKind};

use super::content;
use super::transfer::Transfer;
use crate::limit::{Limited, Origin};
use crate::telemetry::{AsError, ByOperation};

/// Who pays for the attempts of a stack.
#[derive(Clone)]
pub(super) struct Payer {
    ledger: Ledger,
    tariff: Tariff,
    tenant: Option<Arc<str>>,
    budget: Option<Budget>,
    /// Where a scope keeps its account, so that a call finds it without a lock.
    slot: usize,
}

/// An attempt that has begun. Dropped without a result, it counts as sent and not answered.
pub(super) struct Attempt {
    bill: Bill,
    quote: Quote,
    reservation: Option<Reservation>,
    state: State,
}

/// Where costs are entered and told.
#[derive(Clone)]
pub(super) struct Bill {
    pub(super) account: Arc<Account>,
    pub(super) origin: Origin,
    budget: Option<(Budget, Scope)>,
}

enum State {
    Unsent,
    Sent,
    Concluded,
}

impl Payer {
    pub(super) fn new(ledger: &Ledger, tariff: &Tariff) -> Self {
        Self { ledger: ledger.clone(), tariff: tariff.clone(), tenant: None, budget: None, slot: Scope::new_slot() }
    }

    pub(super) fn tenant(self, tenant: Arc<str>) -> Self {
        // In another slot, for it is another account.
        Self { tenant: Some(tenant), slot: Scope::new_slot(), ..self }
    }

    pub(super) fn budget(self, budget: Budget) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// Puts aside what `request` will cost, or refuses it.
    pub(super) fn begin(&self, request: &Request) -> Result<Attempt, Error> {
        let scope = &request.context.scope;
        let open = || self.ledger.account(scope, &self.tariff, self.tenant.as_ref());
        let account = scope.local(self.slot, open, Arc::clone);
        let origin = Origin::of(request, &ByOperation);
        let quote = account.quote(&request.op);
        let budget = self.budget.clone().map(|budget| (budget, scope.clone()));
        let reservation = match &budget {
            Some((budget, scope)) => match budget.reserve(&quote, scope.dispatcher().system_time()) {
                Ok(reservation) => Some(reservation),
                Err(wait) => {
                    origin.refused(Limited::Budget);
                    let error = Error::new(ErrorKind::QuotaExceeded, "the budget for this store is spent");
                    return Err(error.with_retry_after(wait).with_operation(quote.operation));
                }
            },
            None => None,
        };
        Ok(Attempt { bill: Bill { account, origin, budget }, quote, reservation, state: State::Unsent })
    }
}

impl Attempt {
    pub(super) const fn sent(&mut self) {
        if matches!(self.state, State::Unsent) {
            self.state = State::Sent;
        }
    }

    /// Pays for what has this result; what its body moves is paid for when that ends.
    pub(super) fn conclude<E: AsError>(&mut self, result: &mut Result<Response, E>) {
        match result {
            Err(error) => {
                let error = error.as_error();
                let http_status = Error::find(error).and_then(Error::http_status);
                self.pay(Answer::of(Some(ErrorKind::of(error)), http_status));
            }
            Ok(response) => match &mut response.reply {
                Reply::Put(stored) => {
                    self.quote = self.bill.account.quote_stored(self.quote, stored.meta.size);
                    self.pay(Answer::OK);
                    if self.bill.account.prices(Component::Ingress) {
                        self.transfer(Component::Ingress).end(stored.meta.size);
                    }
                }
                Reply::Get(fetched) => {
                    self.pay(Answer::OK);
                    content::follow(&mut fetched.body, self.transfer(Component::Egress));
                }
                _ => self.pay(Answer::OK),
            },
        }
    }

    fn pay(&mut self, answer: Answer) {
        self.state = State::Concluded;
        let charge = self.bill.account.charge_request(&self.quote, answer);
        if self.quote.requests > 0 {
            self.bill.tell_request(&charge);
        }
        if let Some(reservation) = self.reservation.take() {
            self.bill.warn(reservation.settle(charge.cost));
        }
    }

    fn transfer(&self, component: Component) -> Transfer {
        Transfer::new(self.bill.clone(), self.quote.operation, component)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if matches!(self.state, State::Sent) {
            self.pay(Answer::Unanswered);
        }
    }
}

impl Bill {
    fn tell_request(&self, charge: &Charge<'_>) {
        let class = charge.class.map_or("unknown", |class| class.as_str());
        let measurements = [("requests", Number::U64(charge.quantity)), ("cost_picodollars", picodollars(charge.cost))];
        let fields = [
            ("component", Value::Str(charge.component.as_str())),
            ("class", Value::Str(class)),
            ("billed", Value::Bool(charge.quantity > 0)),
            ("sheet", Value::Str(charge.sheet)),
            ("as_of", Value::Display(&charge.as_of)),
        ];
        self.origin.point(&names::COST_REQUEST, &measurements, &fields);
    }

    pub(super) fn tell_transfer(&self, charge: &Charge<'_>) {
        let measurements = [("bytes", Number::U64(charge.quantity)), ("cost_picodollars", picodollars(charge.cost))];
        self.origin.point(
            &names::COST_TRANSFER,
            &measurements,
            &[("component", Value::Str(charge.component.as_str()))],
        );
    }

    /// Takes from the budget what was not put aside.
    pub(super) fn spend(&self, cost: Usd) {
        if let Some((budget, scope)) = &self.budget {
            self.warn(budget.spend(cost, scope.dispatcher().system_time()));
        }
    }

    fn warn(&self, spent: Spent) {
        let Some((budget, _)) = self.budget.as_ref().filter(|_| spent.is_warning) else { return };
        let measurements =
            [("spent_picodollars", picodollars(spent.total)), ("limit_picodollars", picodollars(budget.limit()))];
        self.origin.point(&names::COST_BUDGET_WARNING, &measurements, &[]);
    }
}

/// As events have it; 18 million dollars at most.
fn picodollars(amount: Usd) -> Number {
    Number::U64(u64::try_from(amount.picos()).unwrap_or(u64::MAX))
}

impl fmt::Debug for Payer {
    /// Without the tenant, which may be a user's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payer")
            .field("sheet", &self.tariff.sheet().id)
            .field("has_budget", &self.budget.is_some())
            .finish_non_exhaustive()
    }
}
