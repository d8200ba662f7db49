use buckets::instrumented;

#[instrumented("ui.work")]
struct Work;

fn main() {}
