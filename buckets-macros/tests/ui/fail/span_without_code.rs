fn main() {
    buckets::span!("ui.work", fields(size = 1));
}
