use std::time::SystemTime;

use crate::key::Key;
use crate::operation::{Constraints, SignedMethod};

/// What a link that was checked allows. Whoever serves it holds the request to the constraints.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// Which object.
    pub key: Key,
    /// What may be done with it.
    pub method: SignedMethod,
    /// Under which constraints.
    pub constraints: Constraints,
    /// Until when.
    pub expires_at: SystemTime,
}
