//! Packages of Python and Node that tests use.

use std::path::PathBuf;

/// The folder into which `.ci/install` has put the package `name`.
///
/// # Panics
///
/// When it is not there: with a sentence that says how to install it.
#[must_use]
pub fn unpacked(name: &str) -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
    let folder = cache.expect("HOME is set").join("buckets-tests").join(name);
    assert!(
        folder.is_dir(),
        "this test needs the package `{name}` in {}: run `.ci/install`, which installs all that the tests need",
        folder.display()
    );
    folder
}
