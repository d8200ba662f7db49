use buckets::instrumented;

#[instrumented("ui.work", fields(size, size = 2))]
fn work(size: u8) {}

fn main() {}
