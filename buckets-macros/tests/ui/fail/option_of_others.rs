use buckets::instrumented;

#[instrumented("ui.work", ret)]
fn work() -> u8 {
    1
}

fn main() {}
