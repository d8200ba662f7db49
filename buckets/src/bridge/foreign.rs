use std::fmt;

/// An error of another library, as the [source](std::error::Error::source) of one of ours.
///
/// Such errors show paths and URLs, which must not reach a log or a report, so neither `Debug` nor `Display`
/// shows it, and it has no source of its own. Code that wants it can downcast to this type and
/// [look](Self::get_ref).
pub struct Foreign<E>(E);

impl<E> Foreign<E> {
    pub(crate) fn new(error: E) -> Self {
        Self(error)
    }

    /// The error as it came. Mind that its text may name objects.
    pub fn get_ref(&self) -> &E {
        &self.0
    }
}

impl<E> fmt::Debug for Foreign<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Foreign(…)")
    }
}

impl<E> fmt::Display for Foreign<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error of the storage library below, not shown because it may name objects")
    }
}

impl<E> std::error::Error for Foreign<E> {}
