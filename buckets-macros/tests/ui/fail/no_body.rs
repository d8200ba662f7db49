use buckets::instrumented;

trait Work {
    #[instrumented("ui.work")]
    fn work(&self);
}

fn main() {}
