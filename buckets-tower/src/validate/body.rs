use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use buckets::Error;
use buckets::body::PutBody;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::rules::Rules;

/// Enough to tell a type by.
const ENOUGH: usize = 8 * 1024;

/// `body`, judged as it streams; it can be sent again if `body` can.
pub(super) fn judged(body: PutBody, rules: &Arc<Rules>) -> PutBody {
    let remaining = body.remaining();
    let rules = Arc::clone(rules);
    let judged = match body.try_clone() {
        None => PutBody::from_body(Judged::new(body, rules)),
        Some(copy) => {
            // A body in a lock, because functions are shared and bodies cannot be.
            let copy = Mutex::new(copy);
            PutBody::replayable(move || {
                let copy = copy.lock().unwrap_or_else(PoisonError::into_inner).try_clone();
                Judged::new(copy.unwrap_or_default(), Arc::clone(&rules))
            })
        }
    };
    match remaining {
        Some(len) => judged.with_exact_len(len),
        None => judged,
    }
}

/// A body whose first bytes are held back until their type is known to be allowed.
struct Judged {
    content: PutBody,
    rules: Arc<Rules>,
    size: u64,
    beginning: Option<BytesMut>,
}

impl Judged {
    fn new(content: PutBody, rules: Arc<Rules>) -> Self {
        let beginning = rules.judges_types().then(BytesMut::new);
        Self { content, rules, size: 0, beginning }
    }

    /// Takes a chunk, and says what may be passed on.
    fn judge(&mut self, chunk: Bytes) -> Result<Option<Bytes>, Error> {
        self.size += chunk.len() as u64;
        self.rules.check_size(self.size)?;
        let Some(mut beginning) = self.beginning.take() else { return Ok(Some(chunk)) };
        let chunk = match beginning.is_empty() && chunk.len() >= ENOUGH {
            true => chunk,
            false => {
                beginning.extend_from_slice(&chunk);
                if beginning.len() < ENOUGH {
                    self.beginning = Some(beginning);
                    return Ok(None);
                }
                beginning.freeze()
            }
        };
        self.rules.check_beginning(&chunk)?;
        Ok(Some(chunk))
    }

    /// What is left at the end.
    fn rest(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(beginning) = self.beginning.take() else { return Ok(None) };
        self.rules.check_beginning(&beginning)?;
        Ok(Some(beginning.freeze()).filter(|rest| !rest.is_empty()))
    }
}

impl Body for Judged {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            let judged = match ready!(Pin::new(&mut self.content).poll_frame(context)) {
                None => return Poll::Ready(self.rest().transpose().map(|rest| rest.map(Frame::data))),
                Some(Err(error)) => Err(error),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) => self.judge(chunk),
                    Err(_trailers) => continue,
                },
            };
            if let Some(chunk) = judged.transpose() {
                return Poll::Ready(Some(chunk.map(Frame::data)));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.beginning.is_none() && self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // What is held back is still to come as well; the exact length is enforced around this.
        SizeHint::default()
    }
}
