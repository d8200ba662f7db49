//! The static that is a call site, and its entry in the list that the linker makes.

use proc_macro2::TokenStream;
use quote::format_ident;
use syn::Path;

use super::Surroundings;
use crate::function::Function;
use crate::name::cleaned;
use crate::options::{Entries, Options};
use crate::returned::LastingKind;
use crate::shape::Shape;

pub(crate) struct Site<'a> {
    krate: &'a Path,
    /// `new` or `point`.
    pub(crate) constructor: &'static str,
    pub(crate) name: TokenStream,
    pub(crate) doc: String,
    measurements: Vec<String>,
    metadata: Vec<String>,
    settings: TokenStream,
}

/// The static's name.
pub(crate) fn static_of() -> syn::Ident {
    format_ident!("__BUCKETS_SITE")
}

impl<'a> Site<'a> {
    /// Of a function.
    pub(super) fn of(function: &Function, options: &'a Options, shape: &Shape, around: &Surroundings) -> Self {
        let owner = around.owner.as_ref().map_or_else(String::new, |owner| format!("{owner}."));
        let path = format!("{owner}{}", cleaned(&function.name()));
        let mut site = Self::with(options, &path, function.documentation());
        if matches!(shape, Shape::Lasting(lasting) if lasting.kind == LastingKind::Stream) {
            site.measurements.push("items".into());
        }
        site
    }

    /// Of anything with these options; `path` is its name within the module if it is not given one.
    pub(crate) fn with(options: &'a Options, path: &str, doc: String) -> Self {
        let mut site = Self::new(&options.krate, options.name.tokens(&options.krate, path), doc, &options.start);
        for reading in [&options.stop, &options.ok, &options.err].into_iter().flatten() {
            site.add(&reading.entries);
        }
        if options.rules.err_is_stop.is_some() {
            site.metadata.push("result".into());
        }
        let krate = &options.krate;
        if let Some(level) = &options.level {
            let level = format_ident!("{}", capitalised(&level.to_string()));
            site.settings.extend(code! { .level(#krate::telemetry::Level::#level) });
        }
        if let Some(slow) = options.slow {
            let nanos = slow.as_nanos() as u64;
            site.settings.extend(code! { .slow_after(#nanos) });
        }
        site
    }

    pub(crate) fn new(krate: &'a Path, name: TokenStream, doc: String, entries: &Entries) -> Self {
        let (measurements, metadata) = (Vec::new(), Vec::new());
        let settings = TokenStream::new();
        let mut site = Self { krate, constructor: "new", name, doc, measurements, metadata, settings };
        site.add(entries);
        site
    }

    fn add(&mut self, entries: &Entries) {
        self.measurements.extend(entries.measurement_keys().map(crate::options::text));
        self.metadata.extend(entries.metadata_keys().map(crate::options::text));
        for keys in [&mut self.measurements, &mut self.metadata] {
            let mut seen = Vec::new();
            keys.retain(|key| {
                !seen.contains(key) && {
                    seen.push(key.clone());
                    true
                }
            });
        }
    }

    pub(crate) fn tokens(&self) -> TokenStream {
        let Self { krate, name, doc, measurements, metadata, settings, constructor } = self;
        let (this, constructor) = (static_of(), format_ident!("{constructor}"));
        code! {
            static #this: #krate::__private::Site =
                #krate::__private::Site::#constructor(#name, #doc, &[#(#measurements),*], &[#(#metadata),*]) #settings;
            #krate::__private::inventory::submit! { #krate::__private::Registered(&#this) }
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
