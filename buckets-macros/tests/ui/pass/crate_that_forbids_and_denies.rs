//! Nothing of the expansion is `unsafe`, warned of, or undocumented.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, missing_debug_implementations, unused, unreachable_pub, unused_qualifications)]
#![deny(rust_2018_idioms, rust_2021_compatibility, rust_2024_compatibility, keyword_idents, let_underscore)]
#![deny(single_use_lifetimes, trivial_casts, unit_bindings, unused_import_braces, unused_lifetimes, variant_size_differences)]

use buckets::{event, instrumented, span};

/// Sync.
#[instrumented("ui.sync", fields(text), stop(|result| ok = result.is_ok()))]
pub fn sync(text: &str) -> Result<usize, std::io::Error> { Ok(text.len()) }

/// Async.
#[instrumented("ui.async", args, ok(|value| measurements(length = *value)))]
pub async fn asynchronous(text: String) -> Result<usize, std::io::Error> { Ok(text.len()) }

/// Panics.
#[instrumented("ui.panics")]
pub fn panics(text: String) -> Result<usize, std::io::Error> { panic!("{text}") }

/// Opaque.
#[instrumented]
pub fn opaque<'a>(text: &'a str) -> impl Future<Output = usize> + use<'a> { async move { text.len() } }

fn main() {
    sync("text").expect("ok");
    drop(asynchronous(String::new()));
    drop(opaque(""));
    event!("ui.point", fields(n = 1));
    let n = span!("ui.block", { 1 });
    assert_eq!(n, 1);
    if n > 1 {
        panics(String::new()).expect("never");
    }
}
