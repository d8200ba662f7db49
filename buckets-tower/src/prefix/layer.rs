use buckets::Key;
use tower_layer::Layer;

use super::Prefixed;
use super::room::Room;

/// Keeps all keys below one; the [module](super) says how.
#[derive(Clone, Debug)]
pub struct PrefixLayer {
    room: Room,
}

impl PrefixLayer {
    /// Keeps all keys below `base`.
    pub const fn new(base: Key) -> Self {
        Self { room: Room::new(base) }
    }
}

impl<S> Layer<S> for PrefixLayer {
    type Service = Prefixed<S>;

    fn layer(&self, inner: S) -> Prefixed<S> {
        Prefixed::new(inner, self.room.clone())
    }
}
