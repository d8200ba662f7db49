//! Sums of money against rational arithmetic, and against splits in any way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use buckets::cost::{
    Account, Answer, Budget, Charge, Component, EgressZone, Ledger, Period, Quote, Rate, Tariff, Usd, sheets,
};
use buckets::operation::{Delete, Get, Head, List, Op, Operation, Put};
use buckets::telemetry::Scope;
use buckets::{ErrorKind, Key, Prefix};
use buckets_tests::random::Random;
use num_rational::Ratio;
use proptest::prelude::*;

const CALLS: u64 = 1_000_000;

/// Dollars as `numerator / denominator`, for one byte or request.
type Price = (u128, u128);

const PICOS: u128 = 1_000_000_000_000;
const GIB: u128 = 1 << 30;

/// What was used, by an account that knows nothing of ours: in exact fractions of a picodollar.
#[derive(Default)]
struct Books {
    a: Ratio<u128>,
    b: Ratio<u128>,
    egress: Ratio<u128>,
    retrieval: Ratio<u128>,
}

impl Books {
    fn add(sum: &mut Ratio<u128>, (numerator, denominator): Price, quantity: u64) {
        *sum += Ratio::new(numerator * PICOS, denominator) * Ratio::from_integer(u128::from(quantity));
    }

    fn total(&self) -> Ratio<u128> {
        self.a + self.b + self.egress + self.retrieval
    }
}

fn operations() -> [(Op, u64); 5] {
    let key = || Key::new("a").expect("valid");
    [
        (Put::new(key(), "content").into_op(), 0),
        (Get::new(key()).into_op(), 1),
        (Head::new(key()).into_op(), 1),
        (Delete::new(key()).into_op(), 2),
        (List::new(Prefix::default()).into_op(), 0),
    ]
}

#[test]
fn sums_of_a_million_calls_are_those_of_rational_arithmetic() {
    const A: Price = (1, 100_000);
    const B: Price = (1, 1_000_000);
    const EGRESS: Price = (9, 100 * GIB);
    const RETRIEVAL: Price = (1, 100 * GIB);
    let told = Arc::new(AtomicU64::new(0));
    let sink = {
        let told = Arc::clone(&told);
        move |charge: &Charge<'_>| {
            let picos = u64::try_from(charge.cost.picos()).expect("not that much");
            told.fetch_add(picos, Ordering::Relaxed);
        }
    };
    let ledger = Ledger::with_sink(sink);
    let tariff = Tariff::new(sheets::AWS_S3_STANDARD_IA_US_EAST_1.accept_unconfirmed());
    let account = ledger.account(&Scope::global(), &tariff, None);
    let quotes = operations().map(|(op, class)| (account.quote(&op), class));
    let answers = [
        (Answer::OK, true),
        (Answer::of(Some(ErrorKind::NotFound), Some(404)), true),
        (Answer::of(Some(ErrorKind::Throttled), Some(503)), false),
        (Answer::of(Some(ErrorKind::Cancelled), None), true),
        (Answer::of(Some(ErrorKind::Connect), None), false),
    ];
    let (mut random, mut books) = (Random::new(20_261_122), Books::default());
    for _ in 0..CALLS {
        let (quote, class) = &quotes[random.below(quotes.len() as u64) as usize];
        let (answer, is_billed) = answers[random.below(answers.len() as u64) as usize];
        account.charge_request(quote, answer);
        match class {
            0 if is_billed => Books::add(&mut books.a, A, 1),
            1 if is_billed => Books::add(&mut books.b, B, 1),
            _ => {}
        }
        if quote.operation == "get" && answer == Answer::OK {
            // Odd sizes, so that most cost a part of a picodollar.
            let bytes = random.below(1 << 24);
            account.charge_bytes("get", Component::Egress, bytes);
            account.charge_bytes("get", Component::Retrieval, bytes);
            Books::add(&mut books.egress, EGRESS, bytes);
            Books::add(&mut books.retrieval, RETRIEVAL, bytes);
        }
    }
    let snapshot = ledger.snapshot();
    let statement = &snapshot.statements[0];
    let whole = |sum: &Ratio<u128>| Usd::from_picos(sum.to_integer());
    assert_eq!(statement.request_cost(), whole(&(books.a + books.b)), "requests are whole picodollars");
    assert_eq!(statement.egress.cost, whole(&books.egress));
    assert_eq!(statement.retrieval.cost, whole(&books.retrieval));
    // Less than a picodollar is left of each of the two that are priced by the byte.
    let lost = books.total() - Ratio::from_integer(snapshot.total().picos());
    assert!(lost < Ratio::from_integer(2), "{lost}");
    assert!(snapshot.total() > Usd::from_dollars(10), "it was worth counting");
    assert_eq!(u128::from(told.load(Ordering::Relaxed)), snapshot.total().picos(), "the parts are the whole");
}

#[test]
fn parts_told_to_threads_at_once_add_up_to_the_whole() {
    let ledger = Ledger::new();
    let tariff = Tariff::new(&sheets::GOOGLE_CLOUD_STORAGE_STANDARD_US_CENTRAL1);
    let account: Arc<Account> = ledger.account(&Scope::global(), &tariff, None);
    let told: u128 = std::thread::scope(|scope| {
        let work = |seed| {
            let (account, mut random) = (&account, Random::new(seed));
            move || -> u128 {
                let mut charge = || account.charge_bytes("get", Component::Egress, random.below(1000)).cost.picos();
                (0..20_000).map(|_| charge()).sum()
            }
        };
        let threads: Vec<_> = (0..8).map(|seed| scope.spawn(work(seed))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(told, ledger.snapshot().total().picos());
}

#[test]
fn where_content_goes_decides_what_it_costs() {
    let ledger = Ledger::new();
    let cost = |tariff: Tariff| {
        ledger.account(&Scope::global(), &tariff, None).charge_bytes("get", Component::Egress, 1 << 30).cost
    };
    let gcs = || Tariff::new(&sheets::GOOGLE_CLOUD_STORAGE_STANDARD_US_CENTRAL1);
    let nothing_less = "0.12".parse().expect("an amount");
    assert_eq!(cost(gcs()), nothing_less);
    assert_eq!(cost(gcs().egress(EgressZone::InterRegion)), nothing_less, "not known, so as the Internet");
    assert_eq!(cost(gcs().egress(EgressZone::SameRegion)), Usd::ZERO);
    assert_eq!(cost(gcs().egress(EgressZone::Free)), Usd::ZERO);
    assert_eq!(cost(Tariff::new(&sheets::CLOUDFLARE_R2_STANDARD)), Usd::ZERO);
    assert_eq!(ledger.snapshot().statements.len(), 5, "each tariff has an account");
}

proptest! {
    #[test]
    fn an_amount_is_read_as_it_is_shown(picos in any::<u128>()) {
        let amount = Usd::from_picos(picos);
        prop_assert_eq!(amount.to_string().parse(), Ok(amount));
    }

    #[test]
    fn a_text_is_an_amount_or_none_and_never_a_panic(text in "[0-9.]{0,60}|.{0,8}") {
        if let Ok(amount) = text.parse::<Usd>() {
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }

    #[test]
    fn a_rate_is_the_fraction_it_says(picos in 0..u128::from(u64::MAX), per in 1..u64::MAX, quantity in any::<u64>()) {
        let rate = Rate::new(Usd::from_picos(picos), per).expect("not per nothing");
        let exact = picos * u128::from(quantity) / u128::from(per);
        prop_assert_eq!(rate.cost(quantity).picos(), exact);
    }

    #[test]
    fn no_order_of_requests_overspends_a_budget(
        limit in 0..1000_u128,
        steps in prop::collection::vec((0..50_u128, 0..4_u8), 1..200),
    ) {
        let now = SystemTime::UNIX_EPOCH;
        let budget = Budget::new(Usd::from_picos(limit), Period::Every(Duration::from_secs(60)));
        let (mut under_way, mut spent) = (Vec::new(), 0);
        for (price, step) in steps {
            let quote = quote(price);
            match budget.reserve(&quote, now) {
                Ok(reservation) => under_way.push((reservation, price)),
                Err(_) => {
                    let reserved: u128 = under_way.iter().map(|(_, price)| *price).sum();
                    prop_assert!(spent + reserved + price > limit, "refused though there was enough");
                }
            }
            match (step, under_way.pop()) {
                (0, Some((reservation, price))) => {
                    reservation.settle(Usd::from_picos(price));
                    spent += price;
                }
                // It turned out not to be billed.
                (1, Some((reservation, _))) => drop(reservation.settle(Usd::ZERO)),
                (2, Some((reservation, _))) => drop(reservation),
                (_, kept) => under_way.extend(kept),
            }
            let status = budget.status(now);
            prop_assert_eq!(status.spent.picos(), spent);
            prop_assert!(status.spent.saturating_add(status.reserved) <= status.limit);
        }
        drop(under_way);
        prop_assert_eq!(budget.status(now).reserved, Usd::ZERO);
    }
}

/// A quote of this price: so many requests at a picodollar each.
fn quote(picos: u128) -> Quote {
    let mut sheet = sheets::CLOUDFLARE_R2_STANDARD.clone();
    sheet.requests.a = Rate::new(Usd::from_picos(picos), 1).expect("one");
    let account = Ledger::new().account(&Scope::global(), &Tariff::new(&sheet), None);
    account.quote(&operations()[0].0)
}
