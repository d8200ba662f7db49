//! What is stored, or is not.

use std::time::Duration;

use buckets::ErrorKind;

use super::{NO_WAIT, Script, key, upload};
use crate::monitoring::trial::facts::{End, What};
use crate::monitoring::trial::fate::Fate;

impl Script {
    /// Uploads that succeed, some slowly, and two whose caller does not wait for the end.
    pub(super) async fn uploads(&mut self) {
        let times = [(20, 20), (15, 300), (10, 2_000), (5, 7_000)];
        let times = times.iter().flat_map(|(count, millis)| std::iter::repeat_n(*millis, *count));
        for (millis, size) in times.zip([500, 5_000, 50_000, 500_000].into_iter().cycle()) {
            let time = Duration::from_millis(millis);
            self.uploads.fates.next([Fate::After(time)]);
            self.uploads.cloud.insert(upload(size)).await.expect("stored");
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Success,
                time.as_secs_f64(),
                |fact| fact.moving("upload", size),
            );
        }
        for _ in 0..2 {
            self.uploads.fates.next([Fate::After(Duration::from_secs(5))]);
            let upload = self.uploads.cloud.insert(upload(10));
            tokio::time::timeout(Duration::from_secs(1), upload).await.expect_err("it takes longer");
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Cancelled,
                1.0,
                |fact| fact.moving("upload", 0),
            );
        }
    }

    /// Calls that fail, of which some are tried again.
    pub(super) async fn failures(&mut self) {
        let (short, wait) = (Duration::from_millis(50), Duration::from_secs(2));
        for _ in 0..14 {
            self.uploads.fates.next([Fate::Fails(short, ErrorKind::PermissionDenied, NO_WAIT)]);
            self.uploads.cloud.insert(upload(10)).await.expect_err("refused");
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Failure(ErrorKind::PermissionDenied),
                0.05,
                |fact| fact.moving("upload", 0),
            );
        }
        let unavailable = Fate::Fails(short, ErrorKind::Unavailable, wait);
        for _ in 0..3 {
            self.uploads.fates.next([unavailable, Fate::After(Duration::from_millis(200))]);
            self.uploads.cloud.insert(upload(1_000)).await.expect("at the second attempt");
            self.happened(What::Retry, &[("operation", "put"), ("adapter", "memory"), ("cloud", "uploads")], 2.0);
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Success,
                2.25,
                |fact| fact.moving("upload", 1_000),
            );
        }
        for _ in 0..2 {
            self.uploads.fates.next([unavailable; 3]);
            self.uploads.cloud.insert(upload(10)).await.expect_err("three attempts, and none does it");
            for what in [What::Retry, What::Retry, What::GivenUp] {
                let waited = if what == What::Retry { 2.0 } else { 0.0 };
                self.happened(what, &[("operation", "put"), ("adapter", "memory"), ("cloud", "uploads")], waited);
            }
            self.tell(
                |script| &script.uploads,
                ("insert", "put"),
                End::Failure(ErrorKind::Unavailable),
                4.15,
                |fact| fact.moving("upload", 0),
            );
        }
        for (kind, count) in [(ErrorKind::Throttled, 3), (ErrorKind::ChecksumMismatch, 1)] {
            for _ in 0..count {
                self.archive.fates.next([Fate::Fails(short, kind, NO_WAIT)]);
                self.archive.cloud.read(&key()).await.expect_err("as the script says");
                self.tell(
                    |script| &script.archive,
                    ("read", "get"),
                    End::Failure(kind),
                    0.05,
                    |fact| fact.moving("download", 0),
                );
            }
        }
    }
}
