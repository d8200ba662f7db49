use buckets::instrumented;

#[instrumented("ui.work", name = "ui.other")]
fn work() {}

fn main() {}
