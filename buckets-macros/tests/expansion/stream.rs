#[instrumented("my_app.stream", root, level = info, slow = "2s", dispatcher = &self.scope)]
fn list(&self) -> impl Stream<Item = Result<Entry, Error>> + '_ {
    stream::iter(&self.entries)
}
