//! Our side of each comparison.

pub(crate) mod instrumented;
pub(crate) mod memory;
pub(crate) mod metered;
pub(crate) mod span;
pub(crate) mod traced;
