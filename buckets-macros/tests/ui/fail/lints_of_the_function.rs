//! The attribute takes no warning away.
#![deny(dead_code, unused_mut, unused_variables, unreachable_code, unused_must_use)]

use buckets::instrumented;

struct Work;

impl Work {
    #[instrumented("ui.never_called")]
    fn never_called(&self) {}

    #[instrumented("ui.never_awaited")]
    async fn never_awaited(&self) -> Result<(), ()> {
        Ok(())
    }
}

#[instrumented("ui.sync")]
fn sync(unused: String, mut unchanged: Vec<u8>) -> Result<usize, ()> {
    let inner = 1;
    Ok(unchanged.len())
}

#[instrumented("ui.async")]
async fn asynchronous(unused: &str, mut unchanged: Vec<u8>) -> Result<usize, ()> {
    return Ok(unchanged.len());
    Ok(0)
}

#[instrumented("ui.must_use")]
#[must_use]
fn must_use() -> u8 {
    1
}

fn main() {
    let _ = (Work, sync(String::new(), Vec::new()), asynchronous("", Vec::new()));
    must_use();
}
