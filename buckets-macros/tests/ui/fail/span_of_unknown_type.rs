fn main() {
    let parsed: Result<u8, std::num::ParseIntError> = buckets::span!("ui.work", {
        let n: u8 = "1".parse()?;
        Ok(n)
    });
    drop(parsed);
}
