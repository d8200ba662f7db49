use buckets::instrumented;

#[instrumented("ui..work")]
fn work() {}

fn main() {}
