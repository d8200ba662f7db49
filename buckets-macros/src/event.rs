//! `event!(name, options..)`.

use proc_macro2::TokenStream;
use syn::{Error, Result};

use crate::expand::{Site, start_of, static_of};
use crate::name::Name;
use crate::options::{Options, converted};

pub(crate) fn expand(input: TokenStream) -> Result<TokenStream> {
    let options: Options = syn::parse2(input)?;
    if let Name::Derived = options.name {
        let message = "`event!` begins with a name: `event!(\"my_app.cache.evicted\", fields(reason = \"full\"))`";
        return Err(Error::new(proc_macro2::Span::call_site(), message));
    }
    options.refuse_what_is_for_functions("event!")?;
    options.refuse_what_is_for_operations()?;
    let mut site = Site::with(&options, "", String::new());
    site.constructor = "point";
    let (site, this) = (site.tokens(), static_of());
    let what = start_of(&options, "point");
    Ok(match &options.dispatcher {
        Some(dispatcher) => {
            let scope = converted(&options.krate, "ToScope", "to_scope", dispatcher);
            code! {{
                #site
                #this.emit_in(#scope, #what)
            }}
        }
        None => code! {{
            #site
            #this.emit(#what)
        }},
    })
}
