use buckets::instrumented;

#[instrumented("ui.work")]
async fn work(text: &str) -> Result<usize, String> {
    if text.is_empty() {
        return Err(1);
    }
    Ok(text)
}

fn main() {}
