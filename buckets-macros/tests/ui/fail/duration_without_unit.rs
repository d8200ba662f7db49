use buckets::instrumented;

#[instrumented("ui.work", slow = "500")]
fn work() {}

fn main() {}
