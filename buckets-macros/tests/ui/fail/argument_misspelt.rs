use buckets::instrumented;

#[instrumented("ui.work", fields(nme))]
fn work(name: &str) {}

fn main() {}
