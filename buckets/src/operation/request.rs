use http::Extensions;

use crate::operation::{Context, Op, Operation, Reply};

/// An operation on its way down a stack: the one request type of every
/// [`Store`](crate::store::Store), so that every tower layer fits.
#[derive(Debug)]
#[non_exhaustive]
pub struct Request {
    /// What is asked.
    pub op: Op,
    /// What layers tell each other.
    pub context: Context,
    /// Whatever the user's own layers want to send along.
    pub extensions: Extensions,
}

impl Request {
    /// A request for `operation` in a context of its own.
    pub fn new(operation: impl Operation) -> Self {
        Self::with_context(operation, Context::default())
    }

    /// A request for `operation` in this context.
    pub fn with_context(operation: impl Operation, context: Context) -> Self {
        Self { op: operation.into_op(), context, extensions: Extensions::new() }
    }

    /// The request once more, for another attempt; see [`Op::try_clone`].
    pub fn try_clone(&self) -> Option<Self> {
        Some(Self { op: self.op.try_clone()?, context: self.context.clone(), extensions: self.extensions.clone() })
    }
}

/// An answer on its way up a stack.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// The answer.
    pub reply: Reply,
    /// How many attempts it took, where something below counts them; else 0.
    pub attempts: u32,
    /// Whatever layers and adapters want to send along.
    pub extensions: Extensions,
}

impl Response {
    /// A response with this answer.
    pub fn new(reply: Reply) -> Self {
        Self { reply, attempts: 0, extensions: Extensions::new() }
    }

    /// Bytes of content that the answer tells of; [`None`] where the body still tells, or there is no content.
    pub fn bytes(&self) -> Option<u64> {
        match &self.reply {
            Reply::Put(stored) | Reply::Copy(stored) => Some(stored.meta.size),
            _ => None,
        }
    }
}
