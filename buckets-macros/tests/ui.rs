//! What the macros accept and what they say to what they do not, word for word.
//!
//! The texts belong to the toolchain that `rust-version` names. `TRYBUILD=overwrite` writes them anew.

#[test]
fn accepts_and_refuses() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
