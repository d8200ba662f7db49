use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::ProvideCredentials;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::client::Bucket;
use super::error;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::operation::{Constraints, SignedMethod, SignedUrl};

/// The largest content that S3 takes in one request.
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

impl Bucket {
    /// A form with which a browser stores an object itself. S3 refuses what it does not allow.
    pub(super) async fn form(
        &self,
        key: &Key,
        now: SystemTime,
        expires_at: SystemTime,
        constraints: &Constraints,
    ) -> Result<SignedUrl> {
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
        if let Some(checksum) = constraints.checksum {
            fields.push(("x-amz-checksum-crc32c", checksum.to_base64()));
        }
        if let Some(acl) = &self.acl {
            fields.push(("acl", acl.as_str().to_owned()));
        }
        fields.push(("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()));
        fields.push(("x-amz-credential", format!("{}/{scope}", credentials.access_key_id())));
        fields.push(("x-amz-date", at));
        if let Some(token) = credentials.session_token() {
            fields.push(("x-amz-security-token", token.to_owned()));
        }
        let mut conditions: Vec<_> = fields.iter().map(|(name, value)| json!({ *name: value })).collect();
        conditions.push(json!({ "bucket": &*self.name }));
        let most = constraints.size.or(constraints.max_size).unwrap_or(LARGEST).min(LARGEST);
        conditions.push(json!(["content-length-range", constraints.size.unwrap_or(0), most]));
        let policy = json!({ "expiration": timestamp(expires_at)?, "conditions": conditions });
        let policy = STANDARD.encode(policy.to_string());
        let signing_key = generate_signing_key(credentials.secret_access_key(), now, &region, "s3");
        fields.push(("x-amz-signature", calculate_signature(signing_key, policy.as_bytes())));
        fields.push(("policy", policy));
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        Ok(SignedUrl::new(self.url().await?, SignedMethod::Post, expires_at).with_fields(fields))
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
    use crate::adapter::s3::{Credentials, S3};

    #[tokio::test]
    async fn a_form_is_what_amazon_s_own_example_is() {
        // The scope and the key's derivation are those of the published example of Signature Version 4 for forms.
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
        let s3 = S3::builder("sigv4examplebucket").region("us-east-1").credentials(credentials).build().expect("valid");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_451_347_200);
        let key = Key::new("user/user1/photo").expect("valid");
        let constraints = Constraints::default().with_max_size(10).with_content_type("image/png");
        let form = s3.bucket.form(&key, now, now + Duration::from_secs(60), &constraints).await.expect("made");
        let field =
            |wanted: &str| form.expose_fields().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
        assert_eq!(form.expose(), "https://sigv4examplebucket.s3.us-east-1.amazonaws.com/");
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
