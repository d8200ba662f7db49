use std::ops::Range;

use buckets::body::GetBody;
use buckets::operation::{ByteRange, Condition, ETag, Fetched, Op, Reply, Request, Response};
use buckets::{BoxError, Error, ErrorKind};
use bytes::Bytes;
use tower::ServiceExt;
use tower::util::Oneshot;
use tower_service::Service;

use super::body::ResumingBody;
use crate::retry::{Session, Shared};

/// Where a body came from, to ask for the rest of it.
pub(super) struct Origin<S> {
    service: S,
    request: Request,
    pub(super) session: Session,
}

impl<S> Origin<S>
where
    S: Service<Request, Response = Response, Error: Into<BoxError>>,
{
    /// Has `fetched` go on should it break off, if that can be.
    pub(super) fn stand_by(self, fetched: &mut Fetched)
    where
        S: Clone + Send + 'static,
        S::Future: Send,
    {
        let Some(etag) = fetched.meta.etag.clone() else { return };
        if fetched.body.as_bytes().is_some() {
            return;
        }
        let range = fetched.range.clone();
        let body = std::mem::replace(&mut fetched.body, GetBody::from_bytes(Bytes::new()));
        fetched.body = body.map_content(|content| ResumingBody::new(content, self, etag, range));
    }
}

impl<S> Origin<S> {
    pub(super) fn new(service: S, request: Request, shared: &Shared) -> Self {
        Self { service, request, session: Session::new(shared) }
    }

    pub(super) const fn request(&self) -> &Request {
        &self.request
    }

    /// Asks for this part, of the object with this tag only.
    pub(super) fn ask(&self, etag: &ETag, rest: &Range<u64>) -> Option<Oneshot<S, Request>>
    where
        S: Service<Request> + Clone,
    {
        let mut request = self.request.try_clone()?;
        let Op::Get(get) = &mut request.op else { return None };
        get.range = Some(ByteRange::from_to(rest.start, rest.end.checked_sub(1)?));
        get.condition = Condition::if_match(etag.clone());
        request.context.attempt = self.session.attempts();
        Some(self.service.clone().oneshot(request))
    }
}

/// The body of the rest, if that is what was answered.
pub(super) fn rest<E: Into<BoxError>>(
    answer: Result<Response, E>,
    etag: &ETag,
    rest: &Range<u64>,
) -> Result<GetBody, Error> {
    match answer.map_err(|error| Error::from_boxed(error.into()))?.reply {
        Reply::Get(fetched) if fetched.range == *rest && fetched.meta.etag.as_ref() == Some(etag) => Ok(fetched.body),
        _ => Err(Error::new(ErrorKind::Protocol, "the store answered with another part or object than asked for")),
    }
}
