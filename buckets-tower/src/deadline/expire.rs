use std::time::{Duration, Instant};

use buckets::operation::Request;

use crate::TimeLimits;

/// Says how long a whole request may take.
///
/// [`TimeLimits`] do for the requests of this library, a closure `Fn(&R) -> Option<Duration>` for any others.
pub trait Expire<R> {
    /// How long from now; [`None`] for as long as it takes.
    fn limit(&self, request: &R) -> Option<Duration>;

    /// When the request must be over by its own account. By default it does not say.
    fn deadline(&self, request: &R) -> Option<Instant> {
        let _ = request;
        None
    }

    /// Tells what is below, through the request, when it must be over. By default nothing.
    fn tell(&self, request: &mut R, deadline: Instant) {
        let _ = (request, deadline);
    }
}

impl Expire<Request> for TimeLimits {
    fn limit(&self, request: &Request) -> Option<Duration> {
        self.of(request)
    }

    fn deadline(&self, request: &Request) -> Option<Instant> {
        request.context.deadline
    }

    fn tell(&self, request: &mut Request, deadline: Instant) {
        request.context.deadline = Some(deadline);
    }
}

impl<R, F> Expire<R> for F
where
    F: Fn(&R) -> Option<Duration>,
{
    fn limit(&self, request: &R) -> Option<Duration> {
        self(request)
    }
}
