#[instrumented("my_app.boxed_tail")]
fn get<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<u8, Error>> + Send + 'a>> {
    let count = self.count;
    Box::pin(async move { Ok(count) })
}
