use buckets::instrumented;

#[instrumented("ui.work")]
#[track_caller]
fn work() -> Result<(), ()> {
    Ok(())
}

fn main() {}
