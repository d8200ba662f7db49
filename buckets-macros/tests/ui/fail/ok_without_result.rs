use buckets::instrumented;

#[instrumented("ui.work", ok(|value| value = *value))]
fn work() -> u32 {
    1
}

fn main() {}
