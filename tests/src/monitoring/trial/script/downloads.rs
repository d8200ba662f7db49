//! What is read.

use std::time::Duration;

use super::{OPEN, Script, key, upload};
use crate::monitoring::trial::facts::{End, What};
use crate::monitoring::trial::fate::Fate;

/// Larger than what is read ahead.
const OPEN_SIZE: usize = 100_000;

impl Script {
    /// Content that is read in one piece, as a stream, to its end or not, and with a break.
    pub(super) async fn downloads(&mut self) {
        let (time, wait) = (Duration::from_millis(30), Duration::from_secs(1));
        self.put(|script| &script.uploads, 3_000).await;
        for _ in 0..25 {
            self.uploads.fates.next([Fate::After(time)]);
            self.uploads.cloud.read(&key()).await.expect("read");
            self.tell(
                |script| &script.uploads,
                ("read", "get"),
                End::Success,
                0.03,
                |fact| fact.moving("download", 3_000),
            );
        }
        for _ in 0..10 {
            self.uploads.fates.next([Fate::After(time)]);
            let fetched = self.uploads.cloud.reader(&key()).await.expect("opened");
            fetched.body.collect(10_000).await.expect("read");
            self.tell(
                |script| &script.uploads,
                ("reader", "get"),
                End::Success,
                0.03,
                |fact| fact.moving("download", 3_000).first_byte_after(0.03),
            );
        }
        for _ in 0..3 {
            self.uploads.fates.next([Fate::After(time)]);
            drop(self.uploads.cloud.reader(&key()).await.expect("opened"));
            self.tell(
                |script| &script.uploads,
                ("reader", "get"),
                End::Unread,
                0.03,
                |fact| fact.moving("download", 0),
            );
        }
        for _ in 0..2 {
            self.uploads.fates.next([Fate::BreaksOff(time, wait), Fate::After(time)]);
            let fetched = self.uploads.cloud.reader(&key()).await.expect("opened");
            fetched.body.collect(10_000).await.expect("the rest");
            self.happened(What::Resumption, &[("operation", "get"), ("adapter", "memory"), ("cloud", "uploads")], 1.0);
            self.tell(
                |script| &script.uploads,
                ("reader", "get"),
                End::Success,
                1.06,
                |fact| fact.moving("download", 3_000).first_byte_after(0.03),
            );
        }
    }

    /// Downloads that nobody goes on reading, and that do not end.
    pub(super) async fn open_downloads(&mut self) {
        let object = self.archive.cloud.insert(upload(OPEN_SIZE)).await.expect("stored");
        self.tell(
            |script| &script.archive,
            ("insert", "put"),
            End::Success,
            0.0,
            |fact| fact.moving("upload", OPEN_SIZE),
        );
        for _ in 0..OPEN {
            self.open.push(self.archive.cloud.reader(object.location()).await.expect("opened"));
        }
    }
}
