//! What a return type says about how a function ends. Only its tokens are known, not what they mean.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, TypeParamBound, TypePath};

/// A type without parentheses and the groups of `macro_rules!` around it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// Whether a value of this type surely says nothing about success.
pub(crate) fn is_plain(ty: &Type) -> bool {
    const PLAIN: [&str; 20] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "bool",
        "char", "str", "String", "Vec", "Duration",
    ];
    match bare(ty) {
        Type::Array(_) | Type::FnPtr(_) | Type::Never(_) | Type::Ptr(_) | Type::Reference(_) | Type::Slice(_) => true,
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        Type::Path(path) => {
            path.qself.is_none() && path.path.get_ident().is_some_and(|ident| PLAIN.iter().any(|plain| ident == plain))
        }
        _ => false,
    }
}

/// Whether values of this type can be moved from one place to another without anybody noticing.
pub(crate) fn is_copied(ty: &Type) -> bool {
    match bare(ty) {
        Type::Array(array) => is_copied(&array.elem),
        Type::FnPtr(_) | Type::Ptr(_) | Type::Reference(_) => true,
        Type::Tuple(tuple) => tuple.elems.iter().all(is_copied),
        ty @ Type::Path(path) => is_plain(ty) && !["String", "Vec"].iter().any(|owned| path.path.is_ident(owned)),
        _ => false,
    }
}

/// Whether the type is called a `Result`, or has it in its name.
pub(crate) fn is_result(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident.to_string().ends_with("Result"))
}

/// The type with `_` for each `impl Trait`, as closures and variables can have it.
pub(crate) fn erased(ty: &Type) -> TokenStream {
    fn erase(tokens: TokenStream) -> TokenStream {
        let mut out = TokenStream::new();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) if ident == "impl" => {
                    skip_bounds(&mut tokens);
                    out.extend(code! { _ });
                }
                TokenTree::Group(group) => {
                    let mut erased = proc_macro2::Group::new(group.delimiter(), erase(group.stream()));
                    erased.set_span(group.span());
                    out.extend([TokenTree::Group(erased)]);
                }
                other => out.extend([other]),
            }
        }
        out
    }
    erase(ty.to_token_stream())
}

/// Goes past the bounds of an `impl`: up to a comma or closing bracket outside of their own brackets.
fn skip_bounds(tokens: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>) {
    let (mut depth, mut after_dash) = (0, false);
    while let Some(token) = tokens.peek() {
        if let TokenTree::Punct(punct) = token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if after_dash => {}
                '>' | ',' | ';' | '=' if depth == 0 => return,
                '>' => depth -= 1,
                _ => {}
            }
            after_dash = punct.as_char() == '-';
        }
        tokens.next();
    }
}

pub(crate) fn contains(tokens: TokenStream, wanted: &dyn Fn(&TokenTree) -> bool) -> bool {
    tokens
        .into_iter()
        .any(|token| wanted(&token) || matches!(&token, TokenTree::Group(group) if contains(group.stream(), wanted)))
}

/// Whether an error in this type surely borrows nothing, so that handlers can be given it.
///
/// What is generic may borrow: `generics`, a type called by one letter or two, `Self`, and what is
/// found through such. So may everything with a lifetime, a reference or a generic argument.
pub(crate) fn error_is_static(ty: &Type, generics: &[String]) -> bool {
    let Type::Path(TypePath { qself: None, path, .. }) = bare(ty) else { return false };
    let Some(segment) = path.segments.last() else { return false };
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return names_static(ty, generics) };
    let types: Vec<_> = arguments.args.iter().collect();
    match types.as_slice() {
        [_, GenericArgument::Type(error)] => segment.ident == "Result" && names_static(error, generics),
        // An alias with one argument has the error in itself.
        [GenericArgument::Type(inner)] => is_result(ty) || error_is_static(inner, generics),
        _ => false,
    }
}

fn names_static(error: &Type, generics: &[String]) -> bool {
    let Type::Path(TypePath { qself: None, path, .. }) = bare(error) else { return false };
    let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
    // Modules are in small letters.
    let is_letter = first.len() <= 2 && first.starts_with(char::is_uppercase);
    let is_generic = is_letter || first == "Self" || generics.contains(&first);
    !is_generic && (path.segments.iter().all(|segment| segment.arguments.is_none()) || is_static_box(path))
}

/// Whether this is a `Box<dyn Trait>` without a lifetime.
fn is_static_box(path: &syn::Path) -> bool {
    let Some(segment) = path.segments.last().filter(|segment| segment.ident == "Box") else { return false };
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return false };
    let borrows = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Lifetime(it) if it.ident != "static");
    matches!(arguments.args.first(), Some(GenericArgument::Type(Type::TraitObject(object)))
        if !object.bounds.iter().any(borrows))
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match bare(ty) {
        Type::Path(TypePath { qself: None, path, .. }) => path.segments.last(),
        _ => None,
    }
}

/// What a returned future or stream gives, and how it is returned.
pub(crate) struct Lasting {
    pub(crate) kind: LastingKind,
    pub(crate) is_boxed: bool,
    /// The output or item, where the type says.
    pub(crate) output: Option<Type>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum LastingKind {
    Future,
    Stream,
}

/// The future or stream that a function returns, if its type says that it is one and nothing that
/// would not also be true of it under observation.
pub(crate) fn lasting(ty: &Type) -> Option<Lasting> {
    match bare(ty) {
        Type::ImplTrait(opaque) => of_bounds(opaque.bounds.iter(), false),
        Type::Path(path) => {
            let segment = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
            let types: Vec<_> = arguments
                .args
                .iter()
                .filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                })
                .collect();
            match (segment.ident.to_string().as_str(), types.as_slice()) {
                ("Pin", [Type::Path(boxed)]) => {
                    let segment = boxed.path.segments.last().filter(|segment| segment.ident == "Box")?;
                    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
                    match arguments.args.first() {
                        Some(GenericArgument::Type(Type::TraitObject(object))) => of_bounds(object.bounds.iter(), true),
                        _ => None,
                    }
                }
                ("BoxFuture" | "LocalBoxFuture", [output]) => {
                    Some(Lasting { kind: LastingKind::Future, is_boxed: true, output: Some((*output).clone()) })
                }
                ("BoxStream" | "LocalBoxStream", [item]) => {
                    Some(Lasting { kind: LastingKind::Stream, is_boxed: true, output: Some((*item).clone()) })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn of_bounds<'a>(bounds: impl Iterator<Item = &'a TypeParamBound>, is_boxed: bool) -> Option<Lasting> {
    let mut found = None;
    for bound in bounds {
        match bound {
            TypeParamBound::Trait(bound) => {
                let segment = bound.path.segments.last()?;
                let kind = match segment.ident.to_string().as_str() {
                    "Future" => LastingKind::Future,
                    "Stream" => LastingKind::Stream,
                    "Send" | "Sync" | "Unpin" => continue,
                    _ => return None,
                };
                let output = match &segment.arguments {
                    PathArguments::AngleBracketed(arguments) => {
                        arguments.args.iter().find_map(|argument| match argument {
                            GenericArgument::AssocType(assoc) => Some(assoc.ty.clone()),
                            _ => None,
                        })
                    }
                    _ => None,
                };
                found = Some(Lasting { kind, is_boxed, output });
            }
            TypeParamBound::Lifetime(_) => {}
            // Captured lifetimes.
            TypeParamBound::PreciseCapture(_) => {}
            _ => return None,
        }
    }
    found
}
