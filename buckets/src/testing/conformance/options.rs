use std::time::Duration;

use crate::key::Key;

/// How the suite is run.
#[derive(Clone, Debug)]
pub struct Options {
    pub(super) seed: u64,
    pub(super) prefix: Option<Key>,
    pub(super) large_len: usize,
    pub(super) tasks: usize,
    pub(super) time_limit: Duration,
    pub(super) server_decides: bool,
    pub(super) only: Option<String>,
}

impl Options {
    /// Contents of up to 5 MiB, 8 concurrent tasks, 60 seconds for each behaviour.
    pub fn new() -> Self {
        Self {
            seed: 1,
            prefix: None,
            large_len: 5 * 1024 * 1024,
            tasks: 8,
            time_limit: Duration::from_secs(60),
            server_decides: false,
            only: None,
        }
    }

    /// Sets what contents are made from; the same seed makes the same contents.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Keeps everything below this key. It should be short: some behaviours use up the longest key.
    pub fn with_prefix(mut self, prefix: Key) -> Self {
        self.prefix = Some(prefix);
        self
    }

    /// Sets the size of large contents, in bytes: best above what the store moves in one piece, such as
    /// the part size of a multipart upload. At least 256 KiB.
    pub fn with_large_len(mut self, bytes: usize) -> Self {
        self.large_len = bytes.max(256 * 1024);
        self
    }

    /// Sets how many tasks work at once in the concurrent behaviours, at least 2.
    pub fn with_tasks(mut self, tasks: usize) -> Self {
        self.tasks = tasks.max(2);
        self
    }

    /// Sets how long a behaviour may take before it has failed.
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// For an adapter of a protocol that many servers speak, some only in part: what the server refuses
    /// with [`Unsupported`](crate::ErrorKind::Unsupported) is reported as unsupported (its gap), not as failed
    /// (the adapter's fault).
    pub fn server_decides(mut self) -> Self {
        self.server_decides = true;
        self
    }

    /// Checks only the behaviours whose name contains this text.
    pub fn only(mut self, text: impl Into<String>) -> Self {
        self.only = Some(text.into());
        self
    }

    pub(super) fn selects(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|text| name.contains(text.as_str()))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
