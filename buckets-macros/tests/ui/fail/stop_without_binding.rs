use buckets::instrumented;

#[instrumented("ui.work", stop(stored = result.is_ok()))]
fn work() -> Result<(), ()> {
    Ok(())
}

fn main() {}
