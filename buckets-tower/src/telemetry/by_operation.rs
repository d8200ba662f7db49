use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use buckets::operation::{Op, Request};
use buckets::telemetry::{Sampling, Scope, Span};

use super::{Describe, Description};

/// Describes the requests of this library by their operation, in the scope of their context.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByOperation;

impl Describe<Request> for ByOperation {
    fn scope<'a>(&'a self, request: &'a Request) -> &'a Scope {
        &request.context.scope
    }

    fn describe<'a>(&'a self, request: &'a Request) -> Description<'a> {
        let op = &request.op;
        let description = Description::new(op.event())
            .operation(op.name())
            .parent(request.context.span)
            .sampling(request.context.sampling)
            .content_type(op.content_type())
            .expecting(op.expectation());
        match op.key() {
            Some(key) => description.key(key),
            None => description,
        }
    }

    fn enter(&self, request: &mut Request, span: &Span) {
        request.context.span = span.id();
        request.context.sampling = span.sampling();
    }

    fn carry(&self, request: &mut Request, sampling: Sampling) {
        request.context.sampling = sampling;
    }

    fn progress(&self, request: &mut Request) -> Option<Arc<AtomicU64>> {
        match &mut request.op {
            // Of a body in memory all or nothing moves, as far as can be told from here.
            Op::Put(put) if put.body.as_bytes().is_none() => Some(put.body.progress()),
            _ => None,
        }
    }
}
