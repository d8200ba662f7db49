//! Signed links, as far as they can be judged without following them.

use std::time::Duration;

use super::behaviour::behaviours;
use super::failure::{Checked, ensure, same};
use super::session::Session;
use crate::error::{ErrorKind, Result};
use crate::operation::{Constraints, Sign, SignedMethod, SignedUrl};

behaviours! { "sign" {
    a_link_tells_its_method: SIGN;
    a_link_is_plain_ascii_whatever_the_key: SIGN;
    a_link_does_not_show_itself: SIGN;
    another_key_or_method_is_another_link: SIGN;
    a_longer_life_expires_later: SIGN;
    the_shortest_and_the_longest_life_are_allowed: SIGN;
    a_largest_size_is_signed_where_that_is_declared: SIGN;
    what_no_link_can_be_bound_to_is_refused: SIGN;
}}

async fn a_link_tells_its_method(session: &Session) -> Checked {
    for method in [SignedMethod::Get, SignedMethod::Put] {
        same("method", sign(session, "object", method, 60).await?.method(), method)?;
    }
    Ok(())
}

async fn a_link_is_plain_ascii_whatever_the_key(session: &Session) -> Checked {
    for name in ["a b", "a?b", "a#b", "a%2fb", "ä/🗝", "\"<a>\"", "a&b=c", "a+b"] {
        let link = sign(session, name, SignedMethod::Get, 60).await?;
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
        ensure(!link.expose().is_empty() && link.expose().bytes().all(plain), "the link has characters no URL has")?;
        same("fragments in the link", link.expose().matches('#').count(), 0)?;
    }
    Ok(())
}

async fn a_link_does_not_show_itself(session: &Session) -> Checked {
    let link = sign(session, "a-telling-name", SignedMethod::Get, 60).await?;
    let shown = format!("{link} {link:?}");
    ensure(!shown.contains("a-telling-name") && !shown.contains('?'), "`Display` or `Debug` shows path or query")
}

async fn another_key_or_method_is_another_link(session: &Session) -> Checked {
    let mut links = Vec::new();
    for name in ["a", "b"] {
        for method in [SignedMethod::Get, SignedMethod::Put] {
            links.push(sign(session, name, method, 60).await?.into_exposed());
        }
    }
    links.sort_unstable();
    links.dedup();
    same("different links", links.len(), 4)
}

async fn a_longer_life_expires_later(session: &Session) -> Checked {
    let short = sign(session, "object", SignedMethod::Get, 60).await?;
    let long = sign(session, "object", SignedMethod::Get, 3600).await?;
    ensure(long.expires_at() > short.expires_at(), "a link for an hour expires before one for a minute")
}

async fn the_shortest_and_the_longest_life_are_allowed(session: &Session) -> Checked {
    sign(session, "object", SignedMethod::Get, 1).await?;
    sign(session, "object", SignedMethod::Get, Sign::MAX_EXPIRES_IN.as_secs()).await?;
    Ok(())
}

async fn a_largest_size_is_signed_where_that_is_declared(session: &Session) -> Checked {
    let sign = Sign::new(session.key("object")?, SignedMethod::Put, Duration::from_secs(60))?;
    let sign = sign.with_constraints(Constraints::default().with_max_size(5));
    if session.capabilities().bounded_links {
        session.call(sign).await?;
    } else {
        session.refused(sign, ErrorKind::Unsupported).await?;
    }
    Ok(())
}

async fn what_no_link_can_be_bound_to_is_refused(session: &Session) -> Checked {
    let none = Constraints::default;
    for (method, constraints) in [
        (SignedMethod::Get, none().with_max_size(5)),
        (SignedMethod::Get, none().with_size(5)),
        (SignedMethod::Put, none().with_size(6).with_max_size(5)),
        (SignedMethod::Put, none().with_content_disposition("inline")),
        (SignedMethod::Put, none().with_content_type("a/b\r\nx: y")),
    ] {
        let sign = Sign::new(session.key("object")?, method, Duration::from_secs(60))?;
        session.refused(sign.with_constraints(constraints), ErrorKind::InvalidInput).await?;
    }
    Ok(())
}

async fn sign(session: &Session, name: &str, method: SignedMethod, seconds: u64) -> Result<SignedUrl> {
    session.call(Sign::new(session.key(name)?, method, Duration::from_secs(seconds))?).await
}
