use buckets::operation::{Reply, Request};
use buckets::store::Store;
use futures_util::FutureExt;
use tower::ServiceExt;

use super::{Bench, Kept, ensure, get, head};
use crate::testing::{Measure, Probe};

/// That calls allocate no more often than said on top of what the probe does.
pub(in crate::testing) fn allocates<S: Store>(bench: &Bench<S>, measure: Measure, calls: u64, bodies: u64) -> Kept {
    let probe = Probe::new(&bench.script);
    for (what, request, allowed) in [("call", head as fn() -> Request, calls), ("body", get, bodies)] {
        let bare = count(&probe, measure, request);
        let layered = count(&bench.service, measure, request);
        let added = layered.saturating_sub(bare);
        ensure(added <= allowed, &format!("a {what} adds {added} allocations, not {allowed}"))?;
    }
    Ok(())
}

/// The allocations of one call, the first one left out.
fn count<S: Store>(service: &S, measure: Measure, request: fn() -> Request) -> u64 {
    send(service, request());
    measure(&mut || send(service, request()))
}

fn send<S: Store>(service: &S, request: Request) {
    let answer = service.clone().oneshot(request).now_or_never();
    if let Some(Ok(response)) = answer
        && let Reply::Get(fetched) = response.reply
    {
        fetched.body.collect(1000).now_or_never();
    }
}
