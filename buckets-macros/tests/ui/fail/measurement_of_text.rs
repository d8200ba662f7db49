use buckets::instrumented;

#[instrumented("ui.work", measurements(size = "large"))]
fn work() {}

fn main() {}
