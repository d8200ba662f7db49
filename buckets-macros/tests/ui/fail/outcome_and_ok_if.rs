use buckets::instrumented;

#[instrumented("ui.work", ok_if = |n| *n > 0, outcome = |_| buckets::telemetry::Outcome::Success)]
fn work() -> u32 {
    1
}

fn main() {}
