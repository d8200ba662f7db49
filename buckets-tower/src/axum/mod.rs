//! The HTTP side of a cloud, for axum: signed links, uploads, metrics, errors.
//!
//! Each part stands alone and is merged into the application's own router:
//!
//! - [`Links`] serves the signed links of a volume, and of any store that [`SignLinksLayer`] signs them for;
//! - [`FormFiles`] and [`limited`] turn requests into uploads that are never held in memory whole;
//! - [`ErrorResponse`] gives an error its status and a JSON body without secrets;
//! - `metrics` (with the feature `prometheus`) answers a scrape.

mod disposition;
mod links;
#[cfg(feature = "prometheus")]
mod metrics;
mod sign_links;
mod status;
mod upload;

pub use disposition::{Disposition, content_disposition};
pub use links::Links;
#[cfg(feature = "prometheus")]
pub use metrics::metrics;
pub use sign_links::{SignLinks, SignLinksFuture, SignLinksLayer};
pub use status::{ErrorResponse, status_of};
pub use upload::{FormFile, FormFiles, limited};
