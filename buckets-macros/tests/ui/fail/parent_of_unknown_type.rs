use buckets::instrumented;

#[instrumented("ui.work", parent = "outer")]
fn work() {}

fn main() {}
