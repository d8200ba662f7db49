//! Every query of the dashboard and the rules, on what a program with known numbers shows.

use buckets_tests::monitoring::trial::{self, Options};

#[tokio::test(flavor = "multi_thread")]
async fn every_query_answers_what_the_program_did() {
    let outcome = trial::run(&Options::default()).await;
    assert_eq!(outcome.mismatches, Vec::<String>::new());
    assert!(outcome.queries > 100, "{} queries", outcome.queries);
}
