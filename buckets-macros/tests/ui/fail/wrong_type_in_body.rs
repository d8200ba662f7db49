use buckets::instrumented;

#[instrumented("ui.work")]
fn work(text: &str) -> Result<usize, String> {
    Ok(text)
}

fn main() {}
