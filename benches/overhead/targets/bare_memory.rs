use bytes::Bytes;

use super::Target;
use crate::measure::{Bench, Case};
use crate::report::Row;
use crate::{ours, peers};

/// Storage without any layer costs at most three quarters of what it costs in object_store.
pub(crate) const TARGET: Target = Target { id: "P7", limit: 0.75, allocations: None, measure };

const CONTENT: Bytes = Bytes::from_static(&[7; 4096]);
const PEER: &str = "object_store::memory::InMemory";

fn measure(bench: &Bench) -> Vec<Row> {
    let (ours, peer) = (ours::memory::bare(), peers::object_store::Store::new());
    let [put, peer_put, get, peer_get, head, peer_head] = bench.measure([
        Case::future(&bench.runtime, async || ours.put(CONTENT).await),
        Case::future(&bench.runtime, async || peer.put(CONTENT).await),
        Case::future(&bench.runtime, async || ours.get().await),
        Case::future(&bench.runtime, async || peer.get().await),
        Case::future(&bench.runtime, async || ours.head().await),
        Case::future(&bench.runtime, async || peer.head().await),
    ]);
    vec![
        Row { what: "bare memory get, 4 KiB", ours: get, peer: PEER, bar: peer_get, decides: true },
        Row { what: "bare memory put, 4 KiB", ours: put, peer: PEER, bar: peer_put, decides: true },
        Row { what: "bare memory head", ours: head, peer: PEER, bar: peer_head, decides: true },
    ]
}
