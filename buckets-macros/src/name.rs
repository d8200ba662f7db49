//! Names of events: what is checked while compiling.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Error, Expr, LitStr, Path, Result};

/// The name of an event as it was given.
pub(crate) enum Name {
    /// Nothing was given: it is made of module and function.
    Derived,
    Literal(LitStr),
    /// A constant `&str`.
    Constant(Expr),
}

impl Name {
    /// Checks a name; `of_span` says that stages are added to it.
    pub(crate) fn literal(literal: LitStr, of_span: bool) -> Result<Self> {
        let name = literal.value();
        let fault = fault(&name, of_span);
        match fault {
            None => Ok(Self::Literal(literal)),
            Some(fault) => Err(Error::new(literal.span(), fault)),
        }
    }

    /// A constant expression of type `&'static str`.
    pub(crate) fn tokens(&self, krate: &Path, function: &str) -> TokenStream {
        match self {
            Self::Literal(literal) => code! { #literal },
            Self::Constant(path) => quote_spanned! { Span::call_site()=> #path },
            Self::Derived => code! {{
                const __BUCKETS_PATH: &::core::primitive::str = ::core::concat!(::core::module_path!(), ".", #function);
                #krate::__private::text(
                    &const {
                        #krate::__private::dotted::<{ #krate::__private::dotted_len(__BUCKETS_PATH) }>(__BUCKETS_PATH)
                    },
                )
            }},
        }
    }

    /// The name that the method `function` has when this is the prefix of an `impl` block.
    pub(crate) fn of_method(&self, function: &str) -> Self {
        match self {
            Self::Literal(prefix) => {
                let name = format!("{}.{}", prefix.value(), cleaned(function));
                Self::Literal(LitStr::new(&name, prefix.span()))
            }
            _ => Self::Derived,
        }
    }
}

/// What a segment can have of `text`.
pub(crate) fn cleaned(text: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    text.strip_prefix("r#").unwrap_or(text).chars().map(clean).collect()
}

fn fault(name: &str, of_span: bool) -> Option<String> {
    const RULE: &str = "a name is two or more segments of `a` to `z`, `0` to `9` and `_`, joined by dots";
    let example = |name: &str| format!("; write, for example, \"{name}\"");
    let segments: Vec<_> = name.split('.').collect();
    if name.is_empty() {
        return Some(format!("the event name is empty{}", example("my_app.storage.upload")));
    }
    if let Some(position) = segments.iter().position(|segment| segment.is_empty()) {
        return Some(format!("segment {} of the event name `{name}` is empty; {RULE}", position + 1));
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    if let Some(wrong) = name.chars().find(|c| !allowed(*c)) {
        let better: String =
            name.split(['.', ':', '/']).filter(|s| !s.is_empty()).map(cleaned).collect::<Vec<_>>().join(".");
        return Some(format!("`{wrong}` cannot be in the event name `{name}`; {RULE}{}", example(&better)));
    }
    if segments.len() < 2 {
        return Some(format!(
            "the event name `{name}` has no namespace, and would clash with other crates'{}",
            example(&format!("my_app.{name}"))
        ));
    }
    let (last, rest) = segments.split_last()?;
    if of_span && ["start", "stop", "exception"].contains(last) && segments.len() > 2 {
        return Some(format!("`.{last}` is added when the event is emitted; write \"{}\"", rest.join(".")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_what_is_wrong_with_them() {
        assert_eq!(fault("my_app.storage.upload", true), None);
        assert_eq!(fault("my_app.start", true), None, "an operation may be called so");
        let fault = |name| fault(name, true).expect("a fault");
        assert!(fault("").contains("empty"));
        assert!(fault("a..b").contains("segment 2"));
        assert!(fault("MyApp::Upload").contains("\"myapp.upload\""));
        assert!(fault("upload").contains("\"my_app.upload\""));
        assert!(fault("a.b.stop").contains("write \"a.b\""));
    }
}
