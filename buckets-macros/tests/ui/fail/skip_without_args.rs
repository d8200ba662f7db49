use buckets::instrumented;

#[instrumented("ui.work", skip(name))]
fn work(name: &str) {}

fn main() {}
