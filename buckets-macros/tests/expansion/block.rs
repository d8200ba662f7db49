#[instrumented("my_app.store", fields(size = self.size))]
impl<T: Clone> Store for Own<T> {
    const SIZE: usize = { 1 };
    fn get(&self) -> Result<T, Error> {
        Ok(self.value.clone())
    }
    #[instrumented(skip)]
    fn name(&self) -> &str {
        "own"
    }
}
