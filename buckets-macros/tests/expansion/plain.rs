#[instrumented("my_app.plain")]
pub fn plain(n: u64) -> u64 {
    n + 1
}
