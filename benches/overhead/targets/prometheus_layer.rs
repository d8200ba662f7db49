use bytes::Bytes;

use super::Target;
use crate::measure::{Bench, Case};
use crate::report::Row;
use crate::{ours, peers};

/// Metrics of every read cost at most a twelfth of what they add to OpenDAL.
pub(crate) const TARGET: Target = Target { id: "P4", limit: 1.0 / 12.0, allocations: Some(0.0), measure };

const CONTENT: Bytes = Bytes::from_static(&[7; 4096]);

fn measure(bench: &Bench) -> Vec<Row> {
    let (bare, with) = (ours::memory::bare(), ours::memory::with_prometheus());
    let (peer_bare, peer_with) = (peers::opendal::bare(), peers::opendal::with_prometheus());
    bench.runtime.block_on(async {
        bare.put(CONTENT).await;
        with.put(CONTENT).await;
        peer_bare.put(CONTENT).await;
        peer_with.put(CONTENT).await;
    });
    let [bare, with, peer_bare, peer_with] = bench.measure([
        Case::future(&bench.runtime, async || bare.get().await),
        Case::future(&bench.runtime, async || with.get().await),
        Case::future(&bench.runtime, async || peer_bare.get().await),
        Case::future(&bench.runtime, async || peer_with.get().await),
    ]);
    vec![Row {
        what: "telemetry and Prometheus on a get of 4 KiB",
        ours: with.added_to(&bare),
        peer: "OpenDAL's Prometheus layer on a read",
        bar: peer_with.added_to(&peer_bare),
        decides: true,
    }]
}
