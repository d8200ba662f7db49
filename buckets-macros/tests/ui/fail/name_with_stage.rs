use buckets::instrumented;

#[instrumented("ui.work.stop")]
fn work() {}

fn main() {}
