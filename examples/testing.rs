//! Testing code that stores files: what it stored, what it told, and what it does when a store fails.
//!
//! `cargo run --example testing` runs the code, `cargo test --example testing` its tests.

use buckets::store::Store;
use buckets::{Cloud, InsertOptions, Key, Result};

/// The code under test: keeps a receipt once per order, however often it is asked to.
async fn keep_receipt<S: Store>(cloud: &Cloud<S>, order: u32, text: &'static str) -> Result<()> {
    let options = InsertOptions::new().at(Key::new(format!("receipts/{order}.txt"))?);
    let options = options.with_condition(buckets::Condition::if_absent());
    match cloud.insert_with(("receipt.txt", text), options).await {
        Err(error) if error.kind() == buckets::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let cloud = Cloud::new("receipts", buckets::adapter::Memory::new());
    keep_receipt(&cloud, 4711, "1 bucket").await?;
    println!("{} bytes are kept", cloud.head("receipts/4711.txt").await?.size);
    Ok(())
}

#[cfg(test)]
mod tests {
    use buckets::adapter::Memory;
    use buckets::operation::{Request, Response};
    use buckets::telemetry::Outcome;
    use buckets::testing::Capture;
    use buckets::{Error, ErrorKind};

    use super::*;

    #[tokio::test]
    async fn a_receipt_is_kept_once() {
        // A dispatcher of its own: tests that run beside this one are not heard.
        let capture = Capture::new();
        let cloud = Cloud::builder("receipts", Memory::new()).dispatcher(capture.dispatcher()).build();

        keep_receipt(&cloud, 4711, "1 bucket").await.expect("kept");
        keep_receipt(&cloud, 4711, "2 buckets").await.expect("kept already");

        assert_eq!(cloud.read("receipts/4711.txt").await.expect("kept"), "1 bucket");
        assert_eq!(capture.one("buckets.cloud.insert.stop").bytes, Some(8));
        // That it was there already is an answer, and no failure.
        let second = capture.one("buckets.cloud.insert.exception");
        assert_eq!(second.outcome, Some(Outcome::Expected(ErrorKind::AlreadyExists)));
        capture.assert_conserved();
    }

    #[tokio::test]
    async fn a_full_disk_is_reported() {
        // Any tower service can stand in for a store.
        let full = tower::service_fn(async |_: Request| {
            Err::<Response, _>(Error::new(ErrorKind::QuotaExceeded, "the disk is full"))
        });
        let cloud = Cloud::over("receipts", "full", full).build();
        let error = keep_receipt(&cloud, 4711, "1 bucket").await.expect_err("the disk is full");
        assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
    }
}
