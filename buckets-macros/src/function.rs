//! A function with a body, of which nothing but the signature is parsed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Ident, Result, Signature, Token, Visibility};

pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    /// `default`, of specialised implementations.
    pub(crate) defaultness: Option<Ident>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
}

/// What stands between the braces.
pub(crate) struct Body {
    /// Attributes at its beginning, which can only stand at the beginning of a function.
    pub(crate) inner_attributes: TokenStream,
    /// Braces and all.
    pub(crate) block: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let defaultness = match input.cursor().ident() {
            Some((ident, _)) if ident == "default" => Some(input.parse()?),
            _ => None,
        };
        let signature: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(Error::new_spanned(
                &signature.ident,
                "`#[instrumented]` needs a function with a body: put it on the implementation of a required method, not on its declaration",
            ));
        }
        let body = Body::parse(input)?;
        Ok(Self { attributes, visibility, defaultness, signature, body })
    }
}

impl Function {
    /// The function's name without `r#`.
    pub(crate) fn name(&self) -> String {
        let name = self.signature.ident.to_string();
        name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
    }

    /// Whether there is an attribute of this name, wherever it is from.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| is_called(attribute, name))
    }

    /// The first paragraph of its documentation, on one line.
    pub(crate) fn documentation(&self) -> String {
        let lines = self.attributes.iter().filter_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
        let lines: Vec<_> = lines.collect();
        let text = lines.join("\n");
        let paragraph = text.trim_start().split("\n\n").next().unwrap_or_default();
        let paragraph = paragraph.split("\n \n").next().unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Whether the last segment of an attribute's path is `name`.
pub(crate) fn is_called(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

impl Body {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let block = match input.parse::<TokenTree>() {
            Ok(TokenTree::Group(group)) => without_invisible(group),
            Ok(other) => return Err(Error::new(other.span(), "expected a function's body")),
            Err(_) => return Err(Error::new(input.span(), "expected a function's body")),
        };
        let mut inner = TokenStream::new();
        let mut rest = block.stream().into_iter().peekable();
        let mut ahead = rest.clone();
        while let (Some(TokenTree::Punct(hash)), Some(TokenTree::Punct(bang)), Some(TokenTree::Group(content))) =
            (ahead.next(), ahead.next(), ahead.next())
        {
            if hash.as_char() != '#' || bang.as_char() != '!' {
                break;
            }
            inner.extend([TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(content)]);
            rest = ahead.clone();
        }
        if inner.is_empty() {
            return Ok(Self { inner_attributes: inner, block });
        }
        let mut without = Group::new(Delimiter::Brace, rest.collect());
        without.set_span(block.span());
        Ok(Self { inner_attributes: inner, block: without })
    }
}

/// A fragment of a `macro_rules!`, such as `$body:block`, comes in delimiters that are not there.
fn without_invisible(group: Group) -> Group {
    if group.delimiter() == Delimiter::None {
        let mut tokens = group.stream().into_iter();
        if let (Some(TokenTree::Group(inner)), None) = (tokens.next(), tokens.next()) {
            return without_invisible(inner);
        }
    }
    group
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.block.to_tokens(tokens);
    }
}
