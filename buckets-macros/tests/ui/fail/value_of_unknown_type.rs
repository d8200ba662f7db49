use buckets::instrumented;

struct Config;

#[instrumented("ui.work", fields(config))]
fn work(config: &Config) {}

fn main() {}
