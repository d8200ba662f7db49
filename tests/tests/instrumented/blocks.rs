//! `span!` and `event!`.

use buckets::telemetry::{CurrentSpan, Dispatcher};
use buckets::testing::Capture;
use buckets::{ErrorKind, event, span};
use tokio::task::yield_now;

use crate::listening::{listen, told};

#[test]
fn a_block_is_a_span() {
    let capture = listen("forms.block");
    let mut list = vec![1];
    let length = span!("forms.block.push", fields(first = list[0]), {
        list.push(2);
        list.len()
    });
    assert_eq!(length, 2);
    let parsed = span!("forms.block.parse", err(|error| text = %error), -> Result<u8, std::num::ParseIntError> {
        let n: u8 = "x".parse()?;
        Ok(n + 1)
    });
    assert_eq!(capture.one("forms.block.push.stop").field("first"), Some("1"));
    let text = parsed.expect_err("no number").to_string();
    assert_eq!(capture.one("forms.block.parse.exception").field("text"), Some(text.as_str()));
    capture.assert_conserved();
}

#[tokio::test]
async fn an_async_block_is_a_span_once_it_is_polled() {
    let capture = listen("forms.async_block");
    let text = "abc".to_owned();
    let work = span!("forms.async_block.work", stop(|length| measurements(length = *length)), async {
        yield_now().await;
        text.len()
    });
    assert!(capture.names().is_empty());
    assert_eq!(work.await, 3);
    assert_eq!(capture.one("forms.async_block.work.stop").measurement("length").map(|n| n.as_f64()), Some(3.0));
    drop(span!("forms.async_block.never", async move { drop(text) }));
    assert_eq!(told(&capture), ["work.start", "work.stop"]);
}

#[test]
fn a_point_event_belongs_to_the_current_span() {
    let capture = listen("forms.point");
    event!("forms.point.alone");
    let id = span!("forms.point.work", {
        event!("forms.point.within", fields(reason = "full", size = 3_u8), measurements(bytes_freed = 10_u64));
        CurrentSpan::get().id()
    });
    let event = capture.one("forms.point.within");
    assert_eq!(Some(event.span_id), id);
    assert_eq!((event.field("reason"), event.field("size")), (Some("full"), Some("3")));
    assert_eq!(event.measurement("bytes_freed").map(|n| n.as_f64()), Some(10.0));
    assert_ne!(Some(capture.one("forms.point.alone").span_id), id);
}

#[test]
fn another_dispatcher_hears_of_it() {
    let (dispatcher, elsewhere) = (Dispatcher::new(), listen("forms.elsewhere"));
    let capture = Capture::on(&dispatcher);
    let result: Result<(), buckets::Error> = span!("forms.elsewhere.work", dispatcher = &dispatcher, {
        Err(buckets::Error::new(ErrorKind::Timeout, "late"))
    });
    event!("forms.elsewhere.point", dispatcher = dispatcher);
    assert!(result.is_err() && elsewhere.names().is_empty());
    assert_eq!(told(&capture), ["work.start", "work.exception", "point"]);
}
