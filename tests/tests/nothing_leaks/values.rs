//! `Debug` and `Display` of every public type that holds something.

use std::error::Error as StdError;
use std::fmt::Display;
use std::time::Duration;

use buckets::adapter::volume::{Signer, SigningKey};
use buckets::body::{GetBody, PutBody};
use buckets::operation::{
    Attributes, Constraints, Copy, Cursor, Delete, Get, Head, List, Put, Request, Sign, SignedMethod,
};
use buckets::{Cloud, CloudConfig, Error, Key, Prefix, Secret};

use crate::planted::{CANARY, CONTENT, SECRET, Tag, attributes, key, look, look_at_error, stream};

#[test]
fn every_operation_and_what_it_is_made_of() {
    let sign = || Sign::new(key(), SignedMethod::Put, Duration::from_secs(60)).expect("valid");
    let constraints =
        || Constraints::default().with_content_type("text/plain; name=canary").with_content_disposition("canary");
    let list = || List::new(Prefix::new(CANARY).expect("valid")).after(Cursor::new(CANARY).expect("valid"));
    look((key(), Prefix::new(CANARY), attributes(), constraints(), Cursor::new(CANARY)));
    look((PutBody::from(CONTENT), stream(), GetBody::from_bytes(CONTENT.into())));
    look((Put::new(key(), CONTENT).with_attributes(attributes()), Put::new(key(), stream())));
    look((Get::new(key()), Head::new(key()), Delete::new(key()), Copy::new(key(), key())));
    look((list(), sign().with_constraints(constraints())));
    look(Request::new(Put::new(key(), CONTENT).with_attributes(attributes())));
    look((Request::new(Get::new(key())), Request::new(Copy::new(key(), key())), Request::new(list())));
    look((Request::new(sign().with_constraints(constraints())), Request::new(Tag(CANARY))));
}

#[test]
fn values_that_are_refused_are_not_repeated() {
    fn refused(error: Result<impl Sized, impl StdError + 'static>) {
        look_at_error(&error.err().expect("refused"));
    }
    refused(Attributes::new().with_content_type("canary"));
    refused(Attributes::new().with_cache_control("canary\n"));
    refused(Attributes::new().with_content_disposition("canary\r"));
    refused(Attributes::new().with_metadata("canary name", "canary"));
    refused(Attributes::new().with_metadata("canary", "canary\n"));
    refused(SigningKey::new(&Secret::new(CANARY)));
    refused(Signer::new("ftp://canary", "alias", SigningKey::new(&Secret::new(SECRET)).expect("long enough")));
    refused(CANARY.repeat(1000).parse::<Key>());
    let shown: &dyn Display = &Error::not_found().with_operation("get");
    assert_eq!(shown.to_string(), "get: the object does not exist");
}

#[tokio::test]
async fn configurations_and_what_is_wrong_with_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().to_str().expect("text");
    let pairs = |secret: &'static str| {
        let pairs = [("adapter", "volume"), ("root", root), ("base_url", "https://files.example"), ("secret", secret)];
        pairs.into_iter().chain([("previous_secret", SECRET)])
    };
    let config = CloudConfig::from_pairs("uploads", pairs(SECRET)).expect("valid");
    look(&config);
    look(Cloud::from_config(&config).await.expect("opened"));
    let short = CloudConfig::from_pairs("uploads", pairs(CANARY)).expect("checked when it is opened");
    look_at_error(&Cloud::from_config(&short).await.expect_err("the secret is too short"));
    let lonely = CloudConfig::from_pairs("uploads", [("adapter", "memory"), ("secret", SECRET)]);
    look_at_error(&lonely.expect_err("of no use to it"));
    let toml = format!("[clouds.uploads]\nadapter = \"memory\"\nsecret = \"{SECRET}");
    look_at_error(&CloudConfig::all_from_toml(&toml).expect_err("the quote is open"));
    let wrong_type = format!("[clouds.uploads]\nadapter = \"volume\"\nsecret = [\"{SECRET}\"]");
    look_at_error(&CloudConfig::all_from_toml(&wrong_type).expect_err("not a text"));
}
