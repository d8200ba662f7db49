use buckets::instrumented;

#[instrumented("ui.work", fields(duration = 2))]
fn work() {}

fn main() {}
