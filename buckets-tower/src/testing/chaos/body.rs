use std::pin::Pin;
use std::task::{Context, Poll, ready};

use buckets::Error;
use buckets::body::BoxBody;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};

use super::Fault;
use super::dice::Dice;
use crate::testing::probe::panic;

/// Where content whose length is unknown goes wrong at the latest.
const LATEST: u64 = 64 * 1024;

/// A byte of a content, and what is wrong with it.
pub(super) struct Spot {
    at: u64,
    fault: Fault,
    bit: u8,
}

impl Spot {
    pub(super) fn within(len: Option<u64>, fault: Fault, dice: &mut Dice) -> Self {
        let at = dice.below(len.unwrap_or(LATEST).max(1));
        Self { at, fault, bit: 1 << dice.below(8) }
    }
}

/// A content that goes wrong at a spot.
pub(super) struct Faulty {
    content: BoxBody,
    spot: Option<Spot>,
    passed: u64,
    /// What is wrong from here on.
    wrong: Option<Fault>,
}

impl Faulty {
    pub(super) fn new(content: BoxBody, spot: Spot) -> Self {
        Self { content, spot: Some(spot), passed: 0, wrong: None }
    }

    /// What becomes of a chunk; none if it goes wrong at its first byte.
    fn pass(&mut self, mut chunk: Bytes) -> Option<Bytes> {
        let start = self.passed;
        self.passed += chunk.len() as u64;
        let Some(spot) = self.spot.take_if(|spot| spot.at < start + chunk.len() as u64) else { return Some(chunk) };
        let at = (spot.at - start) as usize;
        if spot.fault == Fault::Corrupted {
            let mut changed = BytesMut::from(chunk);
            changed[at] ^= spot.bit;
            return Some(changed.freeze());
        }
        self.wrong = Some(spot.fault);
        Some(chunk.split_to(at)).filter(|before| !before.is_empty())
    }
}

impl Body for Faulty {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            match self.wrong {
                None => {}
                Some(Fault::ContentError(kind)) => return Poll::Ready(Some(Err(Error::new(kind, "chaos")))),
                Some(Fault::ContentHang) => return Poll::Pending,
                Some(Fault::ContentPanic) => panic(),
                Some(_) => return Poll::Ready(None),
            }
            let chunk = match ready!(Pin::new(&mut self.content).poll_frame(context)) {
                Some(Ok(frame)) => frame.into_data().ok().and_then(|chunk| self.pass(chunk)),
                other => return Poll::Ready(other),
            };
            if let Some(chunk) = chunk {
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
        }
    }
}
