use std::pin::pin;

use buckets::ErrorKind;
use buckets::operation::{Fetched, Get};
use buckets::store::Store;

use super::{Bench, Kept, OFTEN, ensure, failed, key, poll_times};
use crate::testing::{Answer, Script};

/// Opens a body and reads the first chunk of it.
async fn open<S: Store>(bench: &Bench<S>) -> Result<Fetched, String> {
    let mut fetched = bench.ask(Get::new(key("object"))).await?;
    let first = match poll_times(pin!(fetched.body.next()), 8).await {
        Some(Some(Ok(chunk))) => chunk,
        _ => return Err("the first chunk does not come before the second".to_owned()),
    };
    ensure(first == Script::CONTENT[..Script::FIRST_CHUNK], "the first chunk is another one")?;
    Ok(fetched)
}

pub(super) async fn are_not_read_ahead<S: Store>(bench: Bench<S>) -> Kept {
    bench.script.otherwise(Answer::BodyNever);
    let mut fetched = open(&bench).await?;
    ensure(poll_times(pin!(fetched.body.next()), 3).await.is_none(), "a chunk comes that never came below")
}

pub(super) async fn errors_keep_their_kind<S: Store>(bench: Bench<S>) -> Kept {
    bench.script.otherwise(Answer::BodyError(ErrorKind::PermissionDenied));
    let mut fetched = open(&bench).await?;
    match fetched.body.next().await {
        Some(chunk) => failed(chunk, ErrorKind::PermissionDenied),
        None => Err("a body that fails ended well".to_owned()),
    }
}

pub(super) async fn that_are_dropped_are_dropped_below<S: Store>(bench: Bench<S>) -> Kept {
    bench.script.otherwise(Answer::BodyNever);
    drop(open(&bench).await?);
    ensure(bench.script.bodies() == 0, "the body below is kept when the one above is dropped")
}

pub(super) async fn that_are_dropped_take_nothing_with_them<S: Store>(bench: Bench<S>) -> Kept {
    bench.script.otherwise(Answer::BodyNever);
    for time in 0..OFTEN {
        if time % 2 == 0 {
            drop(open(&bench).await?);
        } else {
            // The answer itself, its body never begun.
            bench.send(super::get()).await.map_err(super::unexpected)?;
        }
    }
    bench.still_works().await
}
