use crate::error::{Error, ErrorKind, Result};

/// Holds a body to the length it was said to have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ExactLen {
    remaining: Option<u64>,
}

impl ExactLen {
    pub(super) fn new(len: u64) -> Self {
        Self { remaining: Some(len) }
    }

    /// Takes note of a chunk.
    pub(super) fn chunk(&mut self, len: usize) -> Result<()> {
        let Some(remaining) = &mut self.remaining else { return Ok(()) };
        *remaining = remaining.checked_sub(len as u64).ok_or_else(|| {
            Error::new(ErrorKind::Protocol, "the body is longer than its declared length").with_retryable(true)
        })?;
        Ok(())
    }

    /// Takes note of the end.
    pub(super) fn end(&self) -> Result<()> {
        match self.remaining {
            None | Some(0) => Ok(()),
            Some(missing) => Err(Error::new(
                ErrorKind::Interrupted,
                format!("the body ended {missing} bytes before its declared length"),
            )),
        }
    }

    /// Whether an end is right here, as far as is known.
    pub(super) fn is_met(&self) -> bool {
        self.remaining.unwrap_or(0) == 0
    }

    /// What is still to come, where known.
    pub(super) fn remaining(&self) -> Option<u64> {
        self.remaining
    }
}
