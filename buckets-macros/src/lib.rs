//! `#[instrumented]`, `span!` and `event!` of `buckets`, which re-exports and documents them.
//!
//! A function's body is never parsed: it is carried over token by token, so that compiler, lints,
//! coverage and editors see it as it was written. Where an argument of the attribute is wrong, the
//! function stays as it is beside the error, so that nothing else breaks.

/// [`quote::quote!`], with names of its own: a variable in it is never one of the function's, nor the other way round.
macro_rules! code {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned! { ::proc_macro2::Span::mixed_site()=> $($tokens)* }
    };
}

mod block;
mod event;
mod expand;
mod function;
mod name;
mod options;
mod returned;
mod shape;
mod signature;
#[cfg(test)]
mod snapshots;
mod suggestion;
mod syntax;

use proc_macro::TokenStream;
use quote::quote;

/// Makes a function an operation under observation: one `start`, and one `stop` or `exception`, however it ends.
///
/// ```text
/// #[instrumented("my_app.storage.upload", fields(file_size = data.len()), stop(|result| stored = result.is_ok()))]
/// async fn upload(name: &str, data: Bytes) -> Result<Object, Error> { .. }
/// ```
///
/// Documented where it is re-exported: `buckets::instrumented`.
#[proc_macro_attribute]
pub fn instrumented(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let original = item.clone();
    syntax::instrument(arguments.into(), item.into())
        .unwrap_or_else(|error| {
            let (error, original) = (error.to_compile_error(), proc_macro2::TokenStream::from(original));
            quote! { #error #original }
        })
        .into()
}

/// Makes a block, or an `async` block, an operation under observation.
#[proc_macro]
pub fn span(input: TokenStream) -> TokenStream {
    block::expand(input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Emits an event that has no duration.
#[proc_macro]
pub fn event(input: TokenStream) -> TokenStream {
    event::expand(input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
