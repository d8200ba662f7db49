//! The contract of time limits.

use std::time::Duration;

use buckets_tower::testing::{Contract, assert_traits};
use buckets_tower::{DeadlineLayer, TimeoutLayer};
use tower::Layer;

use crate::layers::MEASURE;

#[tokio::test(start_paused = true)]
async fn a_deadline_keeps_the_contract() {
    let deadline = DeadlineLayer::new(Duration::from_secs(1));
    assert_traits(&deadline);
    Contract::of(|probe| deadline.layer(probe)).allocating(MEASURE, 0, 0).check().await.assert_kept();
}

#[tokio::test(start_paused = true)]
async fn a_timeout_keeps_the_contract() {
    let timeout = TimeoutLayer::new(Duration::from_secs(1));
    assert_traits(&timeout);
    Contract::of(|probe| timeout.layer(probe)).allocating(MEASURE, 0, 0).check().await.assert_kept();
    let idle = timeout.idle(Duration::from_secs(1));
    Contract::of(|probe| idle.layer(probe)).allocating(MEASURE, 0, 1).check().await.assert_kept();
}
