use buckets::instrumented;

#[instrumented("ui.work", stop(|_result| size = data.len()))]
fn work(data: String) -> Result<(), ()> {
    drop(data);
    Ok(())
}

fn main() {}
