/// Something is read.
#[instrumented("my_app.read", fields(path), stop(|result| found = result.is_ok()))]
fn read<'a, T: AsRef<str>>(path: &'a str, mut other: T, (a, b): (u8, u8)) -> Result<&'a str, io::Error> {
    other.as_ref();
    Ok(path)
}
