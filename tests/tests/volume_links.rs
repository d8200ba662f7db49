//! Signed links: each does what it was signed for, and no change to one is accepted.

use std::collections::HashSet;
use std::error::Error as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use buckets::adapter::volume::{Grant, Signer, SigningKey};
use buckets::adapter::{Adapter, Volume};
use buckets::operation::{Constraints, OperationKind, Sign, SignedMethod};
use buckets::telemetry::{Clock, SystemClock, Timestamp};
use buckets::{Checksum, ErrorKind, Key, Result, Secret, SignedUrl};

const ORIGIN: &str = "https://files.example";
const CANARY: &str = "canary-secret-canary-secret-canary";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug)]
struct At(SystemTime);

impl Clock for At {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }
    fn system_time(&self) -> SystemTime {
        self.0
    }
}

/// The moment at which the links of these tests are made; half a second into its second.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_800_000_000_500)
}

fn signing_key(secret: &str) -> SigningKey {
    SigningKey::new(&Secret::new(secret)).expect("is long enough")
}

fn signer(alias: &str, secret: &str) -> Signer {
    Signer::new(ORIGIN, alias, signing_key(secret)).expect("is valid").with_clock(At(now()))
}

fn sign(signer: &Signer, method: SignedMethod, key: &str, constraints: Constraints) -> SignedUrl {
    let key = Key::new(key).expect("a valid key");
    signer.sign(&Sign::new(key, method, DAY).expect("valid").with_constraints(constraints)).expect("is signed")
}

/// The link without scheme and host, as a request has it.
fn target(link: &SignedUrl) -> String {
    link.expose().strip_prefix(ORIGIN).expect("begins with the base URL").to_owned()
}

fn verify_at(signer: &Signer, method: &str, target: &str, now: SystemTime) -> Result<Grant> {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    signer.verify(method, path, query, now)
}

fn verify(signer: &Signer, method: &str, target: &str) -> Result<Grant> {
    verify_at(signer, method, target, now())
}

fn download() -> Constraints {
    Constraints::default().with_content_type("text/plain; charset=utf-8").with_content_disposition("attachment")
}

fn upload() -> Constraints {
    let picture = Constraints::default().with_content_type("image/png");
    picture.with_size(999).with_max_size(1000).with_checksum(Checksum::of(b"a picture"))
}

#[test]
fn a_link_grants_what_it_was_signed_for() {
    let signer = signer("uploads", CANARY);
    for key in ["a", "a/b.txt", "ä/文件 #1?.pdf", "%2e%2e/x", "a+b&c=d", "~x/(y)!'*"] {
        for (method, constraints) in [(SignedMethod::Get, download()), (SignedMethod::Put, upload())] {
            let link = sign(&signer, method, key, constraints.clone());
            let grant = verify(&signer, method.as_str(), &target(&link)).expect("is accepted");
            assert_eq!((grant.key.as_str(), grant.method, &grant.constraints), (key, method, &constraints));
            assert_eq!(grant.expires_at, link.expires_at());
        }
    }
    let get = target(&sign(&signer, SignedMethod::Get, "a", download()));
    assert!(verify(&signer, "HEAD", &get).is_ok());
}

/// Every way to change a link that the tests know.
fn mutations(target: &str) -> HashSet<String> {
    let mut mutations = HashSet::new();
    for (position, byte) in target.bytes().enumerate() {
        let mut replace = |with: &str| {
            mutations.insert(format!("{}{with}{}", &target[..position], &target[position + 1..]));
        };
        // Flipped in its lowest bit and in the bit of its case, replaced, doubled, dropped, encoded in both ways.
        for flipped in [byte ^ 1, byte ^ 0x20, if byte == b'0' { b'1' } else { b'0' }] {
            replace(&char::from(flipped).to_string());
        }
        replace(&format!("{0}{0}", char::from(byte)));
        replace("");
        replace(&format!("%{byte:02X}"));
        replace(&format!("%{byte:02x}"));
        mutations.insert(target[..position].to_owned());
    }
    let (path, query) = target.split_once('?').expect("a query");
    let pairs: Vec<_> = query.split('&').collect();
    let joined = |pairs: &[&str]| format!("{path}?{}", pairs.join("&"));
    for (position, pair) in pairs.iter().enumerate() {
        let without: Vec<_> = [&pairs[..position], &pairs[position + 1..]].concat();
        mutations.insert(joined(&without));
        for other in 0..=without.len() {
            let mut moved = without.clone();
            moved.insert(other, pair);
            mutations.insert(joined(&moved));
            let mut doubled = pairs.clone();
            doubled.insert(other, pair);
            mutations.insert(joined(&doubled));
        }
        let (name, value) = pair.split_once('=').expect("a value");
        for changed in [
            format!("{name}="),
            name.to_owned(),
            format!("{name}=={value}"),
            format!("{name}%20={value}"),
            format!("{}={value}", name.to_uppercase()),
            format!("{name}[]={value}"),
            format!("{name}={value}%00"),
            format!("{name}={value}+"),
            format!("{name}=0{value}"),
            format!("{name}={value};"),
        ] {
            let mut pairs = pairs.clone();
            pairs[position] = &changed;
            mutations.insert(joined(&pairs));
        }
    }
    for added in ["&", "&x=y", "&max_size=1", "&disposition=inline", "#", "&=", "?", "&signature="] {
        mutations.insert(format!("{target}{added}"));
    }
    let (prefix, key) = path.split_at("/__buckets__/uploads/".len());
    for path in [
        format!("{prefix}/{key}"),
        format!("{prefix}./{key}"),
        format!("{prefix}x/../{key}"),
        format!("{prefix}%2e%2e/{key}"),
        format!("{prefix}{key}/"),
        format!("{prefix}{key}%00"),
        format!("{prefix}other"),
        format!("/__buckets__/other/{key}"),
        format!("/__BUCKETS__/uploads/{key}"),
        format!("/x{path}"),
        path.replace('/', "%2F"),
        String::new(),
    ] {
        mutations.insert(format!("{path}?{query}"));
    }
    mutations.remove(target);
    mutations
}

#[test]
fn no_changed_link_is_accepted_and_all_are_refused_alike() {
    let signer = signer("uploads", CANARY).with_previous_key(signing_key(&"previous".repeat(4)));
    let mut tried = 0;
    for (method, key, constraints) in [
        (SignedMethod::Get, "a/b c.txt", download()),
        (SignedMethod::Get, "a", Constraints::default()),
        (SignedMethod::Put, "ä/%41.png", upload()),
    ] {
        let target = target(&sign(&signer, method, key, constraints));
        verify(&signer, method.as_str(), &target).expect("the link itself is accepted");
        for changed in mutations(&target) {
            let error = verify(&signer, method.as_str(), &changed).expect_err(&changed);
            assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{changed}");
            assert_eq!(error.message(), "this link is not valid, or not any more; ask for a new one");
            assert!(error.source().is_some());
            tried += 1;
        }
    }
    assert!(tried >= 3000, "only {tried} mutations");
}

#[test]
fn a_link_is_for_its_method() {
    let signer = signer("uploads", CANARY);
    let get = target(&sign(&signer, SignedMethod::Get, "a", Constraints::default()));
    let put = target(&sign(&signer, SignedMethod::Put, "a", Constraints::default()));
    for method in ["PUT", "POST", "DELETE", "PATCH", "OPTIONS", "get", "GET ", ""] {
        assert!(verify(&signer, method, &get).is_err(), "{method}");
    }
    for method in ["GET", "HEAD", "POST", "DELETE", "PATCH", "put"] {
        assert!(verify(&signer, method, &put).is_err(), "{method}");
    }
}

#[test]
fn parts_of_two_links_do_not_make_a_third() {
    let signer = signer("uploads", CANARY);
    let parts = |key: &str, constraints| {
        let target = target(&sign(&signer, SignedMethod::Get, key, constraints));
        let (path, query) = target.split_once('?').expect("a query");
        let (terms, signature) = query.split_once("&signature=").expect("a signature");
        [path.to_owned(), terms.to_owned(), signature.to_owned()]
    };
    let (one, two) = (parts("a", Constraints::default()), parts("b", download()));
    for choice in 1..7 {
        let [path, terms, signature] =
            [0, 1, 2].map(|part| if choice >> part & 1 == 0 { &one[part] } else { &two[part] });
        assert!(verify(&signer, "GET", &format!("{path}?{terms}&signature={signature}")).is_err(), "{choice:03b}");
    }
}

#[test]
fn a_link_lives_as_long_as_it_says() {
    let signer = signer("uploads", CANARY);
    let link = sign(&signer, SignedMethod::Get, "a", Constraints::default());
    let target = target(&link);
    let second = Duration::from_secs(1);
    assert_eq!(link.expires_at(), UNIX_EPOCH + Duration::from_secs(1_800_000_000) + DAY);
    assert!(verify_at(&signer, "GET", &target, link.expires_at() - second).is_ok());
    assert!(verify_at(&signer, "GET", &target, link.expires_at()).is_ok());
    let expired = verify_at(&signer, "GET", &target, link.expires_at() + second).expect_err("has expired");
    assert_eq!(expired.source().expect("a reason").to_string(), "the link has expired");
    // A clock that is behind must not make of a link for a day one for longer than any may be.
    let week = 7 * DAY;
    assert!(verify_at(&signer, "GET", &target, link.expires_at() - week).is_ok());
    assert!(verify_at(&signer, "GET", &target, link.expires_at() - week - second).is_err());
    assert!(verify_at(&signer, "GET", &target, UNIX_EPOCH - second).is_err());

    let mut sign = Sign::new(Key::new("a").expect("valid"), SignedMethod::Get, DAY).expect("valid");
    for wrong in [Duration::ZERO, Duration::from_millis(999), week + second] {
        sign.expires_in = wrong;
        assert_eq!(signer.sign(&sign).expect_err("is refused").kind(), ErrorKind::InvalidInput);
    }
    sign.expires_in = Duration::from_millis(1500);
    assert_eq!(signer.sign(&sign).expect("is signed").expires_at(), UNIX_EPOCH + Duration::from_secs(1_800_000_002));
}

#[test]
fn keys_are_changed_without_breaking_links() {
    let (old_secret, new_secret) = ("old".repeat(11), "new".repeat(11));
    let (old, new) = (signer("uploads", &old_secret), signer("uploads", &new_secret));
    let both = signer("uploads", &new_secret).with_previous_key(signing_key(&old_secret));
    let signed = |by: &Signer| target(&sign(by, SignedMethod::Get, "a", Constraints::default()));
    assert!(verify(&both, "GET", &signed(&old)).is_ok());
    assert!(verify(&both, "GET", &signed(&new)).is_ok());
    assert_eq!(signed(&both), signed(&new));
    assert!(verify(&new, "GET", &signed(&old)).is_err());
    assert!(verify(&old, "GET", &signed(&new)).is_err());
    // The id of one key with the signature of the other.
    let id = |target: &str| {
        target.split("key_id=").nth(1).and_then(|rest| rest.split('&').next()).expect("an id").to_owned()
    };
    let swapped = signed(&old).replace(&id(&signed(&old)), &id(&signed(&new)));
    assert!(verify(&both, "GET", &swapped).is_err());
}

#[test]
fn volumes_of_one_secret_do_not_share_links() {
    let (one, two) = (signer("one", CANARY), signer("two", CANARY));
    let link = target(&sign(&one, SignedMethod::Get, "a", Constraints::default()));
    assert!(verify(&one, "GET", &link).is_ok());
    assert!(verify(&two, "GET", &link).is_err());
    assert!(verify(&two, "GET", &link.replace("/one/", "/two/")).is_err());
}

#[test]
fn a_path_in_the_base_url_may_be_stripped_by_a_router() {
    let signer = Signer::new("http://127.0.0.1:3000/storage/", "uploads", signing_key(CANARY)).expect("is valid");
    let key = Key::new("a").expect("valid");
    let link = signer.sign(&Sign::new(key, SignedMethod::Get, DAY).expect("valid")).expect("is signed");
    let whole = link.expose().strip_prefix("http://127.0.0.1:3000").expect("begins with the base URL");
    assert!(whole.starts_with("/storage/__buckets__/uploads/a?"));
    let stripped = whole.strip_prefix("/storage").expect("has the path");
    let verify = |target: &str| verify_at(&signer, "GET", target, SystemTime::now());
    assert!(verify(whole).is_ok() && verify(stripped).is_ok());
    for other in [format!("/storage{whole}"), format!("/other{stripped}"), format!("/storage/{whole}")] {
        assert!(verify(&other).is_err(), "{other}");
    }
}

#[test]
fn wrong_settings_and_constraints_are_refused() {
    for base_url in [
        "",
        "files.example",
        "/files",
        "ftp://files.example",
        "https://u:p@files.example",
        "https://x?y",
        "https://x#y",
    ] {
        let error = Signer::new(base_url, "uploads", signing_key(CANARY)).expect_err(base_url);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    for alias in ["", ".", "a/b", "a b", "ä", "%41", &"a".repeat(65)] {
        assert!(Signer::new(ORIGIN, alias, signing_key(CANARY)).is_err(), "{alias}");
    }
    let signer = signer("uploads", CANARY);
    for (method, constraints) in [
        (SignedMethod::Get, Constraints::default().with_content_type("x")),
        (SignedMethod::Get, Constraints::default().with_content_disposition("a\r\nb: c")),
        (SignedMethod::Get, upload()),
        (SignedMethod::Put, download()),
    ] {
        let sign = Sign::new(Key::new("a").expect("valid"), method, DAY).expect("valid").with_constraints(constraints);
        assert_eq!(signer.sign(&sign).expect_err("is refused").kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn a_volume_signs_only_with_a_signer_and_shows_no_secret() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let op = || Sign::new(Key::new("a").expect("valid"), SignedMethod::Get, DAY).expect("valid");
    let without = Volume::open(directory.path()).await.expect("opens");
    let error = without.sign(op()).await.expect_err("has no signer");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("links(Signer::new"), "{error}");
    assert!(!without.capabilities().supports(OperationKind::Sign));

    let signer = signer("uploads", CANARY);
    let volume = Volume::builder(directory.path()).links(signer.clone()).open().await.expect("opens");
    assert!(volume.capabilities().supports(OperationKind::Sign));
    let link = volume.sign(op()).await.expect("is signed");
    let grant = verify(&signer, "GET", &target(&link)).expect("is accepted");
    let refused = verify(&signer, "PUT", &target(&link)).expect_err("is refused");
    let shown =
        format!("{volume:?} {signer:?} {link:?} {link} {grant:?} {refused:?} {refused} {:?}", signing_key(CANARY));
    let signature = target(&link).split("signature=").nth(1).expect("a signature").to_owned();
    for hidden in ["canary", &*signature] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
