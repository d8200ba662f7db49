#[instrumented("my_app.boxed")]
fn get(&self) -> BoxFuture<'static, Result<u8, Error>> {
    self.inner.get().boxed()
}
