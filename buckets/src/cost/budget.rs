use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::{Period, Quote, Usd};

/// So much money for a period. When it is spent, what costs anything is refused until the next one
/// begins; what is free goes on.
///
/// Clones are the same budget: give it to the `CostLayer`s of several clouds and they share it. It counts
/// what this process spends, and forgets it when the process ends; see [`already_spent`](Self::already_spent).
///
/// What requests cost is put aside before they are sent, so that the budget is spent to the last request
/// and never more, however many are sent at once. What content will cost is not known then: bodies under
/// way when the budget is spent are delivered, and may overdraw it.
///
/// ```
/// use buckets::cost::{Budget, Period, Usd};
///
/// let budget = Budget::new(Usd::from_dollars(50), Period::Month).warn_at(90);
/// assert_eq!(budget.status(std::time::SystemTime::now()).left(), Usd::from_dollars(50));
/// ```
#[derive(Clone, Debug)]
pub struct Budget {
    settings: Settings,
    books: Arc<Mutex<Books>>,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    limit: Usd,
    period: Period,
    warn_percent: u8,
    sheds: bool,
}

#[derive(Debug, Default)]
struct Books {
    /// The number of the period; [`None`] before the first entry.
    period: Option<i64>,
    spent: Usd,
    /// Put aside for requests under way.
    reserved: Usd,
    has_warned: bool,
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetStatus {
    /// How much there is for the period.
    pub limit: Usd,
    /// How much of it is spent.
    pub spent: Usd,
    /// How much is put aside for requests under way.
    pub reserved: Usd,
    /// When the period ends.
    pub ends: SystemTime,
}

impl BudgetStatus {
    /// What is neither spent nor put aside.
    pub const fn left(&self) -> Usd {
        self.limit.saturating_sub(self.spent).saturating_sub(self.reserved)
    }
}

/// What an entry did to a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// How much of the budget is spent now.
    pub total: Usd,
    /// Whether this is the first entry of the period with which there is as much as to be warned of.
    pub is_warning: bool,
}

/// What is put aside for a request; given back when dropped.
#[derive(Debug)]
#[must_use = "it is given back when dropped"]
pub struct Reservation {
    budget: Budget,
    period: i64,
    amount: Usd,
}

impl Budget {
    /// `limit` for each `period`.
    pub fn new(limit: Usd, period: Period) -> Self {
        Self { settings: Settings { limit, period, warn_percent: 80, sheds: true }, books: Arc::default() }
    }

    /// Sets of how many hundredths of it being spent to warn; 80 unless set.
    #[must_use]
    pub fn warn_at(mut self, percent: u8) -> Self {
        self.settings.warn_percent = percent;
        self
    }

    /// Only warns, and refuses nothing.
    #[must_use]
    pub fn warn_only(mut self) -> Self {
        self.settings.sheds = false;
        self
    }

    /// Begins with so much spent of the current period, as when a process starts in the middle of it.
    #[must_use]
    pub fn already_spent(self, amount: Usd) -> Self {
        self.lock().spent = amount;
        self
    }

    /// How much there is for a period.
    pub const fn limit(&self) -> Usd {
        self.settings.limit
    }

    /// How it stands.
    pub fn status(&self, now: SystemTime) -> BudgetStatus {
        let (books, ends) = self.books_at(now);
        BudgetStatus { limit: self.settings.limit, spent: books.spent, reserved: books.reserved, ends }
    }

    /// Puts aside what a request costs.
    ///
    /// # Errors
    /// How long until the next period, if there is not enough left.
    pub fn reserve(&self, quote: &Quote, now: SystemTime) -> Result<Reservation, Duration> {
        let (mut books, ends) = self.books_at(now);
        let taken = books.spent.saturating_add(books.reserved);
        let needed = taken.saturating_add(quote.price);
        let is_refused = match (quote.price.is_zero(), quote.moves_content) {
            (true, false) => false,
            (true, true) => taken >= self.settings.limit,
            (false, _) => needed > self.settings.limit,
        };
        if is_refused && self.settings.sheds {
            return Err(ends.duration_since(now).unwrap_or_default());
        }
        books.reserved = books.reserved.saturating_add(quote.price);
        let period = books.period.unwrap_or_default();
        drop(books);
        Ok(Reservation { budget: self.clone(), period, amount: quote.price })
    }

    /// Takes note of what something cost.
    pub fn spend(&self, cost: Usd, now: SystemTime) -> Spent {
        let (mut books, _) = self.books_at(now);
        self.settings.spend(&mut books, cost)
    }

    /// The books of the period that `now` is in, and when that ends. Time that goes back opens no
    /// books that were closed.
    fn books_at(&self, now: SystemTime) -> (MutexGuard<'_, Books>, SystemTime) {
        let (period, ends) = self.settings.period.at(now);
        let mut books = self.lock();
        match books.period {
            Some(current) if period <= current => {}
            Some(_) => *books = Books { period: Some(period), ..Books::default() },
            None => books.period = Some(period),
        }
        (books, ends)
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Settings {
    fn spend(&self, books: &mut Books, cost: Usd) -> Spent {
        books.spent = books.spent.saturating_add(cost);
        let threshold = self.limit.picos() / 100 * u128::from(self.warn_percent);
        let is_warning = !books.has_warned && books.spent.picos() >= threshold && !cost.is_zero();
        books.has_warned |= is_warning;
        Spent { total: books.spent, is_warning }
    }
}

impl Reservation {
    /// Replaces it by what the request did cost. That of a period which is over counts for that one.
    pub fn settle(mut self, cost: Usd) -> Spent {
        let amount = std::mem::take(&mut self.amount);
        let mut books = self.budget.lock();
        if books.period != Some(self.period) {
            return Spent { total: books.spent, is_warning: false };
        }
        books.reserved = books.reserved.saturating_sub(amount);
        self.budget.settings.spend(&mut books, cost)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut books = self.budget.lock();
        if books.period == Some(self.period) {
            books.reserved = books.reserved.saturating_sub(self.amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Class;

    fn at(day: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400)
    }

    fn quote(picos: u128, moves_content: bool) -> Quote {
        Quote { operation: "get", class: Some(Class::B), requests: 1, price: Usd::from_picos(picos), moves_content }
    }

    fn budget(picos: u128) -> Budget {
        Budget::new(Usd::from_picos(picos), Period::Day)
    }

    #[test]
    fn it_is_spent_to_the_last_request_and_never_more() {
        let budget = budget(25);
        let now = at(3);
        let held: Vec<_> = (0..2).map(|_| budget.reserve(&quote(10, false), now).expect("there is enough")).collect();
        assert_eq!(budget.reserve(&quote(10, false), now).err(), Some(Duration::from_secs(86_400)));
        drop(budget.reserve(&quote(5, false), now).expect("to the last one"));
        for reservation in held {
            reservation.settle(Usd::from_picos(10));
        }
        let status = budget.status(now);
        assert_eq!((status.spent.picos(), status.reserved.picos(), status.left().picos()), (20, 0, 5));
    }

    #[test]
    fn what_is_free_goes_on_and_content_that_costs_does_not() {
        let budget = budget(10);
        budget.spend(Usd::from_picos(10), at(0));
        budget.reserve(&quote(0, false), at(0)).expect("it is free").settle(Usd::ZERO);
        budget.reserve(&quote(0, true), at(0)).expect_err("its content is not");
    }

    #[test]
    fn it_begins_anew_and_what_was_under_way_is_not_counted_twice() {
        let budget = budget(10).already_spent(Usd::from_picos(4));
        assert_eq!(budget.status(at(1)).left().picos(), 6);
        let late = budget.reserve(&quote(6, false), at(1)).expect("as much as is left");
        let early = budget.reserve(&quote(10, false), at(2)).expect("another day");
        late.settle(Usd::from_picos(6));
        assert_eq!(budget.status(at(2)).spent, Usd::ZERO, "that was the day before");
        early.settle(Usd::from_picos(3));
        assert_eq!(budget.status(at(1)).spent.picos(), 3, "time that goes back opens no old books");
    }

    #[test]
    fn it_warns_once_in_a_period() {
        let budget = budget(100).warn_at(50).warn_only();
        let warned: Vec<_> = [(0, 49), (0, 1), (0, 1), (0, 100), (1, 49), (1, 1)]
            .into_iter()
            .map(|(day, picos)| budget.spend(Usd::from_picos(picos), at(day)).is_warning)
            .collect();
        assert_eq!(warned, [false, true, false, false, false, true]);
        budget.reserve(&quote(1000, true), at(1)).expect("it only warns").settle(Usd::from_picos(1));
    }
}
