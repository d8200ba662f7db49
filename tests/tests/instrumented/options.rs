//! What is recorded, and only that.

use std::time::Duration;

use buckets::instrumented;
use buckets::telemetry::{Dispatcher, KeyPolicy, Level, Number};
use buckets::testing::{Capture, ManualClock};
use std::sync::Arc;

use crate::listening::listen;

#[derive(Debug)]
struct Opaque(#[allow(dead_code, reason = "shown by `Debug`")] u8);
struct Silent;

#[instrumented("options.nothing.by_default")]
fn by_default(password: &str) -> Result<usize, String> {
    Ok(password.len())
}

#[instrumented("options.args.all", args, skip(password))]
fn all_arguments(n: u8, text: &str, opaque: Opaque, silent: Silent, password: &str) -> usize {
    let _ = (n, opaque, silent);
    text.len() + password.len()
}

#[instrumented("options.args.none", skip_all)]
fn none_at_all(_password: &str) {}

#[instrumented(
    "options.fields.kinds",
    fields(n, %shown, ?opaque, sum = n + 1, text = %format_args!("{n}!"), list = ?[n]),
    measurements(bytes = data.len(), ratio = 0.5, took = Duration::from_millis(5), n),
    stop(|result| length = result.len(), measurements(letters = result.len())),
)]
async fn fields(n: u8, shown: std::net::Ipv4Addr, opaque: Opaque, data: Vec<u8>) -> String {
    drop((shown, opaque, data));
    "four".to_owned()
}

#[instrumented("options.arms.both", fields(same = "start"), stop(|result| is_ok = result.is_ok()), ok(|value| value = *value, measurements(bytes = *value)), err(|error| text = %error, same = "end"))]
fn arms(n: u32) -> Result<u32, String> {
    if n == 0 { Err("zero".into()) } else { Ok(n) }
}

#[instrumented("options.dispatcher.own", dispatcher = dispatcher, key(path), level = info, slow = "500ms")]
fn own_dispatcher(dispatcher: &Dispatcher, path: &str, take: impl FnOnce()) {
    take();
}

const NAME: &str = "options.names.constant";

#[instrumented(NAME)]
fn constant_name() {}

#[instrumented(name = "options.names.assigned")]
fn assigned_name() {}

#[instrumented("options.sample.never_or_always", sample = 0.000000001)]
fn hardly_ever(ok: bool) -> Result<(), ()> {
    if ok { Ok(()) } else { Err(()) }
}

#[instrumented("options.sample.all", sample = 1)]
fn always() {}

#[instrumented("options.sample.half", sample = 0.5)]
fn half() {
    within_half();
}

#[instrumented("options.sample.within", sample = 0.5)]
fn within_half() {}

fn own(event: &buckets::testing::CapturedEvent) -> Vec<(&'static str, String)> {
    let built_in = ["operation", "span_id", "parent_id", "status", "kind", "handled", "slow"];
    event.metadata.iter().filter(|(name, _)| !built_in.contains(name)).cloned().collect()
}

#[test]
fn nothing_of_an_argument_is_recorded_unless_asked_for() {
    let capture = listen("options");
    by_default("secret").expect("ok");
    none_at_all("secret");
    all_arguments(1, "text", Opaque(2), Silent, "secret");
    assert!(!format!("{:?}", capture.events()).contains("secret"));
    for event in capture.named("options.nothing") {
        assert_eq!(own(&event), []);
    }
    let silent = std::any::type_name::<Silent>().to_owned();
    let want = [("n", "1".into()), ("text", "text".into()), ("opaque", "Opaque(2)".into()), ("silent", silent)];
    assert_eq!(own(&capture.one("options.args.all.stop")), want);
}

#[tokio::test]
async fn what_is_known_at_the_start_is_on_every_event_and_the_rest_on_the_end() {
    let capture = listen("options.fields");
    assert_eq!(fields(7, std::net::Ipv4Addr::LOCALHOST, Opaque(1), vec![0; 9]).await, "four");
    let (start, end) = (capture.one("options.fields.kinds.start"), capture.one("options.fields.kinds.stop"));
    let known =
        [("n", "7"), ("shown", "127.0.0.1"), ("opaque", "Opaque(1)"), ("sum", "8"), ("text", "7!"), ("list", "[7]")];
    assert_eq!(own(&start), known.map(|(name, value)| (name, value.to_owned())));
    assert_eq!(end.field("length"), Some("4"));
    assert!(known.iter().all(|(name, value)| end.field(name) == Some(value)), "{end:?}");
    assert_eq!(end.bytes, Some(9), "bytes are the span's own");
    assert_eq!(start.measurement("took"), Some(Number::Duration(Duration::from_millis(5))));
    assert_eq!(end.measurement("letters"), Some(Number::U64(4)));
    assert_eq!((end.measurement("ratio"), end.measurement("n")), (Some(Number::F64(0.5)), Some(Number::U64(7))));
}

#[test]
fn each_arm_has_its_own_and_the_end_hides_the_start() {
    let capture = listen("options.arms");
    assert_eq!(arms(2), Ok(2));
    let end = capture.one("options.arms.both.stop");
    assert_eq!(own(&end), [("is_ok", "true".into()), ("value", "2".into()), ("same", "start".into())]);
    assert_eq!(end.bytes, Some(2));
    assert!(arms(0).is_err());
    let end = capture.one("options.arms.both.exception");
    assert_eq!(own(&end), [("is_ok", "false".into()), ("text", "zero".into()), ("same", "end".into())]);
    assert_eq!(end.bytes, None);
}

#[test]
fn a_key_follows_the_policy_and_time_the_clock_of_the_dispatcher() {
    let clock = ManualClock::new();
    let shows = Dispatcher::builder().key_policy(KeyPolicy::Extension).clock(clock.clone()).build();
    let capture = Capture::on(&shows);
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    let handler = move |event: &buckets::telemetry::Event<'_>| {
        keep.lock().expect("no panic").push((event.level(), event.is_slow()));
    };
    shows.attach("levels", "options.dispatcher.own.stop", handler).expect("attached");
    own_dispatcher(&shows, "/anna/cv.pdf", || clock.advance(Duration::from_millis(501)));
    own_dispatcher(&shows, "/anna/cv.pdf", || clock.advance(Duration::from_millis(500)));
    assert!(capture.events().iter().all(|event| event.key.as_deref() == Some(".pdf")));
    assert_eq!(*heard.lock().expect("no panic"), [(Some(Level::Info), Some(true)), (Some(Level::Info), Some(false))]);

    let hides = Dispatcher::new();
    let capture = Capture::on(&hides);
    own_dispatcher(&hides, "/anna/cv.pdf", || ());
    assert!(!format!("{:?}", capture.events()).contains("anna"));
}

#[test]
fn a_name_may_be_a_constant() {
    let capture = listen("options.names");
    constant_name();
    assigned_name();
    assert_eq!(capture.named("options.names.*.stop").len(), 2);
}

#[test]
fn sampling_never_loses_an_error_and_decides_once_for_all_that_is_within() {
    let capture = listen("options.sample");
    hardly_ever(true).expect("ok");
    assert_eq!(capture.one("options.sample.never_or_always.stop").weight, None);
    assert!(hardly_ever(false).is_err());
    assert_eq!(capture.one("options.sample.never_or_always.exception").weight, Some(1.0));
    always();
    assert_eq!(capture.one("options.sample.all.stop").weight, Some(1.0));
    for _ in 0..64 {
        half();
    }
    let (outer, inner) = (capture.named("options.sample.half.stop"), capture.named("options.sample.within.stop"));
    assert!(outer.iter().zip(&inner).all(|(outer, inner)| outer.weight == inner.weight));
    let kept = outer.iter().filter(|event| event.weight == Some(2.0)).count();
    assert!((1..64).contains(&kept), "of 64, {kept} were kept");
    assert_eq!(outer.len(), 64, "handlers that count hear of all");
}

#[instrumented(
    "options.hygiene.names",
    fields(begin, span, result, failed = error, judged, value),
    stop(|r| got = *r + result, other = span)
)]
fn names_of_the_expansion(begin: u8, span: u8, result: u8, error: u8, judged: u8, value: u8) -> u8 {
    begin + span + result + error + judged + value
}

#[test]
fn names_in_options_are_those_of_the_function() {
    let capture = listen("options.hygiene");
    assert_eq!(names_of_the_expansion(1, 2, 3, 4, 5, 6), 21);
    let end = capture.one("options.hygiene.names.stop");
    let fields = ["begin", "span", "result", "failed", "judged", "value", "got", "other"].map(|name| end.field(name));
    assert_eq!(fields, ["1", "2", "3", "4", "5", "6", "24", "2"].map(Some));
}
