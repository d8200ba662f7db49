//! The contract of retries and of downloads that go on.

use buckets_tower::retry::RetryPolicy;
use buckets_tower::testing::{Contract, assert_traits};
use buckets_tower::{ResumeLayer, RetryLayer};
use tower::Layer;

use crate::layers::MEASURE;

#[tokio::test(start_paused = true)]
async fn a_retry_keeps_the_contract() {
    let retry = RetryLayer::default();
    assert_traits(&retry);
    Contract::of(|probe| retry.layer(probe)).allocating(MEASURE, 0, 0).check().await.assert_kept();
}

#[tokio::test(start_paused = true)]
async fn a_resumption_keeps_the_contract() {
    let resume = ResumeLayer::new(RetryPolicy::new());
    assert_traits(&resume);
    Contract::of(|probe| resume.layer(probe)).allocating(MEASURE, 0, 1).check().await.assert_kept();
}
