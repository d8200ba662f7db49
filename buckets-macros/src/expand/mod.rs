//! The code that takes a function's or a block's place.

mod finish;
mod site;
mod start;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, GenericParam, Ident, Path, Result, ReturnType, Type};

pub(crate) use self::finish::{Finish, item};
pub(crate) use self::site::{Site, static_of};
pub(crate) use self::start::{start, start_of};
use crate::function::Function;
use crate::options::{How, Metadata, Options};
use crate::returned::{self, Lasting, LastingKind};
use crate::shape::{Shape, Tail};
use crate::signature;
use crate::suggestion::closest;

/// What a function is called and what is generic about it, from outside of it.
#[derive(Default)]
pub(crate) struct Surroundings {
    /// The name of the type or trait, as a segment of a name.
    pub(crate) owner: Option<String>,
    /// The generic parameters of the `impl` block.
    pub(crate) generics: Vec<String>,
}

pub(crate) fn function(mut function: Function, mut options: Options, around: &Surroundings) -> Result<TokenStream> {
    refuse(&function)?;
    let arguments = signature::argument_names(&function.signature);
    resolve(&mut options, &arguments)?;
    let shape = Shape::of(&function, &options)?;
    refuse_moved(&function, &options)?;
    let body = body(&mut function, &options, shape, around);
    let Function { attributes, visibility, defaultness, signature, .. } = &function;
    Ok(code! { #(#attributes)* #visibility #defaultness #signature #body })
}

/// What cannot be observed.
fn refuse(function: &Function) -> Result<()> {
    let signature = &function.signature;
    if let Some(token) = &signature.constness {
        return Err(Error::new_spanned(
            token,
            "`#[instrumented]` cannot be on a `const fn`: what runs while compiling has nobody to tell; drop `const` or the attribute",
        ));
    }
    if let Some(variadic) = &signature.variadic {
        return Err(Error::new_spanned(
            variadic,
            "`#[instrumented]` cannot be on a function with C-variadic arguments; instrument a function that calls it",
        ));
    }
    for attribute in &function.attributes {
        if crate::function::is_called(attribute, "instrumented") {
            return Err(Error::new_spanned(
                attribute,
                "this is instrumented already, and would count twice; remove one of the two attributes",
            ));
        }
        let tokens = attribute.meta.to_token_stream();
        if returned::contains(tokens, &|token| matches!(token, proc_macro2::TokenTree::Ident(word) if word == "naked"))
        {
            return Err(Error::new_spanned(
                attribute,
                "`#[instrumented]` cannot be on a naked function, which is assembly alone; instrument a function that calls it",
            ));
        }
    }
    Ok(())
}

/// Turns what is said of arguments by name into metadata, and checks the names.
fn resolve(options: &mut Options, arguments: &[Ident]) -> Result<()> {
    let check = |name: &Ident, hint: &str| {
        let known: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        if known.contains(&name.to_string()) {
            return Ok(());
        }
        let meant = closest(&name.to_string(), known.iter().map(String::as_str));
        let meant = meant.map_or_else(|| hint.to_owned(), |meant| format!("did you mean `{meant}`?"));
        Err(Error::new_spanned(name, format!("`{name}` is no argument of this function; {meant}")))
    };
    for entry in options.start.metadata.iter().filter(|entry| entry.value.is_none()) {
        check(&entry.key, &format!("write `{} = expression` for anything else", entry.key))?;
    }
    options.skip.iter().try_for_each(|name| check(name, "there is nothing of that name to skip"))?;
    if options.args.is_some() {
        let given: Vec<_> = options.start.metadata_keys().chain(&options.skip).map(ToString::to_string).collect();
        for argument in arguments.iter().filter(|argument| !given.contains(&argument.to_string())) {
            let entry = Metadata { key: argument.clone(), value: None, how: How::Whatever };
            options.start.metadata.push(entry);
        }
    }
    Ok(())
}

/// What reads the result cannot read what the body was given.
fn refuse_moved(function: &Function, options: &Options) -> Result<()> {
    let moved = signature::moved_names(&function.signature);
    for reading in [&options.stop, &options.ok, &options.err].into_iter().flatten() {
        if let Some(name) = reading.mentions(&moved) {
            return Err(Error::new_spanned(
                &name,
                format!(
                    "the body has `{name}`, and nothing is left of it at the end; put what is wanted of it into \
                     `fields(..)` or `measurements(..)`, which are on the last event as well"
                ),
            ));
        }
    }
    Ok(())
}

fn body(function: &mut Function, options: &Options, shape: Shape, around: &Surroundings) -> TokenStream {
    let krate = &options.krate;
    let site = Site::of(function, options, &shape, around).tokens();
    let start = start(options);
    let output = match &function.signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some((**ty).clone()),
    };
    let generics = generics_of(function, around);
    let statements = match shape {
        Shape::Guard => {
            let block = &function.body.block;
            code! {
                let _guard = #krate::__private::Guard::new(#start);
                #[allow(unused_braces)]
                #block
            }
        }
        Shape::Call => {
            let finish = Finish::new(options, output.as_ref(), &generics).closure(false);
            let closure = closure(function, options, output.as_ref());
            code! { #krate::__private::call(#start, #closure, #finish) }
        }
        Shape::Async => {
            let finish = Finish::new(options, output.as_ref(), &generics).closure(false);
            let rebind = rebind(function, options);
            let block = in_block(&rebind, &function.body.block, output.as_ref());
            let hint = hint(krate, output.as_ref());
            let block = with_hint(&hint, &block);
            code! { #krate::__private::watch(#start, async move #block, #finish).await }
        }
        Shape::Tail(tail, lasting) => self::tail(tail, &lasting, &start, options, &generics),
        Shape::Lasting(lasting) => self::lasting(function, &lasting, &start, options, &generics, output.as_ref()),
    };
    let inner = &function.body.inner_attributes;
    let mut braces = proc_macro2::Group::new(proc_macro2::Delimiter::Brace, code! { #inner #site #statements });
    // The braces are where the function's own are, for coverage and for errors about its end.
    braces.set_span(function.body.block.span());
    braces.to_token_stream()
}

/// The statements that bring arguments into the body.
fn rebind(function: &mut Function, options: &Options) -> TokenStream {
    let mentioned = options.mentioned_at_start(&signature::argument_names(&function.signature));
    signature::rebind(&mut function.signature, &mentioned)
}

/// `move || -> T { .. }` with the body in it.
fn closure(function: &mut Function, options: &Options, output: Option<&Type>) -> TokenStream {
    let rebind = rebind(function, options);
    let annotation = output.filter(|ty| !matches!(returned::bare(ty), Type::ImplTrait(_))).map(returned::erased);
    let block = in_block(&rebind, &function.body.block, output);
    match annotation {
        Some(ty) => code! { move || -> #ty { #block } },
        None => code! { move || { #block } },
    }
}

/// A body behind statements that bind what it uses.
///
/// Up to edition 2021 what a last expression borrows lives longer than the block's own variables, and
/// those were arguments, which live longer than that. So the value is put down first.
fn in_block(rebind: &TokenStream, block: &proc_macro2::Group, output: Option<&Type>) -> TokenStream {
    if rebind.is_empty() {
        return code! { #[allow(unused_braces)] #block };
    }
    let ty = output
        .filter(|ty| !matches!(returned::bare(ty), Type::ImplTrait(_) | Type::Never(_)))
        .map(returned::erased)
        .map(|ty| code! { : #ty });
    if matches!(output.map(returned::bare), Some(Type::Never(_))) {
        return code! { #rebind #[allow(unused_braces)] #block };
    }
    code! { #rebind #[allow(unused_braces)] let value #ty = #block; #[allow(unreachable_code, unused_braces)] { value } }
}

/// Tells the compiler what an `async` block gives, which it has no other way to be told: without it,
/// nothing in the block would be coerced to the type.
pub(crate) fn hint(krate: &Path, output: Option<&Type>) -> TokenStream {
    let ty = match output {
        None => code! { () },
        Some(ty) => match returned::bare(ty) {
            Type::ImplTrait(_) => return TokenStream::new(),
            Type::Never(_) => code! { <fn() -> ! as #krate::__private::Returns>::Output },
            ty => returned::erased(ty),
        },
    };
    code! {
        #[allow(unreachable_code, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        if false {
            let value: #ty = loop {};
            return value;
        }
    }
}

/// A block of a hint and the code it is for.
fn with_hint(hint: &TokenStream, block: &TokenStream) -> TokenStream {
    code! { { #hint #block } }
}

fn tail(tail: Tail, lasting: &Lasting, start: &TokenStream, options: &Options, generics: &[String]) -> TokenStream {
    let krate = &options.krate;
    let finish = Finish::new(options, lasting.output.as_ref(), generics).closure(false);
    let hint = lasting.output.as_ref().map(|output| hint(krate, Some(output)));
    let Tail { prefix, pin, keywords, block } = tail;
    let hint = hint.unwrap_or_default();
    let block = with_hint(&hint, &code! { #[allow(unused_braces)] #block });
    let future = code! {
        #keywords { #krate::__private::watch(#start, #keywords #block, #finish).await }
    };
    if pin.is_empty() {
        code! { #prefix #future }
    } else {
        code! { #prefix #pin(#future) }
    }
}

fn lasting(
    function: &mut Function,
    lasting: &Lasting,
    start: &TokenStream,
    options: &Options,
    generics: &[String],
    output: Option<&Type>,
) -> TokenStream {
    let krate = &options.krate;
    let closure = closure(function, options, output);
    let observed = match lasting.kind {
        LastingKind::Future => {
            let finish = Finish::new(options, lasting.output.as_ref(), generics).closure(true);
            code! { #krate::__private::watch(span, lasting, #finish) }
        }
        LastingKind::Stream => {
            let judge = item(options, lasting.output.as_ref(), generics);
            code! { #krate::__private::streamed(span, lasting, #judge) }
        }
    };
    let result = if lasting.is_boxed {
        code! { if span.is_enabled() { #krate::__private::Box::pin(#observed) } else { lasting } }
    } else {
        observed
    };
    code! {
        let (span, lasting) = #krate::__private::eager(#start, #closure);
        #result
    }
}

/// All generic types and lifetimes in reach.
fn generics_of(function: &Function, around: &Surroundings) -> Vec<String> {
    let own = function.signature.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(param.ident.to_string()),
        _ => None,
    });
    own.chain(around.generics.iter().cloned()).collect()
}
