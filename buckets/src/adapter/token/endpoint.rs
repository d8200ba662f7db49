use std::time::{Duration, SystemTime};

use serde::Deserialize;

use super::Token;
use crate::adapter::retry_after;
use crate::bridge::Foreign;
use crate::error::{Error, ErrorKind, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(30);

/// What a request for a token that was granted is answered with (RFC 6749, section 5.1).
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: u64,
}

/// The client that asks for tokens. It follows no redirection: what it sends is for one server.
pub(crate) fn client() -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT);
    let client = builder.redirect(reqwest::redirect::Policy::none()).build();
    client.map_err(|error| Error::invalid("no connections can be made from here").with_source(Foreign::new(error)))
}

/// Sends a request for a token.
pub(crate) async fn ask(request: reqwest::RequestBuilder) -> Result<Token> {
    let answer = request.send().await.map_err(no_answer)?;
    let status = answer.status();
    if !status.is_success() {
        return Err(refused(status.as_u16(), retry_after(answer.headers(), SystemTime::now())));
    }
    let answer: Answer = answer.json().await.map_err(|error| {
        Error::new(ErrorKind::Protocol, "the answer to the request for a token made no sense")
            .with_source(Foreign::new(error))
    })?;
    Ok(Token { secret: answer.access_token.into(), expires_in: Duration::from_secs(answer.expires_in) })
}

fn no_answer(error: reqwest::Error) -> Error {
    let (kind, message) = match () {
        () if error.is_timeout() => (ErrorKind::Timeout, "the request for a token took too long"),
        () if error.is_connect() => (ErrorKind::Connect, "no connection could be made to ask for a token"),
        () => (ErrorKind::Interrupted, "the request for a token broke off"),
    };
    Error::new(kind, message).with_source(Foreign::new(error))
}

/// An answer other than a token. Its text is not told: it repeats what it was asked.
fn refused(status: u16, wait: Option<Duration>) -> Error {
    let (kind, message) = match status {
        429 => (ErrorKind::Throttled, "fewer tokens are to be asked for"),
        300..=499 => {
            (ErrorKind::Unauthenticated, "no token is given for these credentials; check them, and where they are sent")
        }
        _ => (ErrorKind::Unavailable, "no token is given at the moment"),
    };
    let error = Error::new(kind, message).with_http_status(status);
    match wait {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}
