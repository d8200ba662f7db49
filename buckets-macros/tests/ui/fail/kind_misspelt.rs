use buckets::instrumented;

#[instrumented("ui.work", expected(NotFond))]
fn work() -> buckets::Result<()> {
    Ok(())
}

fn main() {}
