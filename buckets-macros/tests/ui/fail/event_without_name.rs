fn main() {
    buckets::event!(fields(size = 1));
}
