use buckets::instrumented;

#[instrumented("ui.work", sample = 2)]
fn work() {}

fn main() {}
