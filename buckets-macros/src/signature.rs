//! The arguments of a function, and how its body gets them when it is within a closure or a block.

use proc_macro2::{Span, TokenStream};
use syn::{FnArg, Ident, Pat, PatIdent, ReceiverKind, Signature, Token, Type};

use crate::returned;

/// The names that arguments have in the body.
pub(crate) fn argument_names(signature: &Signature) -> Vec<Ident> {
    let mut all = Vec::new();
    for input in &signature.inputs {
        if let FnArg::Typed(argument) = input {
            all.extend(bindings(&mut argument.pat.clone()).into_iter().map(|(_, name)| name));
        }
    }
    all
}

/// Takes the `mut`s out of a pattern; gives back what it binds.
fn bindings(pattern: &mut Pat) -> Vec<(Option<Token![mut]>, Ident)> {
    let mut all = Vec::new();
    match pattern {
        Pat::Ident(PatIdent { mutability, ident, subpat, by_ref, .. }) => {
            // That of `ref mut` is part of what is bound.
            let mutability = if by_ref.is_none() { mutability.take() } else { None };
            all.push((mutability, ident.clone()));
            all.extend(subpat.iter_mut().flat_map(|(_, pattern)| bindings(pattern)));
        }
        Pat::Paren(paren) => all.extend(bindings(&mut paren.pat)),
        Pat::Reference(reference) => all.extend(bindings(&mut reference.pat)),
        Pat::Slice(slice) => all.extend(slice.elems.iter_mut().flat_map(bindings)),
        Pat::Struct(fields) => all.extend(fields.fields.iter_mut().flat_map(|field| bindings(&mut field.pat))),
        Pat::Tuple(tuple) => all.extend(tuple.elems.iter_mut().flat_map(bindings)),
        Pat::TupleStruct(tuple) => all.extend(tuple.elems.iter_mut().flat_map(bindings)),
        _ => {}
    }
    all
}

/// The names of arguments that the body takes for itself: those of types that are not surely copied.
pub(crate) fn moved_names(signature: &Signature) -> Vec<Ident> {
    let names = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => match &*argument.pat {
            Pat::Ident(pattern) if !returned::is_copied(&argument.ty) => Some(pattern.ident.clone()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    names.collect()
}

/// Takes what is for the body alone out of the signature (`mut`, patterns), and gives back the
/// statements that bring the arguments into the body.
///
/// An argument is bound anew where that keeps what would otherwise change: the order in which
/// arguments are dropped, or warnings of `mut` that is not needed. What needs neither is left alone,
/// because a future would have room for it twice. A pattern stays in the signature where a name in it
/// is `mentioned` outside of the body.
pub(crate) fn rebind(signature: &mut Signature, mentioned: &[Ident]) -> TokenStream {
    let mut statements = TokenStream::new();
    for (position, input) in signature.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                let is_reference = match &receiver.kind {
                    ReceiverKind::Reference(..) => true,
                    ReceiverKind::Typed(_, ty) => matches!(returned::bare(ty), Type::Reference(_)),
                    _ => false,
                };
                if !is_reference {
                    // The closure gets all of it, not the parts that are used.
                    let this = Ident::new("self", receiver.self_token.span);
                    statements.extend(code! { let _ = &#this; });
                }
            }
            FnArg::Typed(argument) => {
                let attributes = &argument.attrs;
                let name = Ident::new(&format!("__argument_{position}"), Span::mixed_site());
                match &mut *argument.pat {
                    pattern @ Pat::Wild(_) => {
                        if returned::is_copied(&argument.ty) {
                            continue;
                        }
                        *pattern = syn::parse_quote! { #name };
                        statements.extend(code! { #[allow(clippy::shadow_same)] #(#attributes)* let #name = #name; });
                    }
                    Pat::Ident(PatIdent { by_ref: None, subpat: None, mutability, ident, .. }) => {
                        let mutability = mutability.take();
                        if mutability.is_none() && returned::is_copied(&argument.ty) {
                            continue;
                        }
                        statements.extend(
                            code! { #[allow(clippy::shadow_same)] #(#attributes)* let #mutability #ident = #ident; },
                        );
                    }
                    pattern if bindings(&mut pattern.clone()).iter().any(|(_, name)| mentioned.contains(name)) => {
                        for (mutability, name) in bindings(pattern) {
                            statements.extend(
                                code! { #[allow(clippy::shadow_same)] #(#attributes)* let #mutability #name = #name; },
                            );
                        }
                    }
                    pattern => {
                        // What the pattern leaves is dropped with the argument.
                        statements.extend(code! {
                            #[allow(clippy::shadow_same)] #(#attributes)* let #name = #name;
                            #(#attributes)* let #pattern = #name;
                        });
                        *pattern = syn::parse_quote! { #name };
                    }
                }
            }
        }
    }
    statements
}
