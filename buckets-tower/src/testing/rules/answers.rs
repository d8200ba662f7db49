use buckets::ErrorKind;
use buckets::operation::{Copy, Delete, Get, Head, List, Put};
use buckets::store::Store;

use super::{Bench, Kept, ensure, failed, head, key, unexpected};
use crate::testing::{Answer, Script};

pub(super) async fn are_those_of_the_service_below<S: Store>(bench: Bench<S>) -> Kept {
    let (one, two) = (key("one"), key("two"));
    ensure(bench.ask(Head::new(one.clone())).await?.key == one, "a head tells of another key")?;
    let fetched = bench.ask(Get::new(one.clone())).await?;
    ensure(fetched.meta.key == one, "a get tells of another key")?;
    let content = fetched.body.collect(1000).await.map_err(unexpected)?;
    ensure(content == Script::CONTENT, "a get has another content")?;
    let page = bench.ask(List::new(Default::default())).await?;
    ensure(page.objects.len() == 1 && page.objects[0].key.as_str() == "object", "a list has other keys")?;
    // What only reads may be asked for no more than that.
    for result in [
        bench.ask(Put::new(one.clone(), Script::CONTENT)).await.map(|stored| stored.meta.key == one),
        bench.ask(Copy::new(one.clone(), two.clone())).await.map(|stored| stored.meta.key == two),
        bench.ask(Delete::new(one.clone())).await.map(|deleted| deleted.existed == Some(true)),
    ] {
        ensure(result.unwrap_or(true), "a write has another answer")?;
    }
    ensure(bench.script.stored().is_none_or(|content| content == Script::CONTENT), "a put has another content")
}

pub(super) async fn errors_keep_their_kind<S: Store>(bench: Bench<S>) -> Kept {
    // Those that a layer may take for a reason to try again are left out.
    for kind in [ErrorKind::NotFound, ErrorKind::PermissionDenied, ErrorKind::QuotaExceeded, ErrorKind::Other] {
        bench.script.next([Answer::Error(kind)]);
        let result = bench.send(head()).await;
        let operation = result.as_ref().err().and_then(buckets::Error::operation);
        ensure(operation == Some("head"), "an error has lost its operation")?;
        failed(result, kind)?;
    }
    Ok(())
}

#[derive(Clone, Debug, PartialEq)]
struct Mark(u32);

pub(super) async fn extensions_go_down_and_up<S: Store>(bench: Bench<S>) -> Kept {
    let mut request = head();
    request.extensions.insert(Mark(7));
    let response = bench.send(request).await.map_err(unexpected)?;
    ensure(response.extensions.get() == Some(&Mark(7)), "an extension of the request or of the response is lost")
}
