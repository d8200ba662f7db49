use buckets::instrumented;

#[instrumented("ui.work")]
#[instrumented("ui.other")]
fn work() {}

fn main() {}
