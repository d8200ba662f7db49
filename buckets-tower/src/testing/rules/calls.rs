use std::pin::pin;

use buckets::operation::Head;
use buckets::store::Store;
use futures_util::future::join_all;

use super::{Bench, Kept, OFTEN, ensure, head, key, poll_times};
use crate::testing::Answer;

pub(super) async fn do_not_mix<S: Store>(bench: Bench<S>) -> Kept {
    bench.script.pauses(2);
    let keys: Vec<_> = (0..8).map(|number| key(&format!("object-{number}"))).collect();
    let answers = join_all(keys.iter().map(|key| bench.ask(Head::new(key.clone())))).await;
    for (key, answer) in keys.iter().zip(answers) {
        ensure(answer?.key == *key, "one call has the answer of another")?;
    }
    Ok(())
}

pub(super) async fn that_are_dropped_are_dropped_below<S: Store>(bench: Bench<S>) -> Kept {
    bench.script.otherwise(Answer::Never);
    for polls in 0..4 {
        let clone = bench.service.clone();
        {
            let mut sent = pin!(tower::ServiceExt::oneshot(clone, head()));
            ensure(poll_times(sent.as_mut(), polls).await.is_none(), "there is an answer before there is one below")?;
        }
        ensure(bench.script.in_flight() == 0, "the call below goes on when the one above is dropped")?;
    }
    Ok(())
}

pub(super) async fn that_are_dropped_take_nothing_with_them<S: Store>(mut bench: Bench<S>) -> Kept {
    bench.script.otherwise(Answer::Never);
    for time in 0..OFTEN {
        super::ready(&mut bench.service).await?;
        let mut sent = pin!(bench.service.call(head()));
        // Some before they were ever polled.
        poll_times(sent.as_mut(), time % 3).await;
    }
    bench.still_works().await
}
