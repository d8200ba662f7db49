use buckets::instrumented;

#[instrumented("ui.work", none = error)]
fn work() -> u32 {
    1
}

fn main() {}
