use bytes::Bytes;

use super::Target;
use crate::measure::{Bench, Case, Figure};
use crate::report::Row;
use crate::{ours, peers};

/// All layers together add to a read at most a twelfth of what those of OpenDAL do, to a write an
/// eighth, and to asking for metadata a quarter.
pub(crate) const GET: Target = Target { id: "P5-get", limit: 1.0 / 12.0, allocations: Some(0.0), measure: get };
pub(crate) const PUT: Target = Target { id: "P5-put", limit: 1.0 / 8.0, allocations: Some(0.0), measure: put };
pub(crate) const HEAD: Target = Target { id: "P5-head", limit: 1.0 / 4.0, allocations: Some(0.0), measure: head };

const CONTENT: Bytes = Bytes::from_static(&[7; 4096]);
const PEER: &str = "OpenDAL's full stack";

/// Measures one operation, bare and under all layers, here and there.
macro_rules! added {
    ($bench:ident, $operation:ident $(, $content:expr)?) => {{
        let (bare, full) = (ours::memory::bare(), ours::memory::with_all_layers());
        let (peer_bare, peer_full) = (peers::opendal::bare(), peers::opendal::with_all_layers());
        $bench.runtime.block_on(async {
            bare.put(CONTENT).await;
            full.put(CONTENT).await;
            peer_bare.put(CONTENT).await;
            peer_full.put(CONTENT).await;
        });
        let [bare, full, peer_bare, peer_full] = $bench.measure([
            Case::future(&$bench.runtime, async || bare.$operation($($content)?).await),
            Case::future(&$bench.runtime, async || full.$operation($($content)?).await),
            Case::future(&$bench.runtime, async || peer_bare.$operation($($content)?).await),
            Case::future(&$bench.runtime, async || peer_full.$operation($($content)?).await),
        ]);
        (full.added_to(&bare), peer_full.added_to(&peer_bare))
    }};
}

fn get(bench: &Bench) -> Vec<Row> {
    vec![row("all layers on a get of 4 KiB", added!(bench, get)), beside_tower(bench)]
}

fn put(bench: &Bench) -> Vec<Row> {
    vec![row("all layers on a put of 4 KiB", added!(bench, put, CONTENT))]
}

fn head(bench: &Bench) -> Vec<Row> {
    vec![row("all layers on a head", added!(bench, head))]
}

fn row(what: &'static str, (ours, bar): (Figure, Figure)) -> Row {
    Row { what, ours, peer: PEER, bar, decides: true }
}

/// Those of the layers that tower has too. Tower's know neither what may be repeated nor what is slow.
fn beside_tower(bench: &Bench) -> Row {
    let (bare, ours) = (ours::memory::bare(), ours::memory::with_control_layers());
    let towers = ours::memory::with_layers_of_tower();
    bench.runtime.block_on(async {
        bare.put(CONTENT).await;
        ours.put(CONTENT).await;
        towers.put(CONTENT).await;
    });
    let [bare, ours, towers] = bench.measure([
        Case::future(&bench.runtime, async || bare.get().await),
        Case::future(&bench.runtime, async || ours.get().await),
        Case::future(&bench.runtime, async || towers.get().await),
    ]);
    Row {
        what: "of these: limit, retry and timeout",
        ours: ours.added_to(&bare),
        peer: "tower's limit, retry and timeout",
        bar: towers.added_to(&bare),
        decides: false,
    }
}
