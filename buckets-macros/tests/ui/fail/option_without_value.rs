use buckets::instrumented;

#[instrumented("ui.work", slow)]
fn work() {}

fn main() {}
