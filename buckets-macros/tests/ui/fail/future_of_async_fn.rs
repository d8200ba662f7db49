use buckets::instrumented;

#[instrumented("ui.work", future)]
async fn work() {}

fn main() {}
