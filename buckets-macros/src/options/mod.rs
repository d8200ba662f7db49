//! What can be said of an operation: the arguments of `#[instrumented]` and `span!`.

mod check;
mod entry;
mod parse;

use std::time::Duration;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprClosure, Ident, Pat, Path};

use self::entry::duplicates;
pub(crate) use self::entry::{Entries, How, Metadata, comma, converted, text};
use crate::name::Name;

/// The words of the grammar, for suggestions.
pub(crate) const WORDS: [&str; 27] = [
    "args",
    "call",
    "crate",
    "dispatcher",
    "err",
    "expected",
    "fields",
    "guard",
    "key",
    "kind",
    "level",
    "measurements",
    "name",
    "none",
    "ok",
    "ok_if",
    "outcome",
    "parent",
    "root",
    "sample",
    "scope",
    "skip",
    "skip_all",
    "slow",
    "stop",
    "stream",
    "future",
];

pub(crate) struct Options {
    pub(crate) krate: Path,
    pub(crate) name: Name,
    /// What all events have: `fields(..)` and `measurements(..)`.
    pub(crate) start: Entries,
    /// All arguments but these are metadata.
    pub(crate) args: Option<Ident>,
    pub(crate) skip: Vec<Ident>,
    pub(crate) skip_all: Option<Ident>,
    /// On a method: to be left out of its `impl` block.
    pub(crate) left_out: Option<Ident>,
    pub(crate) key: Option<Expr>,
    pub(crate) stop: Option<Reading>,
    pub(crate) ok: Option<Reading>,
    pub(crate) err: Option<Reading>,
    pub(crate) rules: Rules,
    pub(crate) sample: Option<Sample>,
    pub(crate) slow: Option<Duration>,
    pub(crate) parent: Option<Expr>,
    pub(crate) root: Option<Ident>,
    pub(crate) dispatcher: Option<Expr>,
    pub(crate) level: Option<Ident>,
    pub(crate) timing: Option<(Timing, Ident)>,
}

/// What is read from the result: `stop(|result| ..)`.
pub(crate) struct Reading {
    pub(crate) word: Ident,
    pub(crate) binding: Pat,
    pub(crate) entries: Entries,
}

/// How the outcome is decided where the default does not do.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) ok_if: Option<(Ident, ExprClosure)>,
    pub(crate) outcome: Option<(Ident, Expr)>,
    pub(crate) kind: Option<(Ident, Expr)>,
    /// Kinds of errors that are answers.
    pub(crate) expected_kinds: Vec<Ident>,
    pub(crate) expected_if: Option<ExprClosure>,
    /// What becomes of `None`.
    pub(crate) none: Option<(NoneIs, Ident)>,
    /// An error is told in a `stop`.
    pub(crate) err_is_stop: Option<Ident>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum NoneIs {
    Error,
    Expected,
}

pub(crate) struct Sample {
    pub(crate) rate: f64,
}

/// Until when a function that returns something lasting is observed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Timing {
    /// Until it returns.
    Call,
    /// The same, without looking at what it returns.
    Guard,
    /// Until the future or the stream that it returns ends.
    Future,
    Stream,
}

impl Options {
    pub(crate) fn new() -> Self {
        Self {
            krate: syn::parse_quote! { ::buckets },
            name: Name::Derived,
            start: Entries::default(),
            args: None,
            skip: Vec::new(),
            skip_all: None,
            left_out: None,
            key: None,
            stop: None,
            ok: None,
            err: None,
            rules: Rules::default(),
            sample: None,
            slow: None,
            parent: None,
            root: None,
            dispatcher: None,
            level: None,
            timing: None,
        }
    }

    /// Those of `names` that are used when the operation begins.
    pub(crate) fn mentioned_at_start(&self, names: &[Ident]) -> Vec<Ident> {
        let expressions = self.start.values().chain(&self.key).chain(&self.parent).chain(&self.dispatcher);
        let tokens: TokenStream = expressions.flat_map(ToTokens::to_token_stream).collect();
        let is_key = |name: &Ident| self.start.metadata.iter().any(|entry| entry.value.is_none() && entry.key == *name);
        names
            .iter()
            .filter(|name| is_key(name) || find(tokens.clone(), &[(*name).clone()]).is_some())
            .cloned()
            .collect()
    }

    /// The word of an option that looks at what is returned, if there is one.
    pub(crate) fn reads_result(&self) -> Option<&Ident> {
        let readings = [&self.stop, &self.ok, &self.err].into_iter().flatten().map(|reading| &reading.word);
        readings.chain(self.rules.word()).next()
    }
}

impl Reading {
    /// The first place where one of these names is used, unless it is what the result is called.
    pub(crate) fn mentions(&self, names: &[Ident]) -> Option<Ident> {
        let own = self.binding.to_token_stream();
        let names: Vec<_> =
            names.iter().filter(|name| find(own.clone(), &[(*name).clone()]).is_none()).cloned().collect();
        self.entries.values().find_map(|value| find(value.to_token_stream(), &names))
    }
}

/// The first place in `tokens` where one of `names` is a variable.
fn find(tokens: TokenStream, names: &[Ident]) -> Option<Ident> {
    // What follows a dot or a colon is a method, a field or part of a path.
    let mut follows = false;
    tokens.into_iter().find_map(|token| {
        let was =
            std::mem::replace(&mut follows, matches!(&token, TokenTree::Punct(it) if ".:".contains(it.as_char())));
        match token {
            TokenTree::Ident(word) => (!was && names.contains(&word)).then_some(word),
            TokenTree::Group(group) => find(group.stream(), names),
            _ => None,
        }
    })
}

impl Rules {
    /// The word of the first rule.
    pub(crate) fn word(&self) -> Option<&Ident> {
        None.or(self.ok_if.as_ref().map(|(word, _)| word))
            .or(self.outcome.as_ref().map(|(word, _)| word))
            .or(self.kind.as_ref().map(|(word, _)| word))
            .or(self.none.as_ref().map(|(_, word)| word))
            .or(self.err_is_stop.as_ref())
            .or(self.expected_kinds.first())
    }
}
