//! Budgets: whose they are, and that nothing is lost from them.

use super::*;
use buckets::ErrorKind;
use buckets_tower::retry::Budget;
use futures_util::FutureExt;
use tower::{Layer, ServiceExt};

fn unavailable(times: usize) -> Vec<Behaviour> {
    vec![Behaviour::Fails(ErrorKind::Unavailable); times]
}

#[tokio::test(start_paused = true)]
async fn retries_that_do_not_help_end_when_it_is_empty() {
    let (capture, budget) = (Capture::new(), Budget::new(5));
    let flaky = Flaky::new(unavailable(100));
    let stack = observed(policy().budget(budget.clone()), &flaky);
    for _ in 0..4 {
        stack.clone().oneshot(told(&capture, head())).await.expect_err("down");
    }
    assert_eq!(flaky.calls().len(), 4 + 5, "each is tried once, and five times again in all");
    assert_eq!(budget.available(), 0.0);
    let reasons: Vec<_> =
        capture.named("buckets.adapter.head.give_up").iter().map(|e| e.field("reason").map(str::to_owned)).collect();
    assert_eq!(reasons.iter().flatten().collect::<Vec<_>>(), ["attempts", "budget", "budget", "budget"]);
}

#[tokio::test(start_paused = true)]
async fn clones_share_one_and_stacks_have_their_own() {
    let layer = RetryLayer::new(policy().max_attempts(200));
    let (one, other) = (Flaky::new(unavailable(1000)), Flaky::new(unavailable(1000)));
    let (one_stack, other_stack) = (layer.layer(one.clone()), layer.layer(other.clone()));
    for _ in 0..3 {
        one_stack.clone().oneshot(head()).now_or_never();
        one_stack.clone().oneshot(head()).await.expect_err("down");
    }
    let tried_again = one.calls().len() - 6;
    assert!(tried_again <= Budget::DEFAULT_TOKENS as usize, "{tried_again}");
    let before = other.calls().len();
    other_stack.oneshot(head()).await.expect_err("down");
    assert!(other.calls().len() - before > 1, "another tenant's retries are not used up");
}

#[tokio::test(start_paused = true)]
async fn all_is_given_back_by_what_succeeds_or_is_dropped() {
    let budget = Budget::new(5);
    let helped = Flaky::holding(CONTENT, unavailable(3)).await;
    let stack = observed(policy().budget(budget.clone()), &helped);
    stack.clone().oneshot(head()).await.expect("the fourth attempt");
    assert_eq!(budget.available(), 5.0);

    helped.next_calls(unavailable(1).into_iter().chain([Behaviour::Never]));
    {
        let mut call = std::pin::pin!(stack.oneshot(head()));
        assert!(tokio::time::timeout(secs(5), call.as_mut()).await.is_err());
        assert_eq!(budget.available(), 4.0, "taken for as long as it waits");
    }
    assert_eq!(budget.available(), 5.0);
}
