//! What the attribute may be on: a function, or all functions of an `impl` block or a trait.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, GenericParam, Generics, Ident, Result, Signature, Token, Type, Visibility};

use crate::expand::{self, Surroundings};
use crate::function::{Function, is_called};
use crate::name::{Name, cleaned};
use crate::options::Options;

pub(crate) fn instrument(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    match Kind::of(&item) {
        Kind::Function => {
            let options: Options = syn::parse2(arguments)?;
            if let Some(word) = &options.left_out {
                return Err(Error::new_spanned(
                    word,
                    "`skip` alone leaves a method out of an instrumented `impl` block; without one there is nothing to leave it out of",
                ));
            }
            expand::function(syn::parse2(item)?, options, &Surroundings::default())
        }
        Kind::Block => {
            // Checked once for all, so that an error is there once.
            syn::parse2::<Options>(arguments.clone())?;
            Parser::parse2(|input: ParseStream<'_>| block(&arguments, input), item)
        }
        Kind::Other(word) => Err(Error::new(
            word.as_ref().map_or_else(proc_macro2::Span::call_site, TokenTree::span),
            "`#[instrumented]` goes on a function, a method, an `impl` block or a trait; for a part of a function there is `span!`",
        )),
    }
}

enum Kind {
    Function,
    Block,
    Other(Option<TokenTree>),
}

impl Kind {
    fn of(item: &TokenStream) -> Self {
        let word = |input: ParseStream<'_>| {
            input.call(Attribute::parse_outer)?;
            input.parse::<Visibility>()?;
            let first = input.fork().parse::<TokenTree>().ok();
            let mut kind = Self::Other(first);
            while let Ok(token) = input.parse::<TokenTree>() {
                match &token {
                    TokenTree::Ident(word) if word == "fn" => kind = Self::Function,
                    TokenTree::Ident(word) if word == "impl" || word == "trait" => kind = Self::Block,
                    TokenTree::Ident(word)
                        if ["const", "async", "unsafe", "extern", "default", "auto"].iter().any(|it| word == it) =>
                    {
                        continue;
                    }
                    // Of `extern "C"`.
                    TokenTree::Literal(_) => continue,
                    _ => {}
                }
                break;
            }
            input.parse::<TokenStream>()?;
            Ok(kind)
        };
        Parser::parse2(word, item.clone()).unwrap_or(Self::Other(None))
    }
}

/// An `impl` block or a trait, item by item.
fn block(arguments: &TokenStream, input: ParseStream<'_>) -> Result<TokenStream> {
    let mut head = TokenStream::new();
    let group = loop {
        match input.parse::<TokenTree>()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && input.is_empty() => break group,
            token => head.extend([token]),
        }
    };
    let around = surroundings(head.clone())?;
    let mut content = TokenStream::new();
    Parser::parse2(
        |items: ParseStream<'_>| {
            while !items.is_empty() {
                content.extend(item(arguments, &around, items)?);
            }
            Ok(())
        },
        group.stream(),
    )?;
    let mut braces = Group::new(Delimiter::Brace, content);
    braces.set_span(group.span());
    Ok(quote! { #head #braces })
}

/// What the block is called, and its generic types.
fn surroundings(head: TokenStream) -> Result<Surroundings> {
    let parse = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let is_trait = loop {
            match input.parse::<TokenTree>()? {
                TokenTree::Ident(word) if word == "impl" => break false,
                TokenTree::Ident(word) if word == "trait" => break true,
                _ => {}
            }
        };
        let (owner, generics) = if is_trait {
            let name: Ident = input.parse()?;
            (Some(name), input.parse::<Generics>()?)
        } else {
            // `impl <T as Trait>::Type` is no list of generic parameters, and nobody writes it.
            let generics = if input.peek(Token![<]) { input.parse()? } else { Generics::default() };
            input.parse::<Option<Token![!]>>()?;
            let mut ty: Type = input.parse()?;
            if input.parse::<Option<Token![for]>>()?.is_some() {
                ty = input.parse()?;
            }
            (name_of(&ty), generics)
        };
        input.parse::<TokenStream>()?;
        let types = generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(param.ident.to_string()),
            _ => None,
        });
        Ok(Surroundings { owner: owner.map(|owner| snake_case(&owner.to_string())), generics: types.collect() })
    };
    Parser::parse2(parse, head)
}

fn name_of(ty: &Type) -> Option<Ident> {
    match crate::returned::bare(ty) {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
        Type::Reference(reference) => name_of(&reference.elem),
        _ => None,
    }
}

fn snake_case(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let mut out = String::new();
    let mut before_is_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && before_is_lower {
            out.push('_');
        }
        before_is_lower = letter.is_lowercase() || letter.is_numeric();
        out.extend(letter.to_lowercase());
    }
    cleaned(&out)
}

/// One item of the block: a function is instrumented, unless it cannot be; all else stays as it is.
fn item(arguments: &TokenStream, around: &Surroundings, items: ParseStream<'_>) -> Result<TokenStream> {
    let fork = items.fork();
    if !is_function_ahead(&fork) {
        return verbatim(items);
    }
    let fork = items.fork();
    let mut function: Function = match fork.parse() {
        Ok(function) => function,
        Err(_) => return verbatim(items),
    };
    items.advance_to(&fork);
    let mut own = function.attributes.iter().filter(|attribute| is_called(attribute, "instrumented"));
    let options = match (own.next(), own.next()) {
        (Some(attribute), None) => {
            let mut options: Options = match &attribute.meta {
                syn::Meta::List(list) => syn::parse2(list.tokens.clone())?,
                _ => Options::new(),
            };
            let inherited: Options = syn::parse2(arguments.clone())?;
            function.attributes.retain(|attribute| !is_called(attribute, "instrumented"));
            if options.left_out.is_some() {
                return Ok(whole(&function));
            }
            if let Name::Derived = options.name {
                options.name = inherited.name.of_method(&function.name());
            }
            options.krate = inherited.krate;
            options
        }
        _ => {
            let mut options: Options = syn::parse2(arguments.clone())?;
            options.name = options.name.of_method(&function.name());
            if function.signature.constness.is_some() || function.signature.variadic.is_some() {
                return Ok(whole(&function));
            }
            options
        }
    };
    expand::function(function, options, around)
}

/// Whether a function comes next, and has a body.
fn is_function_ahead(items: ParseStream<'_>) -> bool {
    let signature = || {
        items.call(Attribute::parse_outer)?;
        items.parse::<Visibility>()?;
        if items.cursor().ident().is_some_and(|(word, _)| word == "default") {
            items.parse::<Ident>()?;
        }
        items.parse::<Signature>()
    };
    signature().is_ok() && !items.peek(Token![;])
}

/// An item that is no function with a body, up to its end.
fn verbatim(items: ParseStream<'_>) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut is_assigned = false;
    while !items.is_empty() {
        let token: TokenTree = items.parse()?;
        let ends = match &token {
            TokenTree::Punct(punct) => {
                is_assigned |= punct.as_char() == '=';
                punct.as_char() == ';'
            }
            // A value may have braces; the semicolon follows.
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !is_assigned,
            _ => false,
        };
        tokens.extend([token]);
        if ends {
            break;
        }
    }
    Ok(tokens)
}

fn whole(function: &Function) -> TokenStream {
    let Function { attributes, visibility, defaultness, signature, body } = function;
    let inner = &body.inner_attributes;
    let mut block = Group::new(Delimiter::Brace, {
        let content = body.block.stream();
        quote! { #inner #content }
    });
    block.set_span(body.block.span());
    let block = block.to_token_stream();
    quote! { #(#attributes)* #visibility #defaultness #signature #block }
}
