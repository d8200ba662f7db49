use buckets::instrumented;

#[instrumented("work")]
fn work() {}

fn main() {}
