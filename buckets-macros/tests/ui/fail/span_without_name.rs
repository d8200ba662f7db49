fn main() {
    buckets::span!({ 1 });
}
