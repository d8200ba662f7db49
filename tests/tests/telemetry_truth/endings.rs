//! Each way in which a call ends, on an adapter that answers at once and on one that waits.

use buckets::operation::{Put, Request};
use buckets::telemetry::Outcome;
use buckets::testing::Capture;
use buckets::{Cloud, ErrorKind, InsertOptions, Upload};
use buckets_tower::TelemetryLayer;
use futures_util::future::join;
use tower::Service;

use crate::scripted::{
    Answer, CONTENT, Make, OPERATIONS, Scripted, assert_told, expected_error, finish, key, of, panics, poll_once,
    read_to_end, stack, streamed,
};

/// At once, after the first poll, and after some.
const AFTER: [Option<usize>; 3] = [None, Some(0), Some(3)];

/// Runs `code` for each operation on each adapter that gives `answer`.
fn each(answer: Answer, code: impl Fn(&str, Make, Scripted, &str)) {
    for (name, make) in OPERATIONS {
        for after in AFTER {
            code(name, make, Scripted { after, answer }, &format!("{:?} after {after:?}", make().op));
        }
    }
}

#[test]
fn an_answer_is_a_stop() {
    each(Answer::Ok, |name, make, script, what| {
        let capture = Capture::new();
        let response = finish(std::pin::pin!(stack(script).call(of(&capture, make())))).expect(what);
        read_to_end(response).expect(what);
        assert_told(&capture, name, Outcome::Success, what);
        let has_content = name.ends_with("put") || name.ends_with("get");
        assert_eq!(capture.one("buckets.adapter.*.stop").bytes, has_content.then_some(CONTENT.len() as u64), "{what}");
    });
}

#[test]
fn an_error_is_an_exception_of_its_kind() {
    for kind in [ErrorKind::Timeout, ErrorKind::PermissionDenied, ErrorKind::Other] {
        each(Answer::Error(kind), |name, make, script, what| {
            let capture = Capture::new();
            let error = finish(std::pin::pin!(stack(script).call(of(&capture, make())))).expect_err(what);
            assert_eq!(error.kind(), kind);
            assert_told(&capture, name, Outcome::Error(kind), what);
        });
    }
}

#[test]
fn an_error_that_is_an_answer_is_told_from_a_failure() {
    for (name, make) in OPERATIONS {
        for after in AFTER {
            for kind in [ErrorKind::NotFound, ErrorKind::PreconditionFailed] {
                let what = format!("{kind} after {after:?}");
                let capture = Capture::new();
                let mut stack = stack(Scripted { after, answer: Answer::Error(kind) });
                finish(std::pin::pin!(stack.call(of(&capture, make())))).expect_err(&what);
                let is_answer = expected_error(&make()) == Some(kind);
                let outcome = if is_answer { Outcome::Expected(kind) } else { Outcome::Error(kind) };
                assert_told(&capture, name, outcome, &what);
            }
        }
    }
}

#[test]
fn a_panic_is_a_panic_whether_it_unwinds_the_future_or_is_caught_before() {
    each(Answer::Panic, |name, make, script, what| {
        let capture = Capture::new();
        panics(|| drop(finish(std::pin::pin!(stack(script).call(of(&capture, make()))))));
        assert_told(&capture, name, Outcome::Panic, what);

        if script.after.is_none() && !format!("{:?}", make().op).contains("stream") {
            return; // It panicked in `call`, so that there is no future to outlive it.
        }
        let capture = Capture::new();
        let mut future = Box::pin(stack(script).call(of(&capture, make())));
        panics(|| drop(finish(future.as_mut())));
        assert_eq!(capture.in_flight(), 1, "{what}");
        drop(future);
        assert_told(&capture, name, Outcome::Panic, what);
    });
}

#[test]
fn a_future_dropped_before_its_end_is_cancelled_however_often_it_was_polled() {
    each(Answer::Ok, |name, make, script, what| {
        // Of the streamed put, one more poll is for its own pause.
        for polls in 0..=script.after.unwrap_or(0) {
            let capture = Capture::new();
            let mut future = Box::pin(stack(script).call(of(&capture, make())));
            for _ in 0..polls {
                assert!(poll_once(future.as_mut()).is_pending(), "{what}");
            }
            drop(future);
            assert_told(&capture, name, Outcome::Cancelled, what);
        }
    });
}

#[test]
fn a_future_dropped_since_its_sibling_panics_is_cancelled() {
    each(Answer::Ok, |name, make, script, what| {
        for polls in 0..=script.after.unwrap_or(0) {
            let capture = Capture::new();
            let observed = stack(script).call(of(&capture, make()));
            let mut left = polls;
            let sibling = std::future::poll_fn(move |_| {
                assert!(left > 0, "as the test says");
                left -= 1;
                std::task::Poll::<()>::Pending
            });
            // `join` polls the sibling first, so that the observed one was polled `polls` times.
            panics(|| drop(finish(std::pin::pin!(join(sibling, observed)))));
            assert_told(&capture, name, Outcome::Cancelled, what);
        }
    });
}

#[test]
fn a_streamed_put_that_does_not_end_well_tells_how_much_was_read() {
    let capture = Capture::new();
    let (_, make) = OPERATIONS[1];
    let script = |answer| Scripted { after: Some(1), answer };
    let mut future = Box::pin(stack(script(Answer::Ok)).call(of(&capture, make())));
    assert!(poll_once(future.as_mut()).is_pending());
    drop(future);
    let failing = script(Answer::Error(ErrorKind::Timeout));
    finish(std::pin::pin!(stack(failing).call(of(&capture, make())))).expect_err("as the script says");
    panics(|| drop(finish(std::pin::pin!(stack(script(Answer::Panic)).call(of(&capture, make()))))));
    let bytes: Vec<_> = capture.named("buckets.adapter.put.exception").iter().map(|event| event.bytes).collect();
    assert_eq!(bytes, [Some(4); 3]);
}

#[test]
fn a_put_whose_source_fails_is_interrupted() {
    let capture = Capture::new();
    let chunks = [Ok("0123"), Err(std::io::Error::other("the client is gone"))];
    let body = buckets::body::PutBody::from_stream(futures_util::stream::iter(chunks.map(|c| c.map(Into::into))));
    let request = of(&capture, Request::new(Put::new(key(), body)));
    let script = Scripted { after: Some(0), answer: Answer::Ok };
    finish(std::pin::pin!(stack(script).call(request))).expect_err("the source fails");
    assert_told(&capture, "buckets.adapter.put", Outcome::Error(ErrorKind::Interrupted), "source");
    assert_eq!(capture.one("buckets.adapter.put.exception").bytes, Some(4));
}

#[test]
fn cloud_and_adapter_spans_end_alike_and_one_within_the_other() {
    for (answer, outcome) in [
        (Answer::Ok, Outcome::Success),
        (Answer::Error(ErrorKind::Unavailable), Outcome::Error(ErrorKind::Unavailable)),
        (Answer::Panic, Outcome::Panic),
    ] {
        for after in AFTER {
            for upload in [|| Upload::from_bytes("a.txt", CONTENT), || Upload::from_body("a.txt", streamed())] {
                let what = format!("{answer:?} after {after:?}");
                let capture = Capture::new();
                let cloud = Cloud::builder("uploads", Scripted { after, answer })
                    .layer(TelemetryLayer::new())
                    .dispatcher(capture.dispatcher())
                    .build();
                let insert = || finish(std::pin::pin!(cloud.insert_with(upload(), InsertOptions::new().at(key()))));
                match answer {
                    Answer::Ok => drop(insert().expect(&what)),
                    Answer::Error(_) => drop(insert().expect_err(&what)),
                    Answer::Panic => panics(|| drop(insert())),
                }
                assert_told(&capture, "buckets.cloud.insert", outcome, &what);
                assert_told(&capture, "buckets.adapter.put", outcome, &what);
                let (outer, inner) =
                    (capture.one("buckets.cloud.insert.start"), capture.one("buckets.adapter.put.start"));
                assert_eq!(inner.parent_id, Some(outer.span_id), "{what}");
                let order: Vec<_> = capture.events().iter().map(|event| event.span_id == inner.span_id).collect();
                assert_eq!(order, [false, true, true, false], "{what}");
            }
        }
    }
}

#[test]
fn a_cloud_operation_that_was_never_polled_never_began() {
    let capture = Capture::new();
    let script = Scripted { after: Some(1), answer: Answer::Ok };
    let cloud = Cloud::builder("uploads", script).layer(TelemetryLayer::new()).dispatcher(capture.dispatcher()).build();
    drop(cloud.head(&key()));
    assert!(capture.events().is_empty());

    let key = key();
    let mut future = Box::pin(cloud.head(&key));
    assert!(poll_once(future.as_mut()).is_pending());
    drop(future);
    assert_told(&capture, "buckets.cloud.head", Outcome::Cancelled, "cloud");
    assert_told(&capture, "buckets.adapter.head", Outcome::Cancelled, "adapter");
}
