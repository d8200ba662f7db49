//! Our side of each comparison.

pub(crate) mod memory;
pub(crate) mod span;
