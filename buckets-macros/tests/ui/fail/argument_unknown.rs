use buckets::instrumented;

#[instrumented("ui.work", fields(total))]
fn work(name: &str) {}

fn main() {}
