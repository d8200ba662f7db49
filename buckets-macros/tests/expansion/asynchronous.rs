#[instrumented]
async fn upload(&self, path: &str, data: Bytes) -> Result<Object, Error> {
    self.cloud.insert((path, data)).await
}
