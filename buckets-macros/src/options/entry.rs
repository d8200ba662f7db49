//! Metadata and measurements: `fields(path, size = data.len())`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Error, Expr, Ident, Path, Result, Token};

use crate::suggestion::closest;

/// Keys that every event has from the span itself.
const BUILT_IN: [&str; 18] = [
    "adapter",
    "attempts",
    "cloud",
    "content_type",
    "duration",
    "error",
    "handled",
    "http_status",
    "key",
    "kind",
    "operation",
    "parent_id",
    "request_id",
    "retryable",
    "slow",
    "span_id",
    "status",
    "time_to_first_byte",
];

#[derive(Default)]
pub(crate) struct Entries {
    pub(crate) metadata: Vec<Metadata>,
    pub(crate) measurements: Vec<Measurement>,
}

pub(crate) struct Metadata {
    pub(crate) key: Ident,
    /// Absent where the key is the name of an argument.
    pub(crate) value: Option<Expr>,
    pub(crate) how: How,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum How {
    AsItIs,
    Display,
    Debug,
    /// As it is, or by `Debug`, or by the name of its type.
    Whatever,
}

pub(crate) struct Measurement {
    pub(crate) key: Ident,
    pub(crate) value: Expr,
}

impl Parse for Metadata {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let shorthand = How::parse(input);
        let key = key(input)?;
        if shorthand != How::AsItIs {
            return Ok(Self { key, value: None, how: shorthand });
        }
        if !input.peek(Token![=]) {
            return Ok(Self { key, value: None, how: How::AsItIs });
        }
        input.parse::<Token![=]>()?;
        let how = How::parse(input);
        Ok(Self { key, value: Some(input.parse()?), how })
    }
}

impl How {
    fn parse(input: ParseStream<'_>) -> Self {
        if input.parse::<Option<Token![%]>>().is_ok_and(|token| token.is_some()) {
            Self::Display
        } else if input.parse::<Option<Token![?]>>().is_ok_and(|token| token.is_some()) {
            Self::Debug
        } else {
            Self::AsItIs
        }
    }
}

impl Parse for Measurement {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let key = key(input)?;
        if !input.peek(Token![=]) {
            return Ok(Self { value: syn::parse_quote! { #key }, key });
        }
        input.parse::<Token![=]>()?;
        if input.peek(Token![%]) || input.peek(Token![?]) {
            return Err(input.error("a measurement is a number; put what is to be shown into `fields(..)`"));
        }
        Ok(Self { key, value: input.parse()? })
    }
}

fn key(input: ParseStream<'_>) -> Result<Ident> {
    let key = input
        .call(Ident::parse_any)
        .map_err(|error| Error::new(error.span(), "expected a key: `key = expression`, or the name of an argument"))?;
    if input.peek(Token![.]) {
        return Err(Error::new_spanned(&key, format!("write a key for it: `name = {key}.name`")));
    }
    let text = text(&key);
    if BUILT_IN.contains(&text.as_str()) {
        return Err(Error::new_spanned(
            &key,
            format!("every event has its own `{text}`; call this one otherwise, such as `my_{text}`"),
        ));
    }
    Ok(key)
}

/// A key as handlers see it.
pub(crate) fn text(key: &Ident) -> String {
    key.unraw().to_string()
}

impl Entries {
    /// Parses `a, b = c, measurements(d = e)`.
    pub(crate) fn parse_mixed(input: ParseStream<'_>) -> Result<Self> {
        let mut entries = Self::default();
        while !input.is_empty() {
            if input.peek2(syn::token::Paren) {
                let word: Ident = input.call(Ident::parse_any)?;
                let content;
                syn::parenthesized!(content in input);
                match word.to_string().as_str() {
                    "measurements" => entries.measurements.extend(list(&content)?),
                    "fields" => entries.metadata.extend(list(&content)?),
                    other => {
                        let meant = closest(other, ["measurements", "fields"]).unwrap_or("measurements");
                        let message = format!("unknown group `{other}`; did you mean `{meant}(..)`?");
                        return Err(Error::new_spanned(&word, message));
                    }
                }
            } else {
                entries.metadata.push(input.parse()?);
            }
            comma(input)?;
        }
        Ok(entries)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.metadata.is_empty() && self.measurements.is_empty()
    }

    /// `&[("pixels", ...)]`; bytes are not among them, because a span counts them itself.
    pub(crate) fn measurements(&self, krate: &Path) -> TokenStream {
        let entries = self.measurements.iter().filter(|entry| !entry.is_bytes()).map(|Measurement { key, value }| {
            let (key, number) = (text(key), converted(krate, "ToNumber", "to_number", value));
            code! { (#key, #number) }
        });
        code! { &[#(#entries),*] }
    }

    /// The number of bytes, where that is measured.
    pub(crate) fn bytes(&self) -> Option<&Expr> {
        self.measurements.iter().find(|entry| entry.is_bytes()).map(|entry| &entry.value)
    }

    /// `&[("path", ...)]`
    pub(crate) fn metadata(&self, krate: &Path) -> TokenStream {
        let entries = self.metadata.iter().map(|Metadata { key, value, how }| {
            let text = text(key);
            let value = value.as_ref().map_or_else(|| key.to_token_stream(), ToTokens::to_token_stream);
            let value = match how {
                How::AsItIs => converted(krate, "ToValue", "to_value", &value),
                How::Display => code! { #krate::telemetry::Value::Display(&(#value)) },
                How::Debug => code! { #krate::telemetry::Value::Debug(&(#value)) },
                How::Whatever => code! { #krate::__private::Whatever::new(&(#value)).to_value() },
            };
            code! { (#text, #value) }
        });
        code! { &[#(#entries),*] }
    }

    /// All expressions.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Expr> {
        let metadata = self.metadata.iter().filter_map(|entry| entry.value.as_ref());
        metadata.chain(self.measurements.iter().map(|entry| &entry.value))
    }

    pub(crate) fn metadata_keys(&self) -> impl Iterator<Item = &Ident> {
        self.metadata.iter().map(|entry| &entry.key)
    }

    pub(crate) fn measurement_keys(&self) -> impl Iterator<Item = &Ident> {
        self.measurements.iter().map(|entry| &entry.key)
    }
}

impl Measurement {
    fn is_bytes(&self) -> bool {
        self.key == "bytes"
    }
}

/// `value` by a method of a trait, with the compiler's complaints about its type pointing at it.
pub(crate) fn converted(krate: &Path, of: &str, method: &str, value: &(impl ToTokens + Spanned)) -> TokenStream {
    let span = Span::mixed_site().located_at(value.span());
    let (of, method) = (Ident::new(of, span), Ident::new(method, span));
    let path = quote_spanned! { span=> #krate::__private::#of::#method };
    quote_spanned! { span=> #path(&(#value)) }
}

/// A list with commas in between.
pub(crate) fn list<T: Parse>(input: ParseStream<'_>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(input.parse()?);
        comma(input)?;
    }
    Ok(all)
}

/// A comma, unless this is the end.
pub(crate) fn comma(input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    input.parse::<Token![,]>().map(drop).map_err(|_| input.error("expected a comma"))
}

/// The error of a key that is there twice.
pub(crate) fn duplicates<'a>(keys: impl IntoIterator<Item = &'a Ident>) -> Result<()> {
    let mut seen: Vec<&Ident> = Vec::new();
    for key in keys {
        if let Some(first) = seen.iter().find(|other| text(other) == text(key)) {
            let mut error = Error::new_spanned(key, format!("`{key}` is there twice; give one of them another name"));
            error.combine(Error::new_spanned(first, "the first is here"));
            return Err(error);
        }
        seen.push(key);
    }
    Ok(())
}
