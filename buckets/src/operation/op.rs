use std::any::Any;
use std::fmt;

use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{
    Copy, Delete, Deleted, Expectation, Fetched, Get, Head, List, ObjectMeta, Page, Put, Sign, SignedUrl, Stored,
};
use crate::telemetry::EventName;
use crate::telemetry::catalogue::names;

/// A typed question with its typed answer.
///
/// The built-in ones are [`Put`], [`Get`], [`Head`], [`Delete`], [`Copy`](struct@Copy), [`List`] and [`Sign`].
/// Any other type becomes an operation by naming itself; it passes through every layer under that
/// name and reaches [`Adapter::custom`](crate::adapter::Adapter::custom):
///
/// ```
/// use buckets::operation::Operation;
/// use buckets::Key;
///
/// struct Tag { key: Key, tag: String }
///
/// impl Operation for Tag {
///     type Output = ();
///     const NAME: &'static str = "tag";
/// }
/// ```
pub trait Operation: Sized + Send + 'static {
    /// The answer.
    type Output: Send + 'static;

    /// The name: a label of metrics, the last segment of the event `buckets.adapter.…`.
    const NAME: &'static str;

    /// The operation as stacks carry it.
    fn into_op(self) -> Op {
        Op::Custom(CustomOp { name: Self::NAME, value: Box::new(self) })
    }

    /// The answer out of a reply.
    ///
    /// # Errors
    /// [`Protocol`](ErrorKind::Protocol) if a layer or adapter answered another operation's reply.
    fn from_reply(reply: Reply) -> Result<Self::Output> {
        match reply {
            Reply::Custom(CustomReply(value)) => match value.downcast() {
                Ok(output) => Ok(*output),
                Err(_) => Err(mismatch(Self::NAME)),
            },
            _ => Err(mismatch(Self::NAME)),
        }
    }
}

macro_rules! operations {
    ($($name:literal $Op:ident => $Output:ident, $event:ident;)+) => {
        /// Any operation, as a request carries it.
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum Op {
            $(#[doc = concat!("A [`", stringify!($Op), "`](struct@", stringify!($Op), ").")] $Op($Op),)+
            /// An operation that is not built in.
            Custom(CustomOp),
        }

        /// Any answer, as a response carries it.
        #[allow(clippy::large_enum_variant, reason = "a body is carried inline, so that a read needs no box")]
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum Reply {
            $(#[doc = concat!("The answer to [`", stringify!($Op), "`](struct@", stringify!($Op), ").")] $Op($Output),)+
            /// The answer to an operation that is not built in.
            Custom(CustomReply),
        }

        /// Which operation it is; the built-in ones can be asked of
        /// [`Capabilities`](crate::adapter::Capabilities).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OperationKind {
            $(#[doc = concat!("[`", stringify!($Op), "`](struct@", stringify!($Op), ").")] $Op,)+
        }

        impl OperationKind {
            /// Every built-in operation.
            pub const ALL: &'static [Self] = &[$(Self::$Op),+];

            /// The operation's name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Op => $name,)+ }
            }
        }

        impl Op {
            /// The operation's name.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$Op(_) => $name,)+
                    Self::Custom(op) => op.name,
                }
            }

            /// Which operation it is; [`None`] for one that is not built in.
            pub const fn kind(&self) -> Option<OperationKind> {
                match self {
                    $(Self::$Op(_) => Some(OperationKind::$Op),)+
                    Self::Custom(_) => None,
                }
            }

            /// The name of the operation's events, such as `buckets.adapter.put`.
            pub fn event(&self) -> &'static EventName {
                match self {
                    $(Self::$Op(_) => &names::$event,)+
                    Self::Custom(op) => EventName::child("buckets.adapter", op.name),
                }
            }
        }

        $(impl Operation for $Op {
            type Output = $Output;
            const NAME: &'static str = $name;

            #[inline]
            fn into_op(self) -> Op {
                Op::$Op(self)
            }

            #[inline]
            fn from_reply(reply: Reply) -> Result<$Output> {
                match reply {
                    Reply::$Op(output) => Ok(output),
                    _ => Err(mismatch($name)),
                }
            }
        })+
    };
}

operations! {
    "put" Put => Stored, ADAPTER_PUT;
    "get" Get => Fetched, ADAPTER_GET;
    "head" Head => ObjectMeta, ADAPTER_HEAD;
    "delete" Delete => Deleted, ADAPTER_DELETE;
    "copy" Copy => Stored, ADAPTER_COPY;
    "list" List => Page, ADAPTER_LIST;
    "url" Sign => SignedUrl, ADAPTER_URL;
}

impl Op {
    /// The object it is about; for a copy the destination, for a list nothing.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Put(op) => Some(&op.key),
            Self::Get(op) => Some(&op.key),
            Self::Head(op) => Some(&op.key),
            Self::Delete(op) => Some(&op.key),
            Self::Copy(op) => Some(&op.destination),
            Self::Sign(op) => Some(&op.key),
            Self::List(_) | Self::Custom(_) => None,
        }
    }

    /// The content type of what is stored.
    pub fn content_type(&self) -> Option<&str> {
        match self {
            Self::Put(op) => op.attributes.content_type(),
            _ => None,
        }
    }

    /// Which errors are answers to it.
    pub fn expectation(&self) -> Expectation {
        match self {
            Self::Head(_) => Expectation::Absence,
            Self::Put(op) => Expectation::of(&op.condition),
            Self::Get(op) => Expectation::of(&op.condition),
            Self::Copy(op) => Expectation::of(&op.condition),
            _ => Expectation::None,
        }
    }

    /// The operation once more, for another attempt; [`None`] where its body can only be read once,
    /// and for operations that are not built in.
    pub fn try_clone(&self) -> Option<Self> {
        Some(match self {
            Self::Put(op) => Self::Put(op.try_clone()?),
            Self::Get(op) => Self::Get(op.clone()),
            Self::Head(op) => Self::Head(op.clone()),
            Self::Delete(op) => Self::Delete(op.clone()),
            Self::Copy(op) => Self::Copy(op.clone()),
            Self::List(op) => Self::List(op.clone()),
            Self::Sign(op) => Self::Sign(op.clone()),
            Self::Custom(_) => return None,
        })
    }
}

/// An operation that is not built in, erased.
pub struct CustomOp {
    name: &'static str,
    value: Box<dyn Any + Send>,
}

impl CustomOp {
    /// The operation's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The operation as it was, if it is an `O`.
    ///
    /// # Errors
    /// The operation itself if it is another one.
    pub fn downcast<O: Operation>(self) -> Result<O, Self> {
        match self.value.downcast() {
            Ok(op) => Ok(*op),
            Err(value) => Err(Self { name: self.name, value }),
        }
    }
}

impl fmt::Debug for CustomOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomOp").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The answer to an operation that is not built in, erased.
pub struct CustomReply(Box<dyn Any + Send>);

impl CustomReply {
    /// The answer to an `O`.
    pub fn new<O: Operation>(output: O::Output) -> Self {
        Self(Box::new(output))
    }
}

impl fmt::Debug for CustomReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomReply(…)")
    }
}

fn mismatch(operation: &'static str) -> Error {
    Error::new(ErrorKind::Protocol, "the stack answered with the reply of another operation").with_operation(operation)
}
