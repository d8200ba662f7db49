//! One server for all tests of this binary, which run at the same time.

use std::sync::{Arc, Weak};

use buckets_tests::components::seaweedfs::SeaweedFs;
use tokio::sync::Mutex;

static SHARED: Mutex<Weak<SeaweedFs>> = Mutex::const_new(Weak::new());

/// The server, started by whoever asks first, and ended with the last who has it: hold on to it.
pub(crate) async fn shared() -> Arc<SeaweedFs> {
    let mut shared = SHARED.lock().await;
    if let Some(server) = shared.upgrade() {
        return server;
    }
    let server = Arc::new(SeaweedFs::start().await);
    *shared = Arc::downgrade(&server);
    server
}
