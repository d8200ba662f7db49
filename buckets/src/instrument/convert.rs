//! What can be given where an option wants metadata, a measurement, a key, a parent or a scope.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::key::Key;
use crate::telemetry::{CurrentSpan, Dispatcher, Number, Scope, Span, SpanId, Value};

/// What can be metadata as it is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be metadata as it is",
    label = "neither text, a flag nor a number",
    note = "write `name = %value` to show it by `Display`, or `name = ?value` by `Debug`"
)]
pub trait ToValue {
    /// The value, borrowed.
    fn to_value(&self) -> Value<'_>;
}

/// What can be a measurement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a measurement",
    label = "not a number",
    note = "a measurement is an integer, a float or a `Duration`; put text into `fields(..)`"
)]
pub trait ToNumber {
    /// The number.
    fn to_number(&self) -> Number;
}

/// What can be shown under the key policy.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "neither a `Key`, text nor a path",
    note = "`key(..)` takes a `buckets::Key`, text or a path, of which events show what the key policy allows"
)]
pub trait ToKey {
    /// As a key, which need not be one that a store would take.
    fn to_key(&self) -> Key;
}

/// What can be a parent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the parent of a span",
    label = "no span",
    note = "`parent = ..` takes a `SpanId`, an `Option<SpanId>`, a `&Span` or a `CurrentSpan`"
)]
pub trait ToParent {
    /// The parent's number.
    fn to_parent(self) -> Option<SpanId>;
}

/// What leads to a dispatcher.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not lead to a dispatcher",
    label = "neither a `Scope` nor a `Dispatcher`",
    note = "`dispatcher = ..` takes a `Scope` or a `Dispatcher`, owned or borrowed"
)]
pub trait ToScope {
    /// The scope.
    fn to_scope(&self) -> Scope;
}

/// A measurement as a whole number, for bytes.
pub fn whole(number: &(impl ToNumber + ?Sized)) -> u64 {
    match number.to_number() {
        Number::U64(number) => number,
        // Going from float to integer saturates.
        number => number.as_f64() as u64,
    }
}

/// An argument of which nothing is known, as metadata: as it is, or by `Debug`, or its type's name.
///
/// As with [`Probe`](super::Probe), method resolution takes the first rule that fits.
#[derive(Debug)]
pub struct Whatever<'a, T: ?Sized>(Shown<'a, T>);

/// By `Debug`.
#[derive(Debug)]
pub struct Shown<'a, T: ?Sized>(Named<'a, T>);

/// By the name of its type.
#[derive(Debug)]
pub struct Named<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Whatever<'a, T> {
    /// Looks at a value.
    pub const fn new(value: &'a T) -> Self {
        Self(Shown(Named(value)))
    }
}

impl<'a, T: ?Sized> Deref for Whatever<'a, T> {
    type Target = Shown<'a, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a, T: ?Sized> Deref for Shown<'a, T> {
    type Target = Named<'a, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a, T: ToValue + ?Sized> Whatever<'a, T> {
    /// The value.
    pub fn to_value(&self) -> Value<'a> {
        self.0.0.0.to_value()
    }
}

impl<'a, T: fmt::Debug> Shown<'a, T> {
    /// The value.
    pub fn to_value(&self) -> Value<'a> {
        Value::Debug(self.0.0)
    }
}

impl<T: ?Sized> Named<'_, T> {
    /// The value.
    pub fn to_value(&self) -> Value<'static> {
        Value::Str(std::any::type_name::<T>())
    }
}

macro_rules! numbers {
    ($($source:ty => $variant:ident as $as:ty),+) => {$(
        impl ToValue for $source {
            fn to_value(&self) -> Value<'_> {
                Value::$variant(*self as $as)
            }
        }

        impl ToNumber for $source {
            fn to_number(&self) -> Number {
                Number::$variant(*self as $as)
            }
        }
    )+};
}

numbers! {
    u8 => U64 as u64, u16 => U64 as u64, u32 => U64 as u64, u64 => U64 as u64, usize => U64 as u64,
    i8 => I64 as i64, i16 => I64 as i64, i32 => I64 as i64, i64 => I64 as i64, isize => I64 as i64,
    f32 => F64 as f64, f64 => F64 as f64
}

impl ToNumber for Duration {
    fn to_number(&self) -> Number {
        Number::Duration(*self)
    }
}

impl ToNumber for bool {
    fn to_number(&self) -> Number {
        Number::U64((*self).into())
    }
}

impl ToValue for bool {
    fn to_value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Str(self)
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Str(self)
    }
}

impl ToKey for Key {
    fn to_key(&self) -> Key {
        self.clone()
    }
}

impl ToKey for str {
    fn to_key(&self) -> Key {
        Key::unchecked(self)
    }
}

impl ToKey for String {
    fn to_key(&self) -> Key {
        Key::unchecked(self)
    }
}

impl ToKey for Path {
    fn to_key(&self) -> Key {
        Key::unchecked(&self.to_string_lossy())
    }
}

impl ToKey for PathBuf {
    fn to_key(&self) -> Key {
        self.as_path().to_key()
    }
}

macro_rules! through_pointers {
    ($($trait:ident::$method:ident -> $output:ty;)+) => {$(
        through_pointers! { @ $trait::$method -> $output; &T, &mut T, Box<T>, Arc<T>, Rc<T> }

        impl<T: $trait + ToOwned + ?Sized> $trait for Cow<'_, T> {
            fn $method(&self) -> $output {
                T::$method(self)
            }
        }
    )+};
    (@ $trait:ident::$method:ident -> $output:ty; $($pointer:ty),+) => {$(
        impl<T: $trait + ?Sized> $trait for $pointer {
            fn $method(&self) -> $output {
                T::$method(self)
            }
        }
    )+};
}

through_pointers! {
    ToValue::to_value -> Value<'_>;
    ToNumber::to_number -> Number;
    ToKey::to_key -> Key;
    ToScope::to_scope -> Scope;
}

impl ToParent for SpanId {
    fn to_parent(self) -> Option<SpanId> {
        Some(self)
    }
}

impl ToParent for Option<SpanId> {
    fn to_parent(self) -> Option<SpanId> {
        self
    }
}

impl ToParent for &Span {
    fn to_parent(self) -> Option<SpanId> {
        self.id()
    }
}

impl ToParent for CurrentSpan {
    fn to_parent(self) -> Option<SpanId> {
        self.id()
    }
}

impl ToScope for Scope {
    fn to_scope(&self) -> Scope {
        self.clone()
    }
}

impl ToScope for Dispatcher {
    fn to_scope(&self) -> Scope {
        Scope::of(self.clone())
    }
}
