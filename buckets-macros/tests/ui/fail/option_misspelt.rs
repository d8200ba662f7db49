use buckets::instrumented;

#[instrumented("ui.work", filds(size))]
fn work(size: u8) {}

fn main() {}
