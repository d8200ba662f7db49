use buckets::body::PutBody;
use buckets::operation::{Copy, Delete, Get, Head, List, Operation, Put, Request};
use buckets::{ByteRange, Condition, Error, Key, Prefix};
use bytes::Bytes;
use futures_util::stream;

use super::bottom::Pauses;
use super::cut::pause;
use crate::random::Random;

/// An operation that no adapter here knows.
struct Tag;

impl Operation for Tag {
    type Output = ();
    const NAME: &'static str = "tag";
}

/// Any request.
pub(super) fn any(random: &mut Random) -> Request {
    let condition = match random.below(4) {
        0 => Condition::if_absent(),
        1 => Condition::if_exists(),
        _ => Condition::none(),
    };
    let key = any_key(random);
    let mut request = match random.below(20) {
        0..6 => Request::new(Put::new(key, any_body(random)).with_condition(condition)),
        6..13 => {
            let get = Get::new(key).with_condition(condition);
            Request::new(if random.below(4) == 0 { get.with_range(ByteRange::from_to(1, 9)) } else { get })
        }
        13..15 => Request::new(Head::new(key)),
        15 => Request::new(Delete::new(key)),
        16..18 => Request::new(Copy::new(key, any_key(random)).with_condition(condition)),
        18 => Request::new(List::new(Prefix::default())),
        _ => Request::new(Tag),
    };
    request.extensions.insert(Pauses(random.below(4)));
    request
}

fn any_key(random: &mut Random) -> Key {
    Key::new(format!("object-{}", random.below(4))).expect("valid")
}

fn any_body(random: &mut Random) -> PutBody {
    let len = random.below(40);
    let content = Bytes::from(vec![7; len as usize]);
    match random.below(4) {
        0 => content.into(),
        1 => streamed(content),
        2 => streamed(content).with_exact_len(len),
        _ => PutBody::replayable(move || streamed(content.clone())),
    }
}

/// `content` a few bytes at a time, with a pause before each piece.
fn streamed(content: Bytes) -> PutBody {
    PutBody::from_stream(stream::unfold(content, |mut rest| async move {
        pause().await;
        let piece = rest.split_to(rest.len().min(11));
        (!piece.is_empty()).then_some((Ok::<_, Error>(piece), rest))
    }))
}
