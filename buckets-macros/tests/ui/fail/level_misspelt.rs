use buckets::instrumented;

#[instrumented("ui.work", level = inof)]
fn work() {}

fn main() {}
