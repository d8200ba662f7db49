use std::panic::AssertUnwindSafe;

use buckets::operation::Get;
use buckets::store::Store;
use futures_util::FutureExt;

use super::{Bench, Kept, OFTEN, ensure, get, key};
use crate::testing::Answer;

/// Sends a get and reads its body; whether that panics.
async fn panics<S: Store>(bench: &Bench<S>, answer: Answer) -> bool {
    bench.script.next([answer]);
    let read = async {
        match bench.ask(Get::new(key("object"))).await {
            Ok(fetched) => fetched.body.collect(1000).await.is_ok(),
            Err(_) => false,
        }
    };
    AssertUnwindSafe(read).catch_unwind().await.is_err()
}

const PANICS: [Answer; 3] = [Answer::PanicInCall, Answer::PanicInPoll, Answer::BodyPanic];

pub(super) async fn pass_through<S: Store>(bench: Bench<S>) -> Kept {
    for answer in PANICS {
        ensure(panics(&bench, answer).await, &format!("{answer:?} does not get to the caller"))?;
    }
    Ok(())
}

pub(super) async fn take_nothing_with_them<S: Store>(bench: Bench<S>) -> Kept {
    for answer in PANICS {
        for _ in 0..OFTEN / 4 {
            panics(&bench, answer).await;
        }
    }
    // One whose future outlives the panic that was caught within it.
    bench.script.next([Answer::PanicInPoll]);
    {
        let mut sent = std::pin::pin!(bench.send(get()));
        AssertUnwindSafe(sent.as_mut()).catch_unwind().await.err();
    }
    ensure(bench.script.in_flight() == 0, "a call that panicked is still in flight below")?;
    bench.still_works().await
}
