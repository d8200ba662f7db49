//! Signed links, checked by OpenSSL over the text that Google documents to be signed (*V4 signing process*, *canonical
//! requests*), put together anew here.

use std::collections::BTreeMap;
use std::time::Duration;

use buckets::adapter::Adapter;
use buckets::adapter::gcs::{Gcs, GcsCredentials};
use buckets::operation::{Checksum, Constraints, OperationKind, Sign, SignedMethod, SignedUrl};
use buckets::{ErrorKind, Key};
use buckets_tests::components::openssl::RsaKey;
use sha2::{Digest, Sha256};

use super::account;

const HOST: &str = "storage.example";
const EMAIL: &str = "signer@project.example";

fn signer(key: &RsaKey) -> Gcs {
    let credentials = GcsCredentials::service_account(account(EMAIL, key, "https://token.example"));
    let builder = Gcs::builder("photos").endpoint(format!("https://{HOST}")).credentials(credentials);
    builder.build().expect("valid")
}

async fn link(gcs: &Gcs, key: &str, method: SignedMethod, constraints: Constraints) -> SignedUrl {
    let sign = Sign::new(Key::new(key).expect("valid"), method, Duration::from_secs(60)).expect("valid");
    gcs.sign(sign.with_constraints(constraints)).await.expect("signed")
}

/// What the link says in its path and its query, if `key` has signed it for these headers.
fn verified(link: &SignedUrl, key: &RsaKey) -> Option<(String, BTreeMap<String, String>)> {
    let rest = link.expose().strip_prefix("https://")?.strip_prefix(HOST)?;
    let (path, query) = rest.split_once('?')?;
    let (query, signature) = query.rsplit_once("&X-Goog-Signature=")?;
    let mut pairs: Vec<_> = query.split('&').collect();
    pairs.sort_unstable();
    let query: BTreeMap<_, _> = pairs.iter().filter_map(|pair| pair.split_once('=')).collect();
    let mut headers: BTreeMap<&str, &str> = BTreeMap::from([("host", HOST)]);
    headers.extend(link.headers());
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = headers.keys().copied().collect::<Vec<_>>().join(";");
    assert_eq!(query["X-Goog-SignedHeaders"], names.replace(';', "%3B"));
    assert_eq!(query["X-Goog-Algorithm"], "GOOG4-RSA-SHA256");
    let canonical =
        format!("{}\n{path}\n{}\n{lines}\n{names}\nUNSIGNED-PAYLOAD", link.method().as_str(), pairs.join("&"));
    let hash: String = Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect();
    let date = query["X-Goog-Date"];
    let scope = format!("{}/auto/storage/goog4_request", &date[..8]);
    assert_eq!(query["X-Goog-Credential"], format!("{EMAIL}/{scope}").replace('/', "%2F").replace('@', "%40"));
    let text = format!("GOOG4-RSA-SHA256\n{date}\n{scope}\n{hash}");
    let bytes: Vec<_> = (0..signature.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&signature[at..at + 2], 16).expect("hex"))
        .collect();
    let query = query.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    key.has_signed(text.as_bytes(), &bytes).then(|| (path.to_owned(), query))
}

#[tokio::test]
async fn every_key_has_a_link_that_google_would_take() {
    let rsa = RsaKey::generate();
    let gcs = signer(&rsa);
    assert!(gcs.capabilities().supports(OperationKind::Sign) && gcs.capabilities().bounded_links);
    for (key, path) in [
        ("dir/object.txt", "/photos/dir/object.txt"),
        ("a b/100%?#&+=.txt", "/photos/a%20b/100%25%3F%23%26%2B%3D.txt"),
        ("grün/€", "/photos/gr%C3%BCn/%E2%82%AC"),
        ("a%2Fb", "/photos/a%252Fb"),
    ] {
        for method in [SignedMethod::Get, SignedMethod::Put] {
            let link = link(&gcs, key, method, Constraints::default()).await;
            let (signed, query) = verified(&link, &rsa).expect("a signature that holds");
            assert_eq!((signed.as_str(), query["X-Goog-Expires"].as_str()), (path, "60"), "{key}");
            assert_eq!(link.headers().count(), 0);
        }
    }
    let other = link(&gcs, "dir/object.txt", SignedMethod::Get, Constraints::default()).await;
    assert!(verified(&other, &RsaKey::generate()).is_none(), "another key would have signed it, too");
}

#[tokio::test]
async fn constraints_are_signed() {
    let rsa = RsaKey::generate();
    let gcs = signer(&rsa);
    let shown =
        Constraints::default().with_content_type("text/plain").with_content_disposition("inline; filename=\"a b\"");
    let download = link(&gcs, "a", SignedMethod::Get, shown).await;
    let (_, query) = verified(&download, &rsa).expect("a signature that holds");
    assert_eq!(query["response-content-type"], "text%2Fplain");
    assert_eq!(query["response-content-disposition"], "inline%3B%20filename%3D%22a%20b%22");

    let checksum = Checksum::of(b"123456789");
    let bounded = Constraints::default().with_content_type("image/png").with_max_size(9).with_checksum(checksum);
    let upload = link(&gcs, "a", SignedMethod::Put, bounded.clone()).await;
    verified(&upload, &rsa).expect("a signature that holds");
    let expected = [
        ("content-type", "image/png"),
        ("x-goog-content-length-range", "0,9"),
        // The check value of CRC-32C is published: e3069283.
        ("x-goog-hash", "crc32c=4waSgw=="),
    ];
    assert_eq!(upload.headers().collect::<Vec<_>>(), expected);
    let exact = link(&gcs, "a", SignedMethod::Put, bounded.with_size(7)).await;
    assert!(exact.headers().any(|header| header == ("x-goog-content-length-range", "7,7")));
}

#[tokio::test]
async fn what_cannot_be_signed_is_refused() {
    let rsa = RsaKey::generate();
    let sign = |method| Sign::new(super::key(), method, Duration::from_secs(60)).expect("valid");
    let form = signer(&rsa).sign(sign(SignedMethod::Post)).await.expect_err("no forms");
    assert_eq!(form.kind(), ErrorKind::Unsupported);
    let gcs = Gcs::builder("photos").credentials(GcsCredentials::metadata_server()).build().expect("valid");
    assert!(!gcs.capabilities().supports(OperationKind::Sign));
    let keyless = gcs.sign(sign(SignedMethod::Get)).await.expect_err("no key to sign with");
    assert_eq!(keyless.kind(), ErrorKind::Unsupported);
}
