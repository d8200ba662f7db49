//! The functions of a crate, and the attribute put on them as text: nothing else changes, not even lines.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, ItemFn, ItemImpl, ReturnType, Signature, TraitItemFn, Type};

use crate::Failure;
use crate::culprits::CompileError;
use crate::scratch::Scratch;

const ATTRIBUTE: &str = "#[::buckets::instrumented] ";
/// Hears of everything and keeps nothing; the second attempt to attach it is refused, and that is fine.
const LISTEN: &str = "let _ = ::buckets::telemetry::Dispatcher::global().attach(\"inject\", \"\", |_: &::buckets::telemetry::Event<'_>| {}); ";

pub(crate) struct Source {
    path: PathBuf,
    text: String,
    pub(crate) functions: Vec<Function>,
    is_old_root: bool,
}

pub(crate) struct Function {
    /// Where the attribute goes.
    start: usize,
    /// Where the body begins, behind its brace, of a unit test.
    test_body: Option<usize>,
    lines: (usize, usize),
    /// Why it does not get the attribute.
    pub(crate) skipped: Option<String>,
}

/// The functions of all sources of the crate that the compiler would parse.
pub(crate) fn find(scratch: &Scratch) -> Result<Vec<Source>, Failure> {
    let manifest = fs::read_to_string(scratch.root.join("Cargo.toml"))?;
    let is_2015 = !manifest.lines().any(|line| line.trim_start().starts_with("edition"));
    let mut paths = Vec::new();
    sources(&scratch.root.join("src"), &mut paths)?;
    let mut all = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path)?;
        let Ok(file) = syn::parse_file(&text) else {
            println!("left alone: {} is no file of items", path.display());
            continue;
        };
        let mut visitor = Functions { text: &text, functions: Vec::new(), in_allocator: false };
        visitor.visit_file(&file);
        let is_old_root =
            is_2015 && ["lib.rs", "main.rs"].iter().any(|name| path.ends_with(Path::new("src").join(name)));
        all.push(Source { functions: visitor.functions, is_old_root, path, text });
    }
    Ok(all)
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            sources(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
    Ok(())
}

impl Source {
    /// Writes the file with the attribute on all functions that are not skipped.
    pub(crate) fn write(&self, listening: bool) -> Result<(), Failure> {
        let attributes =
            self.functions.iter().filter(|function| function.skipped.is_none()).map(|it| (it.start, ATTRIBUTE));
        let bodies = self.functions.iter().filter_map(|function| function.test_body).map(|at| (at, LISTEN));
        let mut insertions: Vec<_> = attributes.chain(bodies.filter(|_| listening)).collect();
        insertions.sort_by_key(|(at, _)| *at);
        let (mut out, mut done) = (String::with_capacity(self.text.len()), 0);
        for (at, text) in insertions {
            out.push_str(&self.text[done..at]);
            out.push_str(text);
            done = at;
        }
        out.push_str(&self.text[done..]);
        if self.is_old_root {
            // Before edition 2018 a path that begins with `::` begins at the crate's root.
            out.push_str("\nextern crate buckets;\n");
        }
        fs::write(&self.path, out)?;
        Ok(())
    }

    /// Takes the attribute off the function that an error is about, if it is one of this file.
    pub(crate) fn blame(&mut self, error: &CompileError) -> bool {
        let inside = |function: &Function| {
            error
                .places
                .iter()
                .any(|(path, line)| *path == self.path && (function.lines.0..=function.lines.1).contains(line))
        };
        // The innermost of functions within one another.
        let culprit = self.functions.iter_mut().filter(|function| function.skipped.is_none() && inside(function));
        match culprit.min_by_key(|function| function.lines.1 - function.lines.0) {
            Some(function) => {
                function.skipped = Some(format!("does not compile with it: {}", error.message));
                true
            }
            None => false,
        }
    }
}

struct Functions<'a> {
    text: &'a str,
    functions: Vec<Function>,
    in_allocator: bool,
}

impl Functions<'_> {
    fn add(&mut self, attributes: &[Attribute], rest: TokenStream, signature: &Signature, block: &Block) {
        let Some(first) = rest.into_iter().next() else { return };
        let is_test =
            attributes.iter().any(|attribute| attribute.path().segments.last().is_some_and(|it| it.ident == "test"));
        let (start, end) = (first.span(), block.brace_token.span.close());
        let start = self.offset(start.start());
        self.functions.push(Function {
            start,
            test_body: is_test.then(|| self.offset(block.brace_token.span.open().end())),
            lines: (first.span().start().line, end.end().line),
            skipped: refused(attributes, signature)
                .or(self.in_allocator.then_some("it is part of an allocator"))
                .map(Into::into),
        });
    }

    /// The byte offset of a place.
    fn offset(&self, place: proc_macro2::LineColumn) -> usize {
        let line: usize = self.text.split_inclusive('\n').take(place.line - 1).map(str::len).sum();
        let rest = &self.text[line..];
        line + rest.char_indices().nth(place.column).map_or(rest.len(), |(offset, _)| offset)
    }
}

/// What the attribute refuses, or what is no function of the program's own.
fn refused(attributes: &[Attribute], signature: &Signature) -> Option<&'static str> {
    let has = |name: &str| attributes.iter().any(|attribute| attribute.to_token_stream().to_string().contains(name));
    let is_result = matches!(&signature.output, ReturnType::Type(_, ty) if is_result(ty));
    match () {
        () if signature.constness.is_some() => Some("it is a `const fn`"),
        () if signature.variadic.is_some() => Some("its arguments are C-variadic"),
        () if has("naked") => Some("it is naked"),
        () if has("proc_macro") => Some("it is the entry of a procedural macro"),
        () if has("target_feature") => Some("it is compiled for other processors than what it would call"),
        () if has("track_caller") && is_result => {
            Some("`#[track_caller]` and looking at a `Result` exclude each other")
        }
        () if has("panic_handler") || has("global_allocator") || has("lang ") => Some("it is part of the runtime"),
        () => None,
    }
}

fn is_result(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|it| it.ident.to_string().ends_with("Result")))
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let bare = ItemFn { attrs: Vec::new(), ..function.clone() };
        self.add(&function.attrs, bare.to_token_stream(), &function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        let bare = ImplItemFn { attrs: Vec::new(), ..function.clone() };
        self.add(&function.attrs, bare.to_token_stream(), &function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            let bare = TraitItemFn { attrs: Vec::new(), ..function.clone() };
            self.add(&function.attrs, bare.to_token_stream(), &function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_item_impl(&mut self, block: &'ast ItemImpl) {
        let is_allocator = block
            .trait_
            .as_ref()
            .is_some_and(|(path, _)| path.segments.last().is_some_and(|it| it.ident == "GlobalAlloc"));
        let before = self.in_allocator;
        self.in_allocator |= is_allocator;
        visit::visit_item_impl(self, block);
        self.in_allocator = before;
    }
}
