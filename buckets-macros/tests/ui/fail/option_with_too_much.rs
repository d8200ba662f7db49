use buckets::instrumented;

#[instrumented("ui.work", root(true))]
fn work() {}

fn main() {}
