use std::sync::Arc;

use tower_layer::Layer;

use super::Validate;
use super::rules::Rules;

/// Refuses content that is too large or of another type; the [module](super) says when.
#[derive(Clone, Debug, Default)]
pub struct ValidateLayer {
    rules: Arc<Rules>,
}

impl ValidateLayer {
    /// Refuses nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how large content may be, in bytes.
    pub fn max_size(self, bytes: u64) -> Self {
        self.with(|rules| rules.max_size = Some(bytes))
    }

    /// Allows only these types: `image/png`, or `image/*` for all images.
    pub fn types<T: AsRef<str>>(self, types: impl IntoIterator<Item = T>) -> Self {
        let types = types.into_iter().map(|allowed| {
            let allowed = allowed.as_ref().trim().to_ascii_lowercase();
            allowed.strip_suffix('*').map_or(allowed.clone(), str::to_owned)
        });
        let types = types.collect();
        self.with(|rules| rules.types = Some(types))
    }

    /// Allows content whose type its first bytes do not show, such as plain text.
    pub fn unrecognised(self) -> Self {
        self.with(|rules| rules.unrecognised = true)
    }

    fn with(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(Arc::make_mut(&mut self.rules));
        self
    }
}

impl<S> Layer<S> for ValidateLayer {
    type Service = Validate<S>;

    fn layer(&self, inner: S) -> Validate<S> {
        Validate::new(inner, Arc::clone(&self.rules))
    }
}
