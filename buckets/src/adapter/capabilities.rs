use crate::operation::OperationKind;

/// What an adapter can do, so that callers can ask before they try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    operations: u16,
    /// Whether `put` and `copy` honour conditions, atomically.
    pub conditional_put: bool,
    /// Whether content type, delivery headers and user metadata are kept.
    pub attributes: bool,
    /// Whether objects have a checksum of their content.
    pub checksums: bool,
    /// Whether lists are in the order of the keys' bytes, within a page and from page to page.
    pub ordered_lists: bool,
    /// Whether a signed `PUT` can be bound to a largest size. Where not, a signed form
    /// ([`Post`](crate::operation::SignedMethod::Post)) may.
    pub bounded_links: bool,
}

impl Capabilities {
    /// Nothing.
    pub const fn none() -> Self {
        Self {
            operations: 0,
            conditional_put: false,
            attributes: false,
            checksums: false,
            ordered_lists: false,
            bounded_links: false,
        }
    }

    /// Every built-in operation and option.
    pub const fn all() -> Self {
        Self {
            operations: u16::MAX,
            conditional_put: true,
            attributes: true,
            checksums: true,
            ordered_lists: true,
            bounded_links: true,
        }
    }

    /// Adds an operation.
    pub const fn with(mut self, operation: OperationKind) -> Self {
        self.operations |= 1 << operation as u16;
        self
    }

    /// Takes an operation away.
    pub const fn without(mut self, operation: OperationKind) -> Self {
        self.operations &= !(1 << operation as u16);
        self
    }

    /// Sets whether `put` and `copy` honour conditions.
    pub const fn with_conditional_put(mut self, yes: bool) -> Self {
        self.conditional_put = yes;
        self
    }

    /// Sets whether attributes are kept.
    pub const fn with_attributes(mut self, yes: bool) -> Self {
        self.attributes = yes;
        self
    }

    /// Sets whether objects have checksums.
    pub const fn with_checksums(mut self, yes: bool) -> Self {
        self.checksums = yes;
        self
    }

    /// Sets whether lists are in the order of the keys' bytes.
    pub const fn with_ordered_lists(mut self, yes: bool) -> Self {
        self.ordered_lists = yes;
        self
    }

    /// Sets whether a signed `PUT` can be bound to a largest size.
    pub const fn with_bounded_links(mut self, yes: bool) -> Self {
        self.bounded_links = yes;
        self
    }

    /// Whether the operation is there.
    pub const fn supports(&self, operation: OperationKind) -> bool {
        self.operations & (1 << operation as u16) != 0
    }
}
