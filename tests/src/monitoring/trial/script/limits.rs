//! Calls that have to wait, or are refused.

use std::time::Duration;

use buckets::ErrorKind;

use super::{NO_WAIT, Script, key, upload};
use crate::monitoring::trial::facts::{End, What};
use crate::monitoring::trial::fate::Fate;

impl Script {
    /// Of three calls at once one runs, one waits and one is refused.
    pub(super) async fn limits(&mut self) {
        let second = Fate::After(Duration::from_secs(1));
        for _ in 0..4 {
            self.thumbnails.fates.next([second, second]);
            let insert = || self.thumbnails.cloud.insert(upload(100));
            let (first, waiting, refused) = tokio::join!(insert(), insert(), insert());
            assert!(first.is_ok() && waiting.is_ok() && refused.is_err());
            let limited = [("limit", "concurrency"), ("adapter", "memory"), ("cloud", "thumbnails")];
            self.happened(What::Wait, &limited, 1.0);
            self.happened(What::Refusal, &limited, 0.0);
            for seconds in [1.0, 2.0] {
                self.tell(
                    |script| &script.thumbnails,
                    ("insert", "put"),
                    End::Success,
                    seconds,
                    |fact| fact.moving("upload", 100),
                );
            }
            self.tell(
                |script| &script.thumbnails,
                ("insert", "put"),
                End::Failure(ErrorKind::Overloaded),
                0.0,
                |fact| fact.moving("upload", 0),
            );
        }
    }

    /// A store fails until it is asked no more, and is asked again later.
    pub(super) async fn circuit(&mut self) {
        let failure = Fate::Fails(Duration::from_millis(50), ErrorKind::Unavailable, NO_WAIT);
        self.mirror.fates.next([failure; 4]);
        for (kind, seconds, count) in [(ErrorKind::Unavailable, 0.05, 4), (ErrorKind::Overloaded, 0.0, 3)] {
            for _ in 0..count {
                assert_eq!(self.mirror.cloud.read(&key()).await.expect_err("down").kind(), kind);
                self.tell(
                    |script| &script.mirror,
                    ("read", "get"),
                    End::Failure(kind),
                    seconds,
                    |fact| fact.moving("download", 0),
                );
            }
        }
        self.happened(What::CircuitOpened, &[("adapter", "memory"), ("cloud", "mirror")], 0.0);
        for _ in 0..3 {
            let refused = [("limit", "circuit"), ("adapter", "memory"), ("cloud", "mirror")];
            self.happened(What::Refusal, &refused, 0.0);
        }
        tokio::time::sleep(Duration::from_secs(20)).await;
        self.mirror.cloud.head(&key()).await.expect_err("nothing there, but an answer");
        self.tell(|script| &script.mirror, ("head", "head"), End::Expected, 0.0, |fact| fact);
    }

    /// Of three calls at once two begin, and one waits until the rate allows it.
    pub(super) async fn rate(&mut self) {
        let insert = || self.exports.cloud.insert(upload(100));
        let all = tokio::join!(insert(), insert(), insert());
        assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok());
        self.happened(What::Wait, &[("limit", "rate"), ("adapter", "memory"), ("cloud", "exports")], 1.0);
        for seconds in [0.0, 0.0, 1.0] {
            self.tell(
                |script| &script.exports,
                ("insert", "put"),
                End::Success,
                seconds,
                |fact| fact.moving("upload", 100),
            );
        }
        // Until the burst is allowed again.
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}
