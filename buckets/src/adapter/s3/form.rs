use std::fmt;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::ProvideCredentials;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;

use super::client::Bucket;
use super::{S3, error};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Attributes, Constraints, Sign};

/// The largest content that S3 takes in one request.
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// What a browser sends to store one object: a `POST` of `multipart/form-data` to the URL, with the fields in this order and,
/// last, the content as a field `file`.
///
/// The fields are a credential: `Debug` shows none of them. Serialising them does, because handing them to a
/// client is what they are for.
#[derive(Clone, Serialize)]
pub struct UploadForm {
    url: String,
    fields: Vec<(&'static str, String)>,
    expires_at: SystemTime,
}

impl UploadForm {
    /// Where to send it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The fields, to be handed to whoever may upload; keep them out of logs.
    pub fn expose_fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// When it stops being good.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for UploadForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadForm").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl S3 {
    /// Makes a form with which a browser stores an object at `key` itself, once or more often, for a while.
    ///
    /// Unlike a signed link it can be bound to a largest size. S3 refuses what is larger or of another type than
    /// the constraints say. Cloudflare R2 has no such forms.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) if it is to expire in less than a second or more than 7 days, or
    /// a constraint is none of an upload; [`Unauthenticated`](ErrorKind::Unauthenticated) if there are no credentials, or only
    /// those of a client that the adapter was [built from](super::S3Builder::build_from_client).
    pub async fn upload_form(&self, key: &Key, expires_in: Duration, constraints: &Constraints) -> Result<UploadForm> {
        if !(Duration::from_secs(1)..=Sign::MAX_EXPIRES_IN).contains(&expires_in) {
            return Err(Error::invalid("a form must expire in 1 second to 7 days"));
        }
        if let Some(content_type) = &constraints.content_type {
            Attributes::new().with_content_type(content_type)?;
        }
        if constraints.content_disposition.is_some() {
            return Err(Error::invalid("a disposition is for downloads; an upload has none"));
        }
        self.bucket.form(key, SystemTime::now(), expires_in, constraints).await
    }
}

impl Bucket {
    async fn form(
        &self,
        key: &Key,
        now: SystemTime,
        expires_in: Duration,
        constraints: &Constraints,
    ) -> Result<UploadForm> {
        let missing = || Error::new(ErrorKind::Unauthenticated, "there are no credentials to sign with");
        let provider = self.credentials.as_ref().ok_or_else(missing)?;
        let credentials = provider.provide_credentials().await.map_err(|_| missing())?;
        let region = self.client.config().region().map(ToString::to_string).unwrap_or_default();

        let at = compact(now)?;
        let scope = format!("{}/{region}/s3/aws4_request", &at[..8]);
        let mut fields = vec![("key", key.as_str().to_owned())];
        if let Some(content_type) = &constraints.content_type {
            fields.push(("Content-Type", content_type.clone()));
        }
        fields.push(("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()));
        fields.push(("x-amz-credential", format!("{}/{scope}", credentials.access_key_id())));
        fields.push(("x-amz-date", at));
        if let Some(token) = credentials.session_token() {
            fields.push(("x-amz-security-token", token.to_owned()));
        }
        let expires_at = now + expires_in;
        let mut conditions: Vec<_> = fields.iter().map(|(name, value)| json!({ *name: value })).collect();
        conditions.push(json!({ "bucket": &*self.name }));
        conditions.push(json!(["content-length-range", 0, constraints.max_size.unwrap_or(LARGEST).min(LARGEST)]));
        let policy = json!({ "expiration": timestamp(expires_at)?, "conditions": conditions });
        let policy = STANDARD.encode(policy.to_string());
        let signing_key = generate_signing_key(credentials.secret_access_key(), now, &region, "s3");
        fields.push(("x-amz-signature", calculate_signature(signing_key, policy.as_bytes())));
        fields.push(("policy", policy));
        Ok(UploadForm { url: self.url().await?, fields, expires_at })
    }

    /// The bucket's own URL, as the SDK makes it.
    async fn url(&self) -> Result<String> {
        let presigning = PresigningConfig::expires_in(Duration::from_secs(1));
        let presigning = presigning.map_err(|_| Error::invalid("the endpoint gives no URL"))?;
        let object = self.client.get_object().bucket(&*self.name).key("x");
        let signed = object.presigned(presigning).await.map_err(error::from_sdk)?;
        let path = signed.uri().split('?').next().unwrap_or_default();
        Ok(path.strip_suffix('x').unwrap_or(path).to_owned())
    }
}

/// `2026-11-22T10:00:00Z`.
fn timestamp(time: SystemTime) -> Result<String> {
    let wrong = || Error::invalid("the clock is wrong: it shows a time before 1970");
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| wrong())?;
    DateTime::from_secs(since_1970.as_secs() as i64).fmt(DateTimeFormat::DateTime).map_err(|_| wrong())
}

/// `20261122T100000Z`.
fn compact(time: SystemTime) -> Result<String> {
    Ok(timestamp(time)?.replace(['-', ':'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use crate::adapter::s3::Credentials;

    #[tokio::test]
    async fn a_form_is_what_amazon_s_own_example_is() {
        // The scope and the key's derivation are those of the published example of Signature Version 4 for forms.
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
        let s3 = S3::builder("sigv4examplebucket").region("us-east-1").credentials(credentials).build().expect("valid");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_451_347_200);
        let key = Key::new("user/user1/photo").expect("valid");
        let constraints = Constraints::default().with_max_size(10).with_content_type("image/png");
        let form = s3.bucket.form(&key, now, Duration::from_secs(60), &constraints).await.expect("made");
        let field = |wanted| form.expose_fields().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
        assert_eq!(form.url(), "https://sigv4examplebucket.s3.us-east-1.amazonaws.com/");
        assert_eq!(field("x-amz-date").as_deref(), Some("20151229T000000Z"));
        let scope = "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request";
        assert_eq!(field("x-amz-credential").as_deref(), Some(scope));
        let policy = STANDARD.decode(field("policy").expect("has one")).expect("Base64");
        let policy: serde_json::Value = serde_json::from_slice(&policy).expect("JSON");
        assert_eq!(policy["expiration"], "2015-12-29T00:01:00Z");
        let conditions = policy["conditions"].as_array().expect("a list");
        for wanted in [
            json!({ "key": "user/user1/photo" }),
            json!(["content-length-range", 0, 10]),
            json!({ "Content-Type": "image/png" }),
        ] {
            assert!(conditions.contains(&wanted), "{wanted}");
        }
        let shown = format!("{form:?}");
        assert!(!shown.contains("AKIA") && !shown.contains("photo"), "{shown}");
    }
}
