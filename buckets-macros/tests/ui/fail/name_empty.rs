use buckets::instrumented;

#[instrumented("")]
fn work() {}

fn main() {}
