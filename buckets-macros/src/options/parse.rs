//! The grammar.

use std::time::Duration;

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, ExprLit, Ident, Lit, LitStr, Pat, Path, Result, Token, UnOp};

use super::entry::{comma, list};
use super::{Entries, NoneIs, Options, Reading, Sample, Timing, WORDS};
use crate::name::Name;
use crate::suggestion::closest;

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::new();
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            options.parse_one(input, &mut seen)?;
            comma(input)?;
        }
        options.check()?;
        Ok(options)
    }
}

impl Options {
    /// Parses one option, without the comma behind it.
    pub(crate) fn parse_one(&mut self, input: ParseStream<'_>, seen: &mut Vec<Ident>) -> Result<()> {
        if input.peek(LitStr) {
            let literal: LitStr = input.parse()?;
            return self.set_name(Name::literal(literal.clone(), true)?, literal.span());
        }
        if starts_with_constant(input) {
            let path: syn::ExprPath = input.parse()?;
            let span = syn::spanned::Spanned::span(&path);
            return self.set_name(Name::Constant(Expr::Path(path)), span);
        }
        let word = input.call(Ident::parse_any).map_err(|error| {
            Error::new(error.span(), "expected an option, such as `fields(..)`, or the event's name as a string")
        })?;
        // `skip` may be there for arguments and, alone, for a whole method.
        if let Some(first) = seen.iter().find(|other| **other == word) {
            let mut error = Error::new_spanned(&word, format!("`{word}` is there twice; put all into one"));
            error.combine(Error::new_spanned(first, "the first is here"));
            return Err(error);
        }
        seen.push(word.clone());
        self.parse_option(word, input)
    }

    fn parse_option(&mut self, word: Ident, input: ParseStream<'_>) -> Result<()> {
        let name = word.to_string();
        match name.as_str() {
            "name" => {
                let literal: LitStr = assigned(&word, input, "\"my_app.storage.upload\"")?;
                let span = literal.span();
                self.set_name(Name::literal(literal, true)?, span)?;
            }
            "args" => self.args = Some(flag(word, input)?),
            "skip_all" => self.skip_all = Some(flag(word, input)?),
            "skip" if input.peek(syn::token::Paren) => self.skip = list(&content(&word, input, "argument, ..")?)?,
            "skip" => self.left_out = Some(flag(word, input)?),
            "root" => self.root = Some(flag(word, input)?),
            "call" => self.timing(Timing::Call, word, input)?,
            "guard" => self.timing(Timing::Guard, word, input)?,
            "future" => self.timing(Timing::Future, word, input)?,
            "stream" => self.timing(Timing::Stream, word, input)?,
            "fields" => self.start.metadata = list(&content(&word, input, "argument, key = expression")?)?,
            "measurements" => self.start.measurements = list(&content(&word, input, "key = expression")?)?,
            "key" => self.key = Some(content(&word, input, "path")?.parse()?),
            "stop" => self.stop = Some(Reading::parse(word, "result", input)?),
            "ok" => self.ok = Some(Reading::parse(word, "value", input)?),
            "err" if input.peek(Token![=]) => {
                let what: Ident = assigned(&word, input, "stop")?;
                one_of(&what, ["stop"])?;
                self.rules.err_is_stop = Some(word);
            }
            "err" => self.err = Some(Reading::parse(word, "error", input)?),
            "ok_if" => {
                let closure = assigned(&word, input, "|result| condition")?;
                self.rules.ok_if = Some((word, closure));
            }
            "outcome" => {
                let decide = assigned(&word, input, "|result| Outcome::..")?;
                self.rules.outcome = Some((word, decide));
            }
            "kind" => {
                let decide = assigned(&word, input, "|error| ErrorKind::..")?;
                self.rules.kind = Some((word, decide));
            }
            "expected" => self.parse_expected(&content(&word, input, "NotFound, .. or |error| condition")?)?,
            "none" => {
                let what: Ident = assigned(&word, input, "error")?;
                let none =
                    if one_of(&what, ["error", "expected"])? == "error" { NoneIs::Error } else { NoneIs::Expected };
                self.rules.none = Some((none, word));
            }
            "sample" => self.sample = Some(Sample { rate: rate(&assigned::<Expr>(&word, input, "0.01")?)? }),
            "slow" => self.slow = Some(duration(&assigned::<LitStr>(&word, input, "\"500ms\"")?)?),
            "parent" => self.parent = Some(assigned(&word, input, "span_id")?),
            "dispatcher" | "scope" => self.dispatcher = Some(assigned(&word, input, "&self.dispatcher")?),
            "level" => {
                let level: Ident = assigned(&word, input, "info")?;
                one_of(&level, ["trace", "debug", "info", "warn", "error"])?;
                self.level = Some(level);
            }
            "crate" => self.krate = assigned_path(&word, input)?,
            _ => return Err(unknown(&word)),
        }
        Ok(())
    }

    fn set_name(&mut self, name: Name, span: proc_macro2::Span) -> Result<()> {
        if !matches!(self.name, Name::Derived) {
            return Err(Error::new(span, "there is a name already; an operation has one"));
        }
        self.name = name;
        Ok(())
    }

    fn timing(&mut self, timing: Timing, word: Ident, input: ParseStream<'_>) -> Result<()> {
        if let Some((_, other)) = &self.timing {
            return Err(Error::new_spanned(&word, format!("`{other}` and `{word}` exclude each other; keep one")));
        }
        self.timing = Some((timing, flag(word, input)?));
        Ok(())
    }

    fn parse_expected(&mut self, input: ParseStream<'_>) -> Result<()> {
        if input.peek(Token![|]) {
            self.rules.expected_if = Some(input.parse()?);
            return Ok(());
        }
        self.rules.expected_kinds = list(input)?;
        Ok(())
    }
}

impl Reading {
    fn parse(word: Ident, binding: &str, input: ParseStream<'_>) -> Result<Self> {
        let content = content(&word, input, &format!("|{binding}| key = expression"))?;
        if !content.peek(Token![|]) {
            let message = format!("say what it is called first: `{word}(|{binding}| key = expression)`");
            return Err(Error::new(content.span(), message));
        }
        content.parse::<Token![|]>()?;
        let pattern = Pat::parse_single(&content)?;
        content.parse::<Token![|]>()?;
        Ok(Self { word, binding: pattern, entries: Entries::parse_mixed(&content)? })
    }
}

/// Whether a path to a constant comes next, and no option.
fn starts_with_constant(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    if fork.peek(Token![crate]) && !fork.peek2(Token![::]) {
        return false;
    }
    let Ok(path) = fork.parse::<syn::ExprPath>() else { return false };
    let is_constant = path.path.segments.last().is_some_and(|segment| {
        let text = segment.ident.to_string();
        text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
    });
    is_constant && (fork.is_empty() || fork.peek(Token![,]))
}

/// A word that stands alone.
fn flag(word: Ident, input: ParseStream<'_>) -> Result<Ident> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(word);
    }
    Err(Error::new_spanned(&word, format!("`{word}` stands alone, without a value")))
}

/// The content of the parentheses behind `word`.
fn content<'a>(word: &Ident, input: ParseStream<'a>, example: &str) -> Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(syn::token::Paren) {
        return Err(Error::new_spanned(word, format!("`{word}` wants parentheses: `{word}({example})`")));
    }
    let content;
    syn::parenthesized!(content in input);
    Ok(content)
}

/// The value behind `word =`.
fn assigned<T: Parse>(word: &Ident, input: ParseStream<'_>, example: &str) -> Result<T> {
    let message = format!("`{word}` wants a value: `{word} = {example}`");
    if !input.peek(Token![=]) {
        return Err(Error::new_spanned(word, message));
    }
    input.parse::<Token![=]>()?;
    let place = input.span();
    input.parse().map_err(|_| Error::new(place, message))
}

fn assigned_path(word: &Ident, input: ParseStream<'_>) -> Result<Path> {
    if !input.peek(Token![=]) {
        return Err(Error::new_spanned(word, "`crate` wants a path: `crate = my_framework::buckets`"));
    }
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}

/// Checks that `word` is one of `known`.
fn one_of<const N: usize>(word: &Ident, known: [&str; N]) -> Result<String> {
    let text = word.to_string();
    if known.contains(&text.as_str()) {
        return Ok(text);
    }
    let all = known.map(|known| format!("`{known}`")).join(", ");
    let meant = closest(&text, known).map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    Err(Error::new_spanned(word, format!("`{text}` is none of {all}{meant}")))
}

fn unknown(word: &Ident) -> Error {
    let text = word.to_string();
    // Words that other such attributes use.
    let elsewhere = match text.as_str() {
        "ret" => Some("`stop(|result| key = expression)`"),
        "measure" | "measurement" | "metrics" => Some("`measurements(key = expression)`"),
        "metadata" | "tags" | "labels" | "properties" => Some("`fields(key = expression)`"),
        "follows_from" | "link" => Some("`parent = span_id`"),
        "error" => Some("`err(|error| key = expression)`"),
        "result" => Some("`stop(|result| key = expression)`"),
        "threshold" | "slow_after" => Some("`slow = \"500ms\"`"),
        "redact" => Some("`key(path)`"),
        _ => None,
    };
    let meant = closest(&text, WORDS).map(|word| format!("`{word}`")).or(elsewhere.map(str::to_owned));
    let hint = match meant {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("there are {}", WORDS.join(", ")),
    };
    Error::new_spanned(word, format!("unknown option `{text}`; {hint}"))
}

fn rate(value: &Expr) -> Result<f64> {
    let message = "a sampling rate is a number above 0 and at most 1: `sample = 0.01` keeps one of a hundred";
    let rate = match value {
        Expr::Lit(ExprLit { lit: Lit::Float(literal), .. }) => literal.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) => literal.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => None,
        _ => None,
    };
    rate.filter(|rate: &f64| *rate > 0.0 && *rate <= 1.0).ok_or_else(|| Error::new_spanned(value, message))
}

fn duration(literal: &LitStr) -> Result<Duration> {
    let text = literal.value();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let nanos = match unit.trim() {
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "min" => 60_000_000_000,
        _ => 0,
    };
    let duration = number.parse::<u64>().ok().and_then(|number| number.checked_mul(nanos)).filter(|nanos| *nanos > 0);
    duration.map(Duration::from_nanos).ok_or_else(|| {
        Error::new(
            literal.span(),
            format!("`{text}` is no duration; write a whole number and `us`, `ms`, `s` or `min`, such as \"500ms\""),
        )
    })
}
