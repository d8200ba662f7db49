//! What is looked up and changed without being read.

use buckets::operation::List;
use buckets::{Key, Prefix};

use super::{Script, key};
use crate::monitoring::trial::BROKEN;
use crate::monitoring::trial::facts::{End, What};

impl Script {
    /// What is looked up, listed, copied, signed and removed.
    pub(super) async fn lookups(&mut self) {
        let absent = Key::new("absent").expect("valid");
        for _ in 0..6 {
            self.archive.cloud.head(&absent).await.expect_err("nothing there");
            self.tell(|script| &script.archive, ("head", "head"), End::Expected, 0.0, |fact| fact);
        }
        for _ in 0..5 {
            assert!(!self.archive.cloud.exists(&absent).await.expect("an answer"));
            self.tell_apart(
                |script| &script.archive,
                ("exists", End::Success),
                ("head", End::Expected),
                0.0,
                |fact| fact,
            );
        }
        for _ in 0..4 {
            self.uploads.cloud.list(List::new(Prefix::default())).await.expect("a page");
            self.tell(|script| &script.uploads, ("list", "list"), End::Success, 0.0, |fact| fact);
        }
        for _ in 0..3 {
            // A handler panics at each.
            self.uploads.cloud.copy(&key(), "copy.bin").await.expect("copied");
            self.happened(What::HandlerFailure, &[("handler", BROKEN)], 0.0);
            self.tell(|script| &script.uploads, ("copy", "copy"), End::Success, 0.0, |fact| fact.sized(3_000));
        }
        for _ in 0..7 {
            self.put(|script| &script.archive, 2_000).await;
            self.archive.cloud.delete(&key()).await.expect("removed");
            self.tell(|script| &script.archive, ("delete", "delete"), End::Success, 0.0, |fact| fact);
        }
    }
}
