use buckets::instrumented;

#[instrumented("ui.work", stream)]
fn work() -> Vec<u8> {
    Vec::new()
}

fn main() {}
