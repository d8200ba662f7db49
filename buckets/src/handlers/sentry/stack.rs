//! A captured backtrace as Sentry's stack trace.

use std::backtrace::{Backtrace, BacktraceStatus};

use sentry_core::protocol::{Frame, Stacktrace};

/// The frames of `backtrace`, if it was captured.
///
/// `std` shows them only as text: a name in a line, and below it the place in the source.
pub(super) fn stack(backtrace: &Backtrace) -> Option<Stacktrace> {
    (backtrace.status() == BacktraceStatus::Captured).then(|| parse(&backtrace.to_string()))?
}

fn parse(text: &str) -> Option<Stacktrace> {
    let mut frames: Vec<Frame> = Vec::new();
    for line in text.lines().map(str::trim_start) {
        match line.strip_prefix("at ") {
            Some(place) => frames.last_mut().into_iter().for_each(|frame| set_place(frame, place)),
            None => frames.push(frame_of(line)),
        }
    }
    Stacktrace::from_frames_reversed(frames)
}

/// The frame in a line such as `12: app::main`; the number is missing where a call was inlined.
fn frame_of(line: &str) -> Frame {
    let numbered = line.split_once(": ").filter(|(number, _)| number.parse::<u32>().is_ok());
    let function = numbered.map_or(line, |(_, function)| function);
    let is_ours = function.trim_start_matches('<').starts_with("buckets::");
    Frame { function: Some(function.into()), in_app: is_ours.then_some(false), ..Frame::default() }
}

/// Takes over a place such as `./src/main.rs:12:5`.
fn set_place(frame: &mut Frame, place: &str) {
    let (rest, last) = number_behind(place);
    // A place without a column ends with its line.
    let (path, line, column) = match number_behind(rest) {
        (_, None) => (rest, last, None),
        (path, line) => (path, line, last),
    };
    if is_library(path) {
        frame.in_app = Some(false);
    }
    frame.filename = path.rsplit(['/', '\\']).next().map(Into::into);
    frame.abs_path = Some(path.into());
    (frame.lineno, frame.colno) = (line, column);
}

fn number_behind(text: &str) -> (&str, Option<u64>) {
    let parts = text.rsplit_once(':').and_then(|(rest, number)| Some((rest, number.parse().ok()?)));
    parts.map_or((text, None), |(rest, number)| (rest, Some(number)))
}

/// Whether this is the source of `std` or of a dependency, as rustc and cargo name them.
fn is_library(path: &str) -> bool {
    let path = path.replace('\\', "/");
    ["/rustc/", "/registry/src/", "/git/checkouts/"].iter().any(|folder| path.contains(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "   0: <buckets::error::Error>::new
   1: app::store::<impl Fn() -> bool>::{closure#0}
             at ./src/store.rs:12:5
      call_once<(), alloc::boxed::Box<dyn Fn(u8) -> u8>>
             at /rustc/59807616e1/library/core/src/ops/function.rs:250:5
   2: poll
             at C:\\Users\\me\\.cargo\\registry\\src\\index-1949\\tokio-1.54.1\\src\\task.rs:7
   3: main
";

    #[test]
    fn frames_are_told_from_places_and_the_application_from_libraries() {
        let stack = parse(TEXT).expect("frames");
        let frame = |frame: &Frame| {
            let name = frame.function.clone().expect("a name");
            (name, frame.filename.clone(), frame.lineno, frame.colno, frame.in_app)
        };
        let frames: Vec<_> = stack.frames.iter().rev().map(frame).collect();
        let expected = [
            ("<buckets::error::Error>::new", None, None, None, Some(false)),
            ("app::store::<impl Fn() -> bool>::{closure#0}", Some("store.rs"), Some(12), Some(5), None),
            (
                "call_once<(), alloc::boxed::Box<dyn Fn(u8) -> u8>>",
                Some("function.rs"),
                Some(250),
                Some(5),
                Some(false),
            ),
            ("poll", Some("task.rs"), Some(7), None, Some(false)),
            ("main", None, None, None, None),
        ];
        let expected = expected
            .map(|(name, file, line, column, in_app)| (name.to_owned(), file.map(str::to_owned), line, column, in_app));
        assert_eq!(frames, expected);
        assert!(parse("").is_none());
    }
}
