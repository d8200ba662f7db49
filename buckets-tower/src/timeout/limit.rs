use std::time::Duration;

use buckets::body::GetBody;
use buckets::operation::{Op, Reply, Request, Response};
use bytes::Bytes;

use super::{IdleBody, Upload};
use crate::TimeLimits;

/// Says how long an attempt may take, and how to watch the content that goes with it.
///
/// [`AttemptLimits`] do for the requests of this library, a closure `Fn(&R) -> Option<Duration>` for
/// any others.
pub trait Limit<R, T> {
    /// How long the service may take to answer; [`None`] for as long as it takes.
    fn limit(&self, request: &R) -> Option<Duration>;

    /// Has the content of `request` watched on its way. By default it is not.
    fn watch_upload(&self, request: &mut R) -> Option<Upload> {
        let _ = request;
        None
    }

    /// Has the content of `answer` watched on its way. By default it is not.
    fn watch_download(&self, answer: &mut T) {
        let _ = answer;
    }
}

impl<R, T, F> Limit<R, T> for F
where
    F: Fn(&R) -> Option<Duration>,
{
    fn limit(&self, request: &R) -> Option<Duration> {
        self(request)
    }
}

/// The limits of this library's operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptLimits {
    pub(super) limits: TimeLimits,
    pub(super) idle: Option<Duration>,
}

impl Limit<Request, Response> for AttemptLimits {
    fn limit(&self, request: &Request) -> Option<Duration> {
        self.limits.of(request)
    }

    fn watch_upload(&self, request: &mut Request) -> Option<Upload> {
        let idle = self.idle?;
        match &mut request.op {
            // Content in memory is taken at once.
            Op::Put(put) if put.body.as_bytes().is_none() => {
                let (body, upload) = Upload::watch(std::mem::take(&mut put.body), idle);
                put.body = body;
                Some(upload)
            }
            _ => None,
        }
    }

    fn watch_download(&self, answer: &mut Response) {
        let (Some(idle), Reply::Get(fetched)) = (self.idle, &mut answer.reply) else { return };
        if fetched.body.as_bytes().is_none() {
            let body = std::mem::replace(&mut fetched.body, GetBody::from_bytes(Bytes::new()));
            fetched.body = body.map_content(|content| IdleBody::new(content, idle));
        }
    }
}
