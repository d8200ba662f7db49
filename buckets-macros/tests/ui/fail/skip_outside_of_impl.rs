use buckets::instrumented;

#[instrumented(skip)]
fn work() {}

fn main() {}
