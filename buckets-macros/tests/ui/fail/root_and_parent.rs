use buckets::instrumented;

#[instrumented("ui.work", root, parent = None)]
fn work() {}

fn main() {}
