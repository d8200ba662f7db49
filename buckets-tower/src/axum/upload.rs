use std::fmt;
use std::task::Poll;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use buckets::body::PutBody;
use buckets::{Attributes, BoxError, Error, ErrorKind, Result, Upload};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// How much longer than its files a form may be: its boundaries and headers.
const FORM_OVERHEAD: u64 = 64 * 1024;

/// A request body as the content of an upload of at most `limit` bytes.
///
/// It streams: what is in memory is what the store has asked for and not yet written. A length that
/// the client declared is enforced. A longer content fails with [`TooLarge`](ErrorKind::TooLarge),
/// one that was announced as longer without being read; a client that goes away, with
/// [`Interrupted`](ErrorKind::Interrupted). Both happen inside the operation that stores the
/// content, and so are seen in its telemetry.
pub fn limited<B>(body: B, limit: u64) -> PutBody
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    if body.size_hint().lower() > limit {
        return PutBody::from_stream(stream::once(async move { Err::<Bytes, _>(too_large(limit)) }));
    }
    let at_most = usize::try_from(limit).unwrap_or(usize::MAX);
    PutBody::from_body(Limited::new(body, at_most).map_err(move |error| -> BoxError {
        if error.is::<LengthLimitError>() { too_large(limit).into() } else { error }
    }))
}

/// The files of a `multipart/form-data` request (RFC 7578), one after the other.
///
/// Nothing is read before it is asked for, and a file's content streams as in [`limited`].
///
/// ```
/// use axum::body::Body;
/// use axum::extract::State;
/// use axum::http::HeaderMap;
/// use buckets::Cloud;
/// use buckets_tower::axum::{ErrorResponse, FormFiles};
///
/// async fn upload(State(cloud): State<Cloud>, headers: HeaderMap, body: Body) -> Result<String, ErrorResponse> {
///     let mut files = FormFiles::new(&headers, body, 10 << 20)?;
///     let mut count = 0;
///     while let Some(file) = files.next().await? {
///         cloud.insert(file.into_upload()).await?;
///         count += 1;
///     }
///     Ok(format!("{count} files stored"))
/// }
/// # let _ = upload;
/// ```
pub struct FormFiles {
    form: multer::Multipart<'static>,
    limit: u64,
    is_too_long: bool,
}

/// One file of a form.
#[derive(Debug)]
pub struct FormFile {
    field: String,
    upload: Upload,
}

impl FormFiles {
    /// The files of a request with these headers and this body, of at most `limit` bytes together.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) if the request is not `multipart/form-data`.
    pub fn new(headers: &HeaderMap, body: Body, limit: u64) -> Result<Self> {
        let boundary = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| multer::parse_boundary(value.to_str().ok()?).ok())
            .ok_or_else(|| Error::invalid("send files as `multipart/form-data`, as HTML forms and `curl -F` do"))?;
        let whole = limit.saturating_add(FORM_OVERHEAD);
        let is_too_long = declared_length(headers).is_some_and(|length| length > whole);
        let constraints =
            multer::Constraints::new().size_limit(multer::SizeLimit::new().whole_stream(whole).per_field(limit));
        let form = multer::Multipart::with_constraints(one_at_a_time(body), boundary, constraints);
        Ok(Self { form, limit, is_too_long })
    }

    /// The next file; the content of the one before is over then. Fields without a file name are skipped.
    ///
    /// A form that was announced as too large has one file, which fails when it is stored.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) if the form is malformed,
    /// [`Interrupted`](ErrorKind::Interrupted) if it breaks off, [`TooLarge`](ErrorKind::TooLarge).
    pub async fn next(&mut self) -> Result<Option<FormFile>> {
        if std::mem::take(&mut self.is_too_long) {
            let limit = self.limit;
            let content = stream::once(async move { Err::<Bytes, _>(too_large(limit)) });
            return Ok(Some(FormFile { field: String::new(), upload: Upload::from_stream("file", content) }));
        }
        loop {
            let limit = self.limit;
            let Some(field) = self.form.next_field().await.map_err(|error| form_error(error, limit))? else {
                return Ok(None);
            };
            let Some(filename) = field.file_name().map(str::to_owned) else { continue };
            let name = field.name().unwrap_or_default().to_owned();
            let attributes = attributes(field.content_type().map(AsRef::as_ref));
            let content = field.map(move |chunk| chunk.map_err(|error| form_error(error, limit)));
            let upload = Upload::from_stream(filename, content).with_attributes(attributes);
            return Ok(Some(FormFile { field: name, upload }));
        }
    }
}

impl fmt::Debug for FormFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormFiles").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl FormFile {
    /// The name of the form's field.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The file name as the client sent it.
    pub fn filename(&self) -> &str {
        self.upload.filename()
    }

    /// The file, with the content type that the client gave it, if that says anything.
    pub fn into_upload(self) -> Upload {
        self.upload
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The given content type, unless it is what clients say when they know nothing.
fn attributes(content_type: Option<&str>) -> Attributes {
    content_type
        .filter(|given| *given != "application/octet-stream")
        .and_then(|given| Attributes::new().with_content_type(given).ok())
        .unwrap_or_default()
}

/// The chunks of `body`, with a pause behind each: the parser of forms takes all that is ready into
/// memory, which would be the whole of a body that is ready at once.
fn one_at_a_time(body: Body) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
    let mut chunks = body.into_data_stream();
    let mut pause = false;
    stream::poll_fn(move |context| {
        if std::mem::take(&mut pause) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = chunks.poll_next_unpin(context);
        pause = matches!(polled, Poll::Ready(Some(Ok(_))));
        polled
    })
}

fn too_large(limit: u64) -> Error {
    Error::new(ErrorKind::TooLarge, format!("the upload is larger than the limit of {limit} bytes"))
}

fn form_error(error: multer::Error, limit: u64) -> Error {
    use multer::Error as Form;
    match error {
        Form::FieldSizeExceeded { .. } | Form::StreamSizeExceeded { .. } => too_large(limit),
        Form::StreamReadFailed(source) => {
            Error::new(ErrorKind::Interrupted, "the upload broke off").with_source(source)
        }
        Form::IncompleteStream | Form::IncompleteHeaders | Form::IncompleteFieldData { .. } => {
            Error::new(ErrorKind::Interrupted, "the form ended before its closing boundary")
        }
        // What multer says of a malformed form quotes it.
        _ => Error::invalid("the form is malformed"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::http::HeaderValue;
    use buckets::Cloud;
    use buckets::adapter::{Backend, Memory};

    use super::*;

    fn headers(length: Option<usize>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=XX"));
        if let Some(length) = length {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        headers
    }

    fn form(parts: &[(&str, &str)]) -> String {
        let part = |(head, content): &(&str, &str)| {
            format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        parts.iter().map(part).collect::<String>() + "--XX--\r\n"
    }

    fn files(body: impl Into<Body>) -> FormFiles {
        FormFiles::new(&headers(None), body.into(), 8).expect("a form")
    }

    fn cloud() -> Cloud<Backend<Memory>> {
        Cloud::new("uploads", Memory::new())
    }

    #[tokio::test]
    async fn files_are_taken_and_other_fields_are_not() {
        let typed = "name=\"photo\"; filename=\"b.bin\"\r\nContent-Type: image/png";
        let body = form(&[("name=\"note\"", "hello"), ("name=\"file\"; filename=\"a.txt\"", "one"), (typed, "two")]);
        let mut files = files(body);
        let cloud = cloud();

        let first = files.next().await.expect("a form").expect("a file");
        assert_eq!((first.field(), first.filename()), ("file", "a.txt"));
        let first = cloud.insert(first.into_upload()).await.expect("stored");
        assert_eq!(first.content_type(), Some("text/plain"));
        assert_eq!(cloud.read(first.location()).await.expect("read"), "one");

        let second = files.next().await.expect("a form").expect("a file");
        let second = cloud.insert(second.into_upload()).await.expect("stored");
        assert_eq!((second.content_type(), second.size()), (Some("image/png"), 3));
        assert!(files.next().await.expect("a form").is_none());
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_form_has_its_kind() {
        assert_eq!(
            FormFiles::new(&HeaderMap::new(), Body::empty(), 8).expect_err("no form").kind(),
            ErrorKind::InvalidInput
        );
        let file = "name=\"file\"; filename=\"a.txt\"";
        let whole = form(&[(file, "12345678")]);
        for (body, expected) in [
            (whole.clone(), None),
            (form(&[(file, "123456789")]), Some(ErrorKind::TooLarge)),
            (whole[..whole.len() - 12].to_owned(), Some(ErrorKind::Interrupted)),
            ("--XX\r\nnonsense\r\n\r\n".to_owned(), Some(ErrorKind::InvalidInput)),
            (String::new(), Some(ErrorKind::Interrupted)),
        ] {
            let cloud = cloud();
            let stored = async {
                let mut files = files(body.clone());
                while let Some(file) = files.next().await? {
                    cloud.insert(file.into_upload()).await?;
                }
                Ok::<_, Error>(())
            };
            assert_eq!(stored.await.err().map(|error| error.kind()), expected, "{body:?}");
        }
    }

    #[tokio::test]
    async fn what_is_announced_as_too_large_is_not_read() {
        let body = Body::from_stream(stream::poll_fn(|_| -> Poll<Option<Result<Bytes, Error>>> {
            panic!("the body is read")
        }));
        let mut files = FormFiles::new(&headers(Some(1 << 20)), body, 8).expect("a form");
        let file = files.next().await.expect("a form").expect("a file");
        let error = cloud().insert(file.into_upload()).await.expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::TooLarge);

        let error = cloud().insert(Upload::from_body("a", limited(Body::from("123456789"), 8))).await;
        assert_eq!(error.expect_err("too large").kind(), ErrorKind::TooLarge);
        assert!(cloud().insert(Upload::from_body("a", limited(Body::from("12345678"), 8))).await.is_ok());
    }

    #[tokio::test]
    async fn no_more_is_read_ahead_than_a_chunk() {
        const CHUNK: usize = 1024;
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let head = Bytes::from("--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n");
        let endless = stream::once(async move { Ok::<_, Error>(head) }).chain(stream::repeat_with(move || {
            counter.fetch_add(CHUNK, Ordering::Relaxed);
            Ok(Bytes::from_static(&[b'x'; CHUNK]))
        }));
        let mut files = FormFiles::new(&headers(None), Body::from_stream(endless), 1 << 30).expect("a form");
        let _file = files.next().await.expect("a form").expect("a file");
        assert!(read.load(Ordering::Relaxed) <= 2 * CHUNK, "{} bytes are in memory", read.load(Ordering::Relaxed));
    }
}
