use buckets::instrumented;

#[instrumented("ui.work", stop(|result| done = true))]
fn work() {}

fn main() {}
