use std::fmt;
use std::pin::Pin;

use super::failure::Failure;
use super::session::Session;
use crate::adapter::Capabilities;
use crate::operation::OperationKind;

/// One thing that a store must do.
#[derive(Clone, Copy)]
pub struct Behaviour {
    pub(super) name: &'static str,
    pub(super) needs: &'static [Need],
    pub(super) check: for<'a> fn(&'a Session) -> Check<'a>,
}

pub(super) type Check<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

impl Behaviour {
    /// The behaviour's name: a group, a dot, and what must hold, such as `delete.what_is_deleted_is_gone`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What a store needs to have for the behaviour to be checked.
    pub fn needs(&self) -> &'static [Need] {
        self.needs
    }

    pub(super) fn unmet(&self, capabilities: &Capabilities) -> Option<Need> {
        self.needs.iter().copied().find(|need| !need.is_met(capabilities))
    }

    pub(super) fn check<'a>(&self, session: &'a Session) -> Check<'a> {
        (self.check)(session)
    }
}

impl fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Behaviour").field("name", &self.name).field("needs", &self.needs).finish_non_exhaustive()
    }
}

/// Something a behaviour needs a store to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// An operation.
    Operation(OperationKind),
    /// [`Capabilities::conditional_put`].
    ConditionalPut,
    /// [`Capabilities::attributes`].
    Attributes,
    /// [`Capabilities::checksums`].
    Checksums,
    /// [`Capabilities::ordered_lists`].
    OrderedLists,
}

impl Need {
    // The shorthands with which the tables of behaviours are written.
    pub(super) const PUT: Self = Self::Operation(OperationKind::Put);
    pub(super) const GET: Self = Self::Operation(OperationKind::Get);
    pub(super) const HEAD: Self = Self::Operation(OperationKind::Head);
    pub(super) const DELETE: Self = Self::Operation(OperationKind::Delete);
    pub(super) const COPY: Self = Self::Operation(OperationKind::Copy);
    pub(super) const LIST: Self = Self::Operation(OperationKind::List);
    pub(super) const SIGN: Self = Self::Operation(OperationKind::Sign);
    pub(super) const CONDITIONS: Self = Self::ConditionalPut;
    pub(super) const ATTRIBUTES: Self = Self::Attributes;
    pub(super) const CHECKSUMS: Self = Self::Checksums;
    pub(super) const ORDER: Self = Self::OrderedLists;

    /// Whether these capabilities have it.
    pub const fn is_met(self, capabilities: &Capabilities) -> bool {
        match self {
            Self::Operation(kind) => capabilities.supports(kind),
            Self::ConditionalPut => capabilities.conditional_put,
            Self::Attributes => capabilities.attributes,
            Self::Checksums => capabilities.checksums,
            Self::OrderedLists => capabilities.ordered_lists,
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(kind) => write!(f, "the operation `{}`", kind.as_str()),
            Self::ConditionalPut => f.write_str("conditional put"),
            Self::Attributes => f.write_str("attributes"),
            Self::Checksums => f.write_str("checksums"),
            Self::OrderedLists => f.write_str("lists in the order of the keys' bytes"),
        }
    }
}

/// A group's table: each check function with what it needs.
macro_rules! behaviours {
    ($group:literal { $($check:ident: $($need:ident)*;)+ }) => {
        pub(super) const BEHAVIOURS: &[$crate::testing::conformance::Behaviour] = &[$(
            $crate::testing::conformance::Behaviour {
                name: concat!($group, ".", stringify!($check)),
                needs: &[$($crate::testing::conformance::Need::$need),*],
                check: |session| Box::pin($check(session)),
            },
        )+];
    };
}

pub(super) use behaviours;
