//! What tests of applications, layers and adapters need.
//!
//! An adapter is held to the contract by the [`conformance`] suite.
//!
//! [`Capture`] keeps every event, so that a test can say what must have been told, and
//! [`ManualClock`] makes durations exact:
//!
//! ```
//! use std::time::Duration;
//!
//! use buckets::telemetry::{Dispatcher, EventName, Scope, Span};
//! use buckets::testing::{Capture, ManualClock};
//!
//! static RESIZE: EventName = EventName::new("my_app.image.resize");
//!
//! let clock = ManualClock::new();
//! let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
//! let capture = Capture::on(&dispatcher);
//!
//! let span = Span::start(&Scope::of(dispatcher), &RESIZE);
//! clock.advance(Duration::from_millis(5));
//! span.succeed();
//!
//! assert_eq!(capture.names(), ["my_app.image.resize.start", "my_app.image.resize.stop"]);
//! assert_eq!(capture.one("my_app.image.resize.stop").duration, Some(Duration::from_millis(5)));
//! capture.assert_conserved();
//! ```

mod capture;
mod captured_event;
pub mod conformance;
mod manual_clock;

pub use capture::Capture;
pub use captured_event::CapturedEvent;
pub use manual_clock::ManualClock;
