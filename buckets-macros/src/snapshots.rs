//! What the attribute makes of functions, beside what is kept of it in `tests/expansion`.
//!
//! `UPDATE_EXPANSIONS=1 cargo test -p buckets-macros` writes it anew, to be looked at and committed.

use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

/// Takes the first attribute off an item: its arguments, and the item.
fn taken_apart(text: &str) -> (TokenStream, TokenStream) {
    let tokens: Vec<TokenTree> = text.parse::<TokenStream>().expect("Rust").into_iter().collect();
    let place =
        tokens.windows(2).position(|pair| pair[1].to_string().starts_with("[instrumented")).expect("the attribute");
    let TokenTree::Group(attribute) = &tokens[place + 1] else { unreachable!("it begins with a bracket") };
    let arguments = attribute.stream().into_iter().find_map(|token| match token {
        TokenTree::Group(arguments) => Some(arguments.stream()),
        _ => None,
    });
    let item = tokens[..place].iter().chain(&tokens[place + 2..]).cloned().collect();
    (arguments.unwrap_or_default(), item)
}

#[test]
fn expansions_are_what_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansion");
    let mut differing = Vec::new();
    let mut paths: Vec<_> =
        fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let (arguments, item) = taken_apart(&fs::read_to_string(path).expect("a source"));
        let expanded = crate::syntax::instrument(arguments, item).expect("an item it takes");
        let file = syn::parse2(expanded).expect("an item again");
        let (text, kept) = (prettyplease::unparse(&file), path.with_extension("expanded"));
        if std::env::var_os("UPDATE_EXPANSIONS").is_some() {
            fs::write(&kept, text).expect("written");
        } else if fs::read_to_string(&kept).ok().as_ref() != Some(&text) {
            differing.push(format!("{}:\n{text}", kept.display()));
        }
    }
    assert!(differing.is_empty(), "not as kept: {}", differing.join("\n"));
}
