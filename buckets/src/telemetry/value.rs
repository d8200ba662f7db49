use std::fmt;
use std::time::Duration;

/// A measured number.
///
/// ```
/// use std::time::Duration;
///
/// use buckets::telemetry::Number;
///
/// assert_eq!(Number::from(Duration::from_millis(1500)).as_f64(), 1.5);
/// assert_eq!(Number::from(3_u64).to_string(), "3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Number {
    /// A count, or bytes.
    U64(u64),
    /// A signed amount.
    I64(i64),
    /// A ratio or another real number.
    F64(f64),
    /// A span of time.
    Duration(Duration),
}

impl Number {
    /// The number as a float; durations in seconds.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::U64(value) => value as f64,
            Self::I64(value) => value as f64,
            Self::F64(value) => value,
            Self::Duration(value) => value.as_secs_f64(),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::U64(value) => fmt::Display::fmt(value, f),
            Self::I64(value) => fmt::Display::fmt(value, f),
            Self::F64(value) => fmt::Display::fmt(value, f),
            Self::Duration(value) => fmt::Debug::fmt(value, f),
        }
    }
}

/// A value of an event's metadata, borrowed for the length of the event.
///
/// ```
/// use buckets::telemetry::Value;
///
/// assert_eq!(Value::from("png").as_str(), Some("png"));
/// assert_eq!(Value::from(true).to_string(), "true");
/// assert_eq!(Value::Display(&std::net::Ipv4Addr::LOCALHOST).to_string(), "127.0.0.1");
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Text.
    Str(&'a str),
    /// A flag.
    Bool(bool),
    /// A number.
    U64(u64),
    /// A signed number.
    I64(i64),
    /// A real number.
    F64(f64),
    /// Anything that can be shown; formatted only if a handler asks.
    Display(&'a dyn fmt::Display),
    /// Anything that can be shown by `Debug`; formatted only if a handler asks.
    Debug(&'a dyn fmt::Debug),
}

impl<'a> Value<'a> {
    /// The text, if this is [`Str`](Self::Str).
    pub fn as_str(&self) -> Option<&'a str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(value) => f.write_str(value),
            Self::Bool(value) => fmt::Display::fmt(value, f),
            Self::U64(value) => fmt::Display::fmt(value, f),
            Self::I64(value) => fmt::Display::fmt(value, f),
            Self::F64(value) => fmt::Display::fmt(value, f),
            Self::Display(value) => fmt::Display::fmt(value, f),
            Self::Debug(value) => fmt::Debug::fmt(value, f),
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(value) => fmt::Debug::fmt(value, f),
            other => fmt::Display::fmt(other, f),
        }
    }
}

macro_rules! from {
    ($($target:ident: $($source:ty => $variant:ident as $as:ty),+;)+) => {$($(
        impl From<$source> for $target {
            fn from(value: $source) -> Self {
                Self::$variant(value as $as)
            }
        }
    )+)+};
}

from! {
    Number: u64 => U64 as u64, u32 => U64 as u64, usize => U64 as u64, i64 => I64 as i64, i32 => I64 as i64, f64 => F64 as f64;
}

impl From<Duration> for Number {
    fn from(value: Duration) -> Self {
        Self::Duration(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Str(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Str(value)
    }
}

macro_rules! from_value {
    ($($source:ty => $variant:ident as $as:ty),+) => {$(
        impl From<$source> for Value<'_> {
            fn from(value: $source) -> Self {
                Self::$variant(value as $as)
            }
        }
    )+};
}

from_value! { bool => Bool as bool, u64 => U64 as u64, u32 => U64 as u64, usize => U64 as u64, i64 => I64 as i64, i32 => I64 as i64, f64 => F64 as f64 }
