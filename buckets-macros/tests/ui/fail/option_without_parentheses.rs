use buckets::instrumented;

#[instrumented("ui.work", fields = size)]
fn work(size: u8) {}

fn main() {}
