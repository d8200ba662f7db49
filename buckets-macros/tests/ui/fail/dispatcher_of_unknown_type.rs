use buckets::instrumented;

#[instrumented("ui.work", dispatcher = 1)]
fn work() {}

fn main() {}
