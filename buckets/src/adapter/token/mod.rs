//! Access tokens: fetched when first needed, refreshed before they expire, told of in events.

mod endpoint;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use tokio::sync::Mutex;
use tokio::time::Instant;

pub(crate) use endpoint::{ask, client};

use crate::error::Result;
use crate::telemetry::catalogue::names;
use crate::telemetry::{Number, Outcome, Scope, Span};

/// How long before its end a token is refreshed.
const MARGIN: Duration = Duration::from_secs(300);

/// A token and how long it is good for.
pub(crate) struct Token {
    pub(crate) secret: Arc<str>,
    pub(crate) expires_in: Duration,
}

/// Where tokens come from: one set of credentials.
pub(crate) trait Login: Send + Sync + 'static {
    /// Asks for a token.
    fn token(&self) -> impl Future<Output = Result<Token>> + Send;
}

/// The token of one set of credentials. Whoever has other credentials has another one of these, so no token is
/// ever used for others.
pub(crate) struct Tokens<L> {
    login: L,
    scope: Scope,
    current: Mutex<Option<Held>>,
}

struct Held {
    secret: Arc<str>,
    fetched_at: Instant,
    expires_in: Duration,
}

impl<L: Login> Tokens<L> {
    pub(crate) fn new(login: L, scope: Scope) -> Self {
        Self { login, scope, current: Mutex::new(None) }
    }

    /// A token that is good for a while. However many ask at once, one request is made: the others wait for it, and
    /// if who made it goes away the next one makes it.
    ///
    /// # Errors
    /// Why none can be had. A refresh that fails is no error while the old token is good.
    pub(crate) async fn get(&self) -> Result<Arc<str>> {
        let mut current = self.current.lock().await;
        if let Some(held) = current.as_ref().filter(|held| held.is_fresh()) {
            return Ok(Arc::clone(&held.secret));
        }
        let name = if current.is_none() { &names::AUTH_TOKEN_FETCH } else { &names::AUTH_TOKEN_REFRESH };
        let asked = Instant::now();
        let answer = Span::start(&self.scope, name).watch(self.login.token(), |span, answer| match answer {
            Ok(token) => {
                let expiry = self.scope.dispatcher().system_time() + token.expires_in;
                let expiry = expiry.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
                span.end_with(Outcome::Success, None, &[("expiry", Number::F64(expiry))], &[]);
            }
            Err(error) => span.fail(error),
        });
        match (answer.await, current.as_ref().filter(|held| held.is_good())) {
            (Ok(Token { secret, expires_in }), _) => {
                *current = Some(Held { secret: Arc::clone(&secret), fetched_at: asked, expires_in });
                Ok(secret)
            }
            (Err(_), Some(old)) => Ok(Arc::clone(&old.secret)),
            (Err(error), None) => Err(error),
        }
    }
}

impl Held {
    fn is_good(&self) -> bool {
        self.fetched_at.elapsed() < self.expires_in
    }

    /// Whether it need not be refreshed yet; one with a short life has a short margin.
    fn is_fresh(&self) -> bool {
        self.fetched_at.elapsed() + MARGIN.min(self.expires_in / 2) < self.expires_in
    }
}

impl<L> fmt::Debug for Tokens<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::telemetry::Dispatcher;
    use crate::testing::{Capture, ManualClock};

    /// Gives numbered tokens that are good for an hour, until it is told to fail.
    #[derive(Default)]
    struct Counting {
        asked: AtomicUsize,
        fails: std::sync::atomic::AtomicBool,
    }

    impl Login for Arc<Counting> {
        async fn token(&self) -> Result<Token> {
            let number = self.asked.fetch_add(1, SeqCst) + 1;
            tokio::task::yield_now().await;
            match self.fails.load(SeqCst) {
                true => Err(Error::new(ErrorKind::Unauthenticated, "as told")),
                false => Ok(Token { secret: format!("token {number}").into(), expires_in: Duration::from_secs(3600) }),
            }
        }
    }

    fn tokens() -> (Arc<Counting>, Capture, Arc<Tokens<Arc<Counting>>>) {
        let dispatcher = Dispatcher::builder().clock(ManualClock::new()).build();
        let (login, capture) = (Arc::new(Counting::default()), Capture::on(&dispatcher));
        let tokens = Tokens::new(Arc::clone(&login), Scope::of(capture.dispatcher()));
        (login, capture, Arc::new(tokens))
    }

    fn ends(capture: &Capture) -> Vec<String> {
        capture.names().into_iter().filter(|name| !name.ends_with(".start")).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn many_who_ask_at_once_share_one_request() {
        let (login, capture, tokens) = tokens();
        let asking: Vec<_> = (0..100).map(|_| tokens.get()).collect();
        for token in futures_util::future::join_all(asking).await {
            assert_eq!(&*token.expect("a token"), "token 1");
        }
        assert_eq!(login.asked.load(SeqCst), 1);
        assert_eq!(ends(&capture), ["buckets.auth.token.fetch.stop"]);
        capture.assert_conserved();
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_refreshed_before_it_expires() {
        let (_, capture, tokens) = tokens();
        tokens.get().await.expect("a token");
        tokio::time::advance(Duration::from_secs(3299)).await;
        assert_eq!(&*tokens.get().await.expect("still fresh"), "token 1");
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(&*tokens.get().await.expect("refreshed"), "token 2");
        assert_eq!(ends(&capture), ["buckets.auth.token.fetch.stop", "buckets.auth.token.refresh.stop"]);
        let now = capture.dispatcher().system_time().duration_since(UNIX_EPOCH).expect("past 1970");
        let expiry = capture.one("buckets.auth.token.refresh.stop").measurement("expiry").map(Number::as_f64);
        assert_eq!(expiry, Some((now + Duration::from_secs(3600)).as_secs_f64()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_old_token_serves_while_it_is_good_and_no_longer() {
        let (login, capture, tokens) = tokens();
        tokens.get().await.expect("a token");
        login.fails.store(true, SeqCst);
        tokio::time::advance(Duration::from_secs(3400)).await;
        assert_eq!(&*tokens.get().await.expect("the old one"), "token 1");
        tokio::time::advance(Duration::from_secs(201)).await;
        assert_eq!(tokens.get().await.expect_err("it expired").kind(), ErrorKind::Unauthenticated);
        let refresh = "buckets.auth.token.refresh.exception";
        assert_eq!(ends(&capture), ["buckets.auth.token.fetch.stop", refresh, refresh]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_whose_caller_goes_away_is_made_by_the_next() {
        let (login, capture, tokens) = tokens();
        let mut first = Box::pin(tokens.get());
        assert!(futures_util::poll!(first.as_mut()).is_pending());
        let second = tokens.get();
        drop(first);
        assert_eq!(&*second.await.expect("a token"), "token 2");
        assert_eq!(login.asked.load(SeqCst), 2);
        let (cancelled, fetched) = ("buckets.auth.token.fetch.exception", "buckets.auth.token.fetch.stop");
        assert_eq!(ends(&capture), [cancelled, fetched]);
        capture.assert_conserved();
    }
}
