//! Signed links over HTTP, as strangers use and misuse them.

mod content;
mod curl;
mod ranges;
mod signed_above;
mod site;
mod terms;
mod uploads;
