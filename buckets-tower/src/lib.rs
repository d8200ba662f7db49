//! Tower layers for `buckets`.
