//! Lets a client that is still uploading hear why that is of no use.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use http_body::{Frame, SizeHint};

/// How many bytes are read and thrown away, at most.
const MOST: usize = 64 << 20;
/// For how long, at most.
const LONGEST: Duration = Duration::from_secs(10);

/// Reads what a handler left of the request's body before the answer is sent.
///
/// A connection that is closed while its client still sends is reset, and a browser then shows a
/// broken connection in place of the answer. Clients that asked with `Expect: 100-continue` wait for
/// the answer and need none of this.
pub(crate) async fn what_is_left(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::EXPECT) || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let body = Shared { hint: body.size_hint(), inner: Arc::new(Mutex::new(body)) };
    let rest = Arc::clone(&body.inner);
    let response = next.run(Request::from_parts(head, Body::new(body))).await;
    let rest = std::mem::take(&mut *rest.lock().unwrap_or_else(PoisonError::into_inner));
    // Whatever ends it, the answer is sent.
    let _ = tokio::time::timeout(LONGEST, discard(rest.into_data_stream())).await;
    response
}

async fn discard(mut rest: BodyDataStream) {
    let mut read = 0;
    while let Some(Ok(chunk)) = rest.next().await {
        read += chunk.len();
        if read > MOST {
            break;
        }
    }
}

/// A body of which what is left can be had when the handler is through with it.
struct Shared {
    inner: Arc<Mutex<Body>>,
    hint: SizeHint,
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut body = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(context)
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}
