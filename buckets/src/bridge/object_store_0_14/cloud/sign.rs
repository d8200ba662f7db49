use std::time::Duration;

use async_trait::async_trait;
use object_store::path::Path;
use object_store::signer::{Method, Signer, Url};
use object_store::{Error as TheirError, Result};

use super::{CloudStore, error};
use crate::cloud::UrlOptions;
use crate::error::{Error, ErrorKind};
use crate::store::Store;

#[async_trait]
impl<S: Store> Signer for CloudStore<S> {
    /// A link for `GET` or `PUT`, good for 1 second to 7 days.
    async fn signed_url(&self, method: Method, path: &Path, expires_in: Duration) -> Result<Url> {
        let options = match method {
            Method::GET => UrlOptions::download(expires_in),
            Method::PUT => UrlOptions::upload(expires_in),
            _ => return Err(TheirError::NotSupported { source: "only links for GET and PUT can be signed".into() }),
        };
        let link = self.cloud.url_with(Self::key(path)?, options).await;
        let link = link.map_err(|error| error::to_theirs(error, path))?;
        if link.headers().next().is_some() {
            let source = "the store's links want headers, which this trait cannot tell".into();
            return Err(TheirError::NotSupported { source });
        }
        // The parser's own error would show the link.
        Url::parse(link.expose())
            .map_err(|_| error::to_theirs(Error::new(ErrorKind::Protocol, "the signed link is no URL"), path))
    }
}
