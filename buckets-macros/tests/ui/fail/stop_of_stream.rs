use buckets::instrumented;

#[instrumented("ui.work", stop(|result| done = true))]
fn work() -> impl futures_util::Stream<Item = u8> {
    futures_util::stream::empty()
}

fn main() {}
