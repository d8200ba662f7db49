use buckets::instrumented;

#[instrumented("Ui::Work")]
fn work() {}

fn main() {}
