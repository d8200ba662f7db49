//! What must not be seen, and where it is put.

use std::error::Error as StdError;
use std::fmt::Debug;

use buckets::body::PutBody;
use buckets::operation::{Attributes, Operation};
use buckets::{Error, Key};

/// In every value that is planted, and nowhere else: not in the name of this program either, which
/// stack traces have.
pub(crate) const CANARY: &str = "canary";
pub(crate) const CONTENT: &str = "canary in the content";
pub(crate) const SECRET: &str = "canary in the secret, which must be 32 bytes or more";
const KEY: &str = "canary-dir/canary-file.txt";

#[track_caller]
pub(crate) fn assert_silent(text: &str) {
    let found = text.to_ascii_lowercase().find(CANARY).map(|at| {
        let around = text.floor_char_boundary(at.saturating_sub(200))..text.ceil_char_boundary(at + 100);
        &text[around]
    });
    assert_eq!(found, None);
}

/// Looks at a value of a public type.
#[track_caller]
pub(crate) fn look(value: impl Debug) {
    assert_silent(&format!("{value:?}"));
    assert_silent(&format!("{value:#?}"));
}

#[track_caller]
pub(crate) fn look_at_error(error: &(dyn StdError + 'static)) {
    look(error);
    let mut link = Some(error);
    while let Some(error) = link {
        assert_silent(&error.to_string());
        link = error.source();
    }
}

#[track_caller]
pub(crate) fn fails<T>(result: buckets::Result<T>) {
    look_at_error(&result.err().expect("it should fail"));
}

#[track_caller]
pub(crate) fn works<T: Debug>(result: buckets::Result<T>) -> T {
    let value = result.unwrap_or_else(|error| panic!("it should work: {error:?}"));
    look(&value);
    value
}

pub(crate) fn key() -> Key {
    Key::new(KEY).expect("valid")
}

pub(crate) fn attributes() -> Attributes {
    Attributes::new()
        .with_content_type("text/plain; name=canary")
        .and_then(|a| a.with_cache_control("max-age=1, canary"))
        .and_then(|a| a.with_content_disposition("attachment; filename=canary"))
        .and_then(|a| a.with_metadata("canary-name", "canary value"))
        .expect("valid")
}

pub(crate) fn stream() -> PutBody {
    PutBody::from_stream(futures_util::stream::iter(["canary ", "in the content"].map(|c| Ok::<_, Error>(c.into()))))
}

/// Fails in the middle, with the content in the words of the error's source.
pub(crate) fn broken() -> PutBody {
    let chunks = [Ok(CONTENT), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    PutBody::from_stream(futures_util::stream::iter(chunks.map(|chunk| chunk.map(Into::into))))
}

/// An operation of a user's.
pub(crate) struct Tag(#[expect(dead_code, reason = "it is there to be leaked")] pub(crate) &'static str);

impl Operation for Tag {
    type Output = &'static str;
    const NAME: &'static str = "tag";
}
