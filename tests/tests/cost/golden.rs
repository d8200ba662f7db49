//! Provider × call × outcome, against a table worked out apart from the code.

use std::time::Duration;

use buckets::cost::{Answer, Ledger, PriceSheet, Tariff, sheets};
use buckets::operation::{Copy, Delete, Get, Head, List, Op, Operation, Put, Sign, SignedMethod};
use buckets::telemetry::Scope;
use buckets::{ErrorKind, Key, Prefix};

const TABLE: &str = include_str!("golden.txt");
/// A put of three parts of that size is one that begins, the parts, and one that completes.
const PART: u64 = 8;

fn op(call: &str) -> Op {
    let key = || Key::new("a").expect("valid");
    match call {
        "put" => Put::new(key(), "content").into_op(),
        "part" => Put::new(key(), "content of three parts").into_op(),
        "get" => Get::new(key()).into_op(),
        "head" => Head::new(key()).into_op(),
        "delete" => Delete::new(key()).into_op(),
        "copy" => Copy::new(key(), key()).into_op(),
        "list" => List::new(Prefix::default()).into_op(),
        "url" => Sign::new(key(), SignedMethod::Get, Duration::from_secs(60)).expect("valid").into_op(),
        other => panic!("no call is named {other}"),
    }
}

fn answer(outcome: &str) -> Answer {
    match outcome {
        "200" => Answer::of(None, None),
        "timeout" => Answer::of(Some(ErrorKind::Timeout), None),
        "connect" => Answer::of(Some(ErrorKind::Connect), None),
        // As S3 answers it.
        "unauthenticated" => Answer::of(Some(ErrorKind::Unauthenticated), Some(403)),
        status => Answer::of(Some(ErrorKind::Other), Some(status.parse().expect("a status"))),
    }
}

fn sheet(id: &str) -> &'static PriceSheet {
    let unconfirmed = sheets::UNCONFIRMED.iter().map(|sheet| sheet.accept_unconfirmed());
    let found = sheets::CONFIRMED.iter().copied().chain(unconfirmed).find(|sheet| sheet.id == id);
    found.unwrap_or_else(|| panic!("no sheet is named {id}"))
}

#[test]
fn every_provider_bills_every_call_and_outcome_as_the_table_has_it() {
    let mut lines = TABLE.lines().filter(|line| !line.starts_with('#')).map(str::split_ascii_whitespace);
    let outcomes: Vec<_> = lines.next().expect("a head").skip(2).collect();
    let mut sheets_seen = std::collections::BTreeSet::new();
    for mut line in lines {
        let (id, call) = (line.next().expect("a sheet"), line.next().expect("a call"));
        let expected: Vec<u128> = line.map(|cell| cell.parse().expect("picodollars")).collect();
        let account = Ledger::new().account(&Scope::global(), &Tariff::new(sheet(id)).multipart(PART, PART), None);
        let quote = account.quote(&op(call));
        let cost = |outcome: &&str| account.charge_request(&quote, answer(outcome)).cost.picos();
        assert_eq!(outcomes.iter().map(cost).collect::<Vec<_>>(), expected, "{id} {call}");
        assert_eq!(quote.price.picos(), expected.iter().copied().max().expect("some"), "{id} {call}");
        sheets_seen.insert(id);
    }
    assert_eq!(sheets_seen.len(), sheets::CONFIRMED.len() + sheets::UNCONFIRMED.len(), "each sheet is in the table");
}
