//! Works on a volume and is killed by `tests/volume_kill.rs`:
//! `volume_victim <root> <deed> <number of the step to stop before> <content length> <sidecars>`.

use buckets_tests::victim::{Deed, commit, open, say, stop_before};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [root, deed, last, len, sidecars] = arguments.try_into().expect("five arguments");
    let deed = Deed::named(&deed);
    let last = last.parse().expect("a number");
    let len = len.parse().expect("a number");
    let sidecars = sidecars.parse().expect("true or false");
    let volume = match deed {
        // Nobody stops at a step, only what is done is of interest.
        Deed::Forever | Deed::Count => open(&root, sidecars, |_| Ok(())).await,
        _ => open(&root, sidecars, stop_before(last)).await,
    };
    commit(&volume, deed, len).await.expect("the deed is done");
    say("done");
}
