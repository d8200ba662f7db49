//! Every lint there is, on code that has nothing to be warned of without the attribute.
#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    missing_debug_implementations,
    unused,
    unreachable_pub,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    let_underscore,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::cargo,
    clippy::unwrap_used,
    clippy::let_underscore_untyped,
    clippy::allow_attributes_without_reason,
    clippy::shadow_unrelated,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::question_mark_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::items_after_statements,
    clippy::semicolon_outside_block,
    clippy::ref_patterns,
    clippy::infinite_loop,
    clippy::diverging_sub_expression
)]
#![allow(clippy::cargo_common_metadata, clippy::multiple_crate_versions, clippy::redundant_pub_crate, reason = "of the package")]

use std::io;

use buckets::{event, instrumented, span};

/// Nothing.
#[instrumented("lints.nothing")]
pub fn nothing() {}

/// Plain.
#[instrumented("lints.plain", args)]
#[must_use]
pub fn plain(n: u64) -> u64 {
    n + 1
}

/// One line.
///
/// # Errors
/// None.
#[instrumented("lints.one_line", fields(n))]
pub fn one_line(n: u64) -> Result<u64, io::Error> { Ok(n) }

/// All.
///
/// # Errors
/// If it is no number.
#[instrumented("lints.all", fields(text), measurements(n), stop(|result| ok = result.is_ok()), err(|error| text = %error), slow = "1s")]
pub fn all(text: &str, mut list: Vec<u64>, (n, m): (u64, u64)) -> Result<Vec<u64>, std::num::ParseIntError> {
    list.push(n);
    list.push(m);
    match text.parse() {
        Ok(number) => list.push(number),
        Err(error) => return Err(error),
    }
    Ok(list)
}

/// Async.
///
/// # Errors
/// None.
#[instrumented("lints.async", fields(text), ok(|value| measurements(length = *value)))]
pub async fn asynchronous(text: &str, mut list: Vec<u64>) -> Result<usize, io::Error> {
    list.push(1);
    nothing_async().await;
    Ok(text.len() + list.len())
}

#[instrumented("lints.nothing_async")]
async fn nothing_async() {
    std::future::ready(()).await;
}

/// Opaque.
#[instrumented("lints.opaque")]
pub fn opaque(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
}

/// A future.
#[instrumented("lints.future")]
pub fn future(text: String) -> impl std::future::Future<Output = usize> {
    async move { text.len() }
}

/// A type.
#[derive(Debug)]
pub struct Store(u64);

#[instrumented("lints.store")]
impl Store {
    /// New.
    #[must_use]
    pub const fn new(n: u64) -> Self {
        Self(n)
    }

    /// Into.
    #[must_use]
    pub fn into_inner(self) -> u64 {
        self.0
    }

    /// Get.
    ///
    /// # Errors
    /// None.
    pub fn get(&self) -> Result<&u64, io::Error> {
        Ok(&self.0)
    }
}

/// Blocks.
#[must_use]
pub fn blocks(n: u64) -> u64 {
    event!("lints.event", fields(n));
    span!("lints.block", fields(n), { n + 1 })
}
