//! The closure that ends a span by what its code gave.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::{Path, Type};

use crate::options::{Entries, NoneIs, Options, Reading};
use crate::returned;

pub(crate) struct Finish<'a> {
    options: &'a Options,
    krate: &'a Path,
    /// How an error is judged.
    error: syn::Ident,
    output: Option<&'a Type>,
}

/// The closure that tells whether an item of a stream is an error.
pub(crate) fn item(options: &Options, item: Option<&Type>, generics: &[String]) -> TokenStream {
    let finish = Finish::new(options, item, generics);
    let (judged, ty) = (finish.judged(), finish.annotation());
    code! { |result #ty| #judged }
}

impl<'a> Finish<'a> {
    pub(crate) fn new(options: &'a Options, output: Option<&'a Type>, generics: &[String]) -> Self {
        let is_static = output.is_some_and(|ty| returned::error_is_static(ty, generics));
        let error = format_ident!("{}", if is_static { "StaticError" } else { "AnyError" });
        Self { options, krate: &options.krate, error, output }
    }

    /// `|span, result| ..`; `is_handed_out` if it outlives the function.
    pub(crate) fn closure(&self, is_handed_out: bool) -> TokenStream {
        let krate = self.krate;
        if matches!(self.output.map(returned::bare), Some(Type::Never(_))) {
            return code! { |_, _| {} };
        }
        // Nothing else tells the compiler what a future gives that it has not made of an `async` block.
        let ty = is_handed_out.then(|| self.annotation());
        let keyword = is_handed_out.then(|| code! { move });
        let Options { stop, ok, err, rules, .. } = self.options;
        let judged = self.judged();
        if stop.is_none() && ok.is_none() && err.is_none() && rules.err_is_stop.is_none() {
            return code! { #keyword |span, result #ty| #krate::__private::end(span, #judged, &[], &[]) };
        }
        let bind = stop.as_ref().map(|Reading { binding, .. }| code! { let #binding = result; });
        let plain = self.end(&[stop.as_ref()]);
        let on_error = err.as_ref().map_or_else(
            || plain.clone(),
            |reading| {
                let (binding, end) = (&reading.binding, self.end(&[stop.as_ref(), Some(reading)]));
                code! {
                    match #krate::__private::Probe::new(result).failure() {
                        #krate::__private::Option::Some(#binding) => #end,
                        #krate::__private::Option::None => #plain,
                    }
                }
            },
        );
        let end = match ok {
            None => on_error,
            Some(reading) => {
                let (binding, end) = (&reading.binding, self.end(&[stop.as_ref(), Some(reading)]));
                let value = quote_spanned! { word_span(&reading.word)=> #krate::__private::value(result) };
                code! {
                    match #value {
                        #krate::__private::Option::Some(#binding) => #end,
                        #krate::__private::Option::None => #on_error,
                    }
                }
            }
        };
        code! {
            #keyword |mut span, result #ty| {
                let judged = #judged;
                #bind
                #end
            }
        }
    }

    /// The type of a reference to the result, behind a colon.
    fn annotation(&self) -> TokenStream {
        self.output.map_or_else(TokenStream::new, |ty| {
            let ty = returned::erased(ty);
            code! { : &#ty }
        })
    }

    /// Ends the span with what these readings read.
    fn end(&self, readings: &[Option<&Reading>]) -> TokenStream {
        let krate = self.krate;
        let mut all = Vec::new();
        for reading in readings.iter().flatten() {
            all.push(&reading.entries);
        }
        let measurements = all.iter().map(|entries| entries.measurements(krate)).map(inner);
        let metadata = all.iter().map(|entries| entries.metadata(krate)).map(inner);
        let result = self.options.rules.err_is_stop.as_ref().map(|_| {
            code! { ("result", #krate::__private::success_or_error(#krate::__private::Probe::new(result).failure().is_none())), }
        });
        let bytes = all.iter().filter_map(|entries: &&Entries| entries.bytes()).next().map(|bytes| {
            code! { span.add_bytes(#krate::__private::whole(&(#bytes))); }
        });
        code! {{
            #bytes
            #krate::__private::end(span, judged, &[#(#measurements)*], &[#result #(#metadata)*])
        }}
    }

    /// An `Option<Judged>`.
    fn judged(&self) -> TokenStream {
        let (krate, rules, judge) = (self.krate, &self.options.rules, &self.error);
        if rules.err_is_stop.is_some() {
            return code! { #krate::__private::Option::None };
        }
        let kind = rules.kind.as_ref().map(|(_, kind)| code! { .kind(#krate::__private::apply(error, #kind)) });
        let kinds = &rules.expected_kinds;
        let expecting = (!kinds.is_empty()).then(|| code! { .expecting(&[#(#krate::ErrorKind::#kinds),*]) });
        let expected_if = rules.expected_if.as_ref().map(|rule| {
            code! { .expected_if(#krate::__private::apply(error, #rule)) }
        });
        let mut judged = code! {
            #krate::__private::Probe::new(result)
                .failure()
                .map(|error| #krate::__private::#judge::new(error).judge() #kind #expecting #expected_if)
        };
        if let Some((none, word)) = &rules.none {
            let is_expected = *none == NoneIs::Expected;
            let none = quote_spanned! { word_span(word)=> #krate::__private::none(result, #is_expected) };
            judged = code! { #judged.or_else(|| #none) };
        }
        if let Some((_, rule)) = &rules.ok_if {
            judged = code! { #krate::__private::ok_if(#judged, #krate::__private::apply(result, #rule)) };
        }
        if let Some((_, rule)) = &rules.outcome {
            judged = code! { #krate::__private::decide(#judged, #krate::__private::apply(result, #rule)) };
        }
        judged
    }
}

/// Where a word is, for the compiler's complaints about what it stands for.
fn word_span(word: &syn::Ident) -> Span {
    Span::mixed_site().located_at(word.span())
}

/// The content of `&[..]`, with a comma at its end.
fn inner(array: TokenStream) -> TokenStream {
    let content = array.into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let content = content.unwrap_or_default();
    if content.is_empty() {
        content
    } else {
        code! { #content, }
    }
}
