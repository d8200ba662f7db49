//! Which of the ways a function is observed in.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Error, Result, ReturnType, Type};

use crate::function::{Body, Function};
use crate::options::{Options, Timing};
use crate::returned::{self, Lasting, LastingKind};

pub(crate) enum Shape {
    /// A guard on the stack: nothing is to be learnt from the value.
    Guard,
    /// The body is a closure, whose value is looked at.
    Call,
    /// The body is an `async` block within an `async fn`.
    Async,
    /// The last expression of the body is an `async` block, boxed or not, as `async_trait` makes it.
    Tail(Tail, Lasting),
    /// The body gives a future or a stream, however it comes by it.
    Lasting(Lasting),
}

/// The last expression of a body that is `async [move] { .. }` or `Box::pin(async [move] { .. })`.
pub(crate) struct Tail {
    /// What stands before it.
    pub(crate) prefix: TokenStream,
    /// `Box::pin`, or nothing.
    pub(crate) pin: TokenStream,
    /// `async`, or `async move`.
    pub(crate) keywords: TokenStream,
    pub(crate) block: TokenTree,
}

impl Shape {
    pub(crate) fn of(function: &Function, options: &Options) -> Result<Self> {
        let signature = &function.signature;
        let timing = options.timing.as_ref().map(|(timing, _)| *timing);
        if signature.asyncness.is_some() {
            return match &options.timing {
                Some((_, word)) => Err(Error::new_spanned(
                    word,
                    format!("an `async fn` is always observed until its future ends; leave `{word}` out"),
                )),
                None => Ok(Self::Async),
            };
        }
        let ReturnType::Type(_, ty) = &signature.output else {
            return Self::without_value(options);
        };
        let lasting = returned::lasting(ty);
        if let Some((wanted @ (Timing::Future | Timing::Stream), word)) = &options.timing {
            let kind = lasting.as_ref().map(|lasting| lasting.kind);
            let (wanted, what) = match wanted {
                Timing::Future => (LastingKind::Future, "Future"),
                _ => (LastingKind::Stream, "Stream"),
            };
            if kind != Some(wanted) {
                return Err(Error::new_spanned(
                    word,
                    format!("`{word}` needs a function that returns `impl {what}<..>` or `Pin<Box<dyn {what}<..>>>`"),
                ));
            }
        }
        if let (Some(lasting), None | Some(Timing::Future | Timing::Stream)) = (lasting, timing) {
            return Self::lasting(function, options, lasting);
        }
        if function.has_attribute("track_caller") {
            return Self::tracking_caller(options, ty, timing);
        }
        let is_never = matches!(returned::bare(ty), Type::Never(_));
        match (options.reads_result(), timing) {
            (Some(word), Some(Timing::Guard)) => Err(Error::new_spanned(
                word,
                format!("`guard` does not look at the result, which `{word}` wants to; drop one of them"),
            )),
            (Some(word), _) if is_never => {
                Err(Error::new_spanned(word, format!("`{word}` wants a result, and `!` means there is none")))
            }
            (Some(_), _) => Ok(Self::Call),
            (None, Some(Timing::Guard)) => Ok(Self::Guard),
            (None, _) if returned::is_plain(ty) || matches!(returned::bare(ty), Type::ImplTrait(_)) => Ok(Self::Guard),
            (None, _) => Ok(Self::Call),
        }
    }

    fn without_value(options: &Options) -> Result<Self> {
        if let Some((Timing::Future | Timing::Stream, word)) = &options.timing {
            return Err(Error::new_spanned(
                word,
                format!("this returns nothing, so no {word} either; leave `{word}` out"),
            ));
        }
        match options.reads_result() {
            Some(word) => Err(Error::new_spanned(
                word,
                format!("`{word}` wants a result, and this returns none; put what is known before into `fields(..)`"),
            )),
            None => Ok(Self::Guard),
        }
    }

    fn lasting(function: &Function, options: &Options, lasting: Lasting) -> Result<Self> {
        if lasting.kind == LastingKind::Stream {
            return match options.reads_result() {
                Some(word) => Err(Error::new_spanned(
                    word,
                    format!(
                        "a stream has items and no result, so there is nothing for `{word}` to look at; `items` is measured by itself"
                    ),
                )),
                None => Ok(Self::Lasting(lasting)),
            };
        }
        Ok(match Tail::find(&function.body) {
            Some(tail) => Self::Tail(tail, lasting),
            None => Self::Lasting(lasting),
        })
    }

    /// Looking at the result takes a closure, and the caller of that would be the function itself.
    fn tracking_caller(options: &Options, ty: &Type, timing: Option<Timing>) -> Result<Self> {
        const WHY: &str =
            "looking at the result would make `#[track_caller]` tell of this function instead of its caller";
        if let Some(word) = options.reads_result() {
            return Err(Error::new_spanned(word, format!("{WHY}; drop `{word}` or `#[track_caller]`")));
        }
        if returned::is_result(ty) && timing != Some(Timing::Guard) {
            return Err(Error::new_spanned(
                ty,
                format!("{WHY}; drop `#[track_caller]`, or add `guard`, which takes every return for a success"),
            ));
        }
        Ok(Self::Guard)
    }
}

impl Tail {
    /// [`None`] as well if the body may return before it.
    fn find(body: &Body) -> Option<Self> {
        let tokens: Vec<TokenTree> = body.block.stream().into_iter().collect();
        let (mut start, mut pin) = (tokens.len(), TokenStream::new());
        let block_tokens: Vec<TokenTree> = match tokens.last()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                start = start_of_path(&tokens[..start - 1])?;
                let path = &tokens[start..tokens.len() - 1];
                let names: Vec<_> =
                    path.iter().filter(|token| matches!(token, TokenTree::Ident(_))).map(ToString::to_string).collect();
                if !names.ends_with(&["Box".into(), "pin".into()]) {
                    return None;
                }
                pin = path.iter().cloned().collect();
                group.stream().into_iter().collect()
            }
            _ => tokens.clone(),
        };
        let keywords = match block_tokens.as_slice() {
            [.., TokenTree::Ident(word), TokenTree::Ident(other), TokenTree::Group(_)]
                if word == "async" && other == "move" =>
            {
                2
            }
            [.., TokenTree::Ident(word), TokenTree::Group(_)] if word == "async" => 1,
            _ => return None,
        };
        let first = block_tokens.len() - 1 - keywords;
        if pin.is_empty() {
            start = first;
        } else if first > 0 {
            return None;
        }
        let block = block_tokens.last().filter(|token| is_braced(token))?.clone();
        let (prefix, keywords) = (&tokens[..start], &block_tokens[first..first + keywords]);
        let begins_statement = prefix.last().is_none_or(|token| is_braced(token) || is_punct(token, ';'));
        let prefix: TokenStream = prefix.iter().cloned().collect();
        let returns =
            |token: &TokenTree| is_punct(token, '?') || matches!(token, TokenTree::Ident(word) if word == "return");
        (begins_statement && !returned::contains(prefix.clone(), &returns)).then(|| Self {
            prefix,
            pin,
            keywords: keywords.iter().cloned().collect(),
            block,
        })
    }
}

/// Where the path that `tokens` end with begins.
fn start_of_path(tokens: &[TokenTree]) -> Option<usize> {
    let is_part = |token: &TokenTree| matches!(token, TokenTree::Ident(_)) || is_punct(token, ':');
    let length = tokens.iter().rev().take_while(|token| is_part(token)).count();
    (length > 0).then(|| tokens.len() - length)
}

fn is_braced(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}
