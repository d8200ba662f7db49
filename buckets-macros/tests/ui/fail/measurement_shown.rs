use buckets::instrumented;

#[instrumented("ui.work", measurements(size = ?1))]
fn work() {}

fn main() {}
