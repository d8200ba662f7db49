use buckets::instrumented;

#[instrumented("ui.work", fields(size), fields(name))]
fn work(size: u8, name: &str) {}

fn main() {}
