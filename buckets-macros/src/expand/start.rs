//! The expression that begins a span.

use proc_macro2::TokenStream;
use quote::format_ident;

use super::static_of;
use crate::options::{Options, converted};

pub(crate) fn start(options: &Options) -> TokenStream {
    let (site, krate) = (static_of(), &options.krate);
    let Options { start, key, parent, root, dispatcher, sample, .. } = options;
    let is_plain = start.is_empty() && key.is_none() && parent.is_none() && root.is_none() && sample.is_none();
    if is_plain && dispatcher.is_none() {
        return code! { #site.start() };
    }
    let what = start_of(options, "span");
    match dispatcher {
        Some(dispatcher) => {
            let scope = converted(krate, "ToScope", "to_scope", dispatcher);
            code! { #site.start_in(#scope, #what) }
        }
        None => code! { #site.start_with(#what) },
    }
}

/// The closure that begins the span, or emits the point, when somebody listens.
pub(crate) fn start_of(options: &Options, method: &str) -> TokenStream {
    let Options { krate, start, key, parent, root, sample, .. } = options;
    let parent = parent.as_ref().map(|parent| code! { .parent(#parent) });
    let root = root.as_ref().map(|_| code! { .root() });
    let sample = sample.as_ref().map(|sample| {
        let rate = sample.rate;
        code! { .sampled(#rate) }
    });
    let bytes = start.bytes().map(|bytes| code! { .bytes(&(#bytes)) });
    let (measurements, metadata) = (start.measurements(krate), start.metadata(krate));
    let begin = match key {
        Some(key) => {
            let method = format_ident!("{method}_of");
            code! { #method(&(#key), #measurements, #metadata) }
        }
        None => {
            let method = format_ident!("{method}");
            code! { #method(#measurements, #metadata) }
        }
    };
    code! { |begin| begin #parent #root #sample #bytes .#begin }
}
