//! `span!(name, options.., { block })`.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Ident, Result, ReturnType, Token};

use crate::expand::{Finish, Site, hint, start};
use crate::name::Name;
use crate::options::{Options, comma};

pub(crate) fn expand(input: TokenStream) -> Result<TokenStream> {
    Parser::parse2(parse, input)
}

fn parse(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut options = Options::new();
    let mut seen: Vec<Ident> = Vec::new();
    while !input.peek(syn::token::Brace) && !input.peek(Token![async]) && !input.peek(Token![->]) {
        if input.is_empty() {
            return Err(input
                .error("`span!` ends with the code to observe: `span!(\"my_app.work\", { .. })`, or `async { .. }`"));
        }
        options.parse_one(input, &mut seen)?;
        comma(input)?;
    }
    options.check()?;
    options.refuse_what_is_for_functions("span!")?;
    if let Name::Derived = options.name {
        return Err(Error::new(
            proc_macro2::Span::call_site(),
            "`span!` begins with a name: `span!(\"my_app.work\", { .. })`",
        ));
    }
    let output: ReturnType = input.parse()?;
    let asyncness: Option<Token![async]> = input.parse()?;
    let capture: Option<Token![move]> = if asyncness.is_some() { input.parse()? } else { None };
    let block: proc_macro2::Group = input.parse()?;
    comma(input)?;
    if !input.is_empty() {
        return Err(input.error("the code to observe is the last argument of `span!`"));
    }
    let krate = &options.krate;
    let site = Site::with(&options, "", String::new()).tokens();
    let start = start(&options);
    let ty = match &output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(&**ty),
    };
    let finish = Finish::new(&options, ty, &[]).closure(false);
    let hint = ty.map(|ty| hint(krate, Some(ty)));
    Ok(match asyncness {
        None => code! {{
            #site
            #krate::__private::call(#start, || #output #block, #finish)
        }},
        Some(asyncness) => code! {
            #asyncness #capture {
                #site
                #krate::__private::watch(#start, #asyncness #capture { #hint #[allow(unused_braces)] #block }, #finish).await
            }
        },
    })
}
