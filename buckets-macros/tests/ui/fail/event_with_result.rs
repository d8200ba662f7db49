fn main() {
    buckets::event!("ui.work", stop(|result| size = 1));
}
