use serde::{Deserialize, Serialize};

use super::Rate;
use crate::operation::OperationKind;

/// What a provider sorts requests into, to price them: the `class` label of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Class {
    /// The dearest as a rule: what writes, and with most providers what lists.
    A,
    /// What reads.
    B,
    /// A third kind, with providers that have one.
    C,
    /// What costs nothing.
    Free,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::Free];

    /// The label's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::Free => "free",
        }
    }
}

/// Of which class a provider takes a call to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallClasses {
    /// Storing an object.
    pub put: Class,
    /// The calls of an upload in parts: beginning it, each part, completing it.
    pub part: Class,
    /// Fetching an object or a part of it.
    pub get: Class,
    /// Asking what is known of an object.
    pub head: Class,
    /// Removing an object.
    pub delete: Class,
    /// Copying an object within the store.
    pub copy: Class,
    /// A page of a list.
    pub list: Class,
}

impl CallClasses {
    /// The class of an operation's only call; [`None`] for one that makes none, such as signing a link.
    pub(super) const fn of(&self, operation: OperationKind) -> Option<Class> {
        match operation {
            OperationKind::Put => Some(self.put),
            OperationKind::Get => Some(self.get),
            OperationKind::Head => Some(self.head),
            OperationKind::Delete => Some(self.delete),
            OperationKind::Copy => Some(self.copy),
            OperationKind::List => Some(self.list),
            OperationKind::Sign => None,
        }
    }
}

/// What a request of each class costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRates {
    /// One of class A.
    pub a: Rate,
    /// One of class B.
    pub b: Rate,
    /// One of class C.
    #[serde(default = "free")]
    pub c: Rate,
}

impl ClassRates {
    /// What a request of this class costs.
    pub const fn of(&self, class: Class) -> Rate {
        match class {
            Class::A => self.a,
            Class::B => self.b,
            Class::C => self.c,
            Class::Free => Rate::FREE,
        }
    }
}

pub(super) fn free() -> Rate {
    Rate::FREE
}
