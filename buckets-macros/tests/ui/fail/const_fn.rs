use buckets::instrumented;

#[instrumented("ui.work")]
const fn work() {}

fn main() {}
