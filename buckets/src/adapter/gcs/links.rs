use std::fmt;
use std::time::SystemTime;

use http::Request;
use http::header::CONTENT_TYPE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqsign_core::{Context, SignRequest};
use reqsign_google::{Credential, RequestSigner, ServiceAccount as Key};

use super::service_account::ServiceAccount;
use crate::bridge::Foreign;
use crate::error::{Error, Result};
use crate::operation::{Constraints, Sign, SignedMethod, SignedUrl};

/// What Google's canonical requests leave as it is.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Signs links (V4) with a service account's key, asking nobody. They are of the XML interface, the only one that has them.
/// The library below signs the path as it stands, so that not every key has a link there; here each has.
pub(super) struct Links {
    account: Credential,
    /// Endpoint and bucket.
    base: String,
}

impl Links {
    pub(super) fn new(account: &ServiceAccount, endpoint: &str, bucket: &str) -> Self {
        let key =
            Key { private_key: account.private_key.expose().to_owned(), client_email: account.client_email.clone() };
        Self { account: Credential::with_service_account(key), base: format!("{endpoint}/{bucket}") }
    }

    pub(super) async fn link(&self, op: Sign) -> Result<SignedUrl> {
        if op.method == SignedMethod::Post {
            return Err(Error::unsupported("signed forms"));
        }
        op.constraints.check(op.method)?;
        let expires_in = op.whole_seconds();
        let expires_at = SystemTime::now() + expires_in;
        let query = query(op.method, &op.constraints);
        let url = format!("{}/{}{query}", self.base, op.key.in_url());
        let headers: Vec<_> = headers(op.method, &op.constraints).collect();
        let mut request = Request::builder().method(op.method.as_str()).uri(url);
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let (mut parts, ()) = request.body(()).map_err(|_| Error::invalid("no link can be made of that"))?.into_parts();
        RequestSigner::new("storage")
            .sign_request(&Context::new(), &mut parts, Some(&self.account), Some(expires_in))
            .await
            .map_err(|error| Error::invalid("the link cannot be signed").with_source(Foreign::new(error)))?;
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value));
        Ok(SignedUrl::new(parts.uri.to_string(), op.method, expires_at).with_headers(headers))
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &UNRESERVED).to_string()
}

/// What the answer to a download is to have.
fn query(method: SignedMethod, constraints: &Constraints) -> String {
    let content_type = constraints.content_type.as_deref().filter(|_| method == SignedMethod::Get);
    let disposition = constraints.content_disposition.as_deref();
    let pairs = [("response-content-disposition", disposition), ("response-content-type", content_type)];
    let pairs: Vec<_> =
        pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(value?)))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// What an upload has to bring, which the signature covers.
fn headers(method: SignedMethod, constraints: &Constraints) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let content_type = constraints.content_type.clone().filter(|_| method == SignedMethod::Put);
    let range = match (constraints.size, constraints.max_size) {
        (Some(size), _) => Some(format!("{size},{size}")),
        (None, most) => most.map(|most| format!("0,{most}")),
    };
    let checksum = constraints.checksum.map(|sum| format!("crc32c={}", sum.to_base64()));
    [(CONTENT_TYPE.as_str(), content_type), ("x-goog-content-length-range", range), ("x-goog-hash", checksum)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links(…)")
    }
}
