use buckets::instrumented;

#[instrumented("ui.work" root)]
fn work() {}

fn main() {}
