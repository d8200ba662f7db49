use std::ffi::OsString;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use axum::http::Uri;
use bytesize::ByteSize;
use clap::Parser;

/// File storage with a page, signed links and metrics.
///
/// Files are kept in a folder. BUCKETS_SECRET holds the secret that links to them are signed with, at least 32
/// bytes; without it one is made and kept below the root.
///
/// With BUCKETS_ADAPTER=s3 they are kept in a bucket of Amazon S3 or what speaks its protocol, which BUCKETS_BUCKET
/// names. BUCKETS_PROVIDER, BUCKETS_REGION and BUCKETS_ENDPOINT say where that is, BUCKETS_ACCESS_KEY_ID and
/// BUCKETS_SECRET_ACCESS_KEY who asks; without these two it is who Amazon's own tools would take.
///
/// With BUCKETS_ADAPTER=azure they are kept in the container BUCKETS_CONTAINER of the storage account
/// BUCKETS_ACCOUNT of Azure. Who asks is said by BUCKETS_ACCOUNT_KEY, or BUCKETS_SAS, or BUCKETS_TENANT_ID,
/// BUCKETS_CLIENT_ID and BUCKETS_CLIENT_SECRET.
///
/// With BUCKETS_ADAPTER=gcs they are kept in the bucket BUCKETS_BUCKET of Google Cloud Storage. Who asks is said by
/// BUCKETS_SERVICE_ACCOUNT (the JSON of a key), or BUCKETS_SERVICE_ACCOUNT_FILE, or BUCKETS_METADATA_SERVER=true.
///
/// BUCKETS_ENDPOINT is for both where it is not the public cloud that is asked.
///
/// Buckets and containers answer links themselves, where they can sign them: not with BUCKETS_SAS,
/// BUCKETS_CLIENT_SECRET or BUCKETS_METADATA_SERVER. There, links lead to this service, and are signed with
/// BUCKETS_SECRET; without it with a secret that is forgotten when the service stops.
///
/// RUST_LOG sets what is logged.
#[derive(Debug, Parser)]
#[command(name = "service")]
pub(crate) struct Settings {
    /// Where to listen.
    #[arg(long, env = "BUCKETS_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    #[arg(value_parser = listen)]
    pub(crate) listen: SocketAddr,

    /// What keeps the files: `volume`, a folder; `s3` or `gcs`, a bucket; `azure`, a container.
    #[arg(long, env = "BUCKETS_ADAPTER", value_name = "ADAPTER", default_value = "volume", value_parser = adapter)]
    pub(crate) adapter: Adapter,

    /// The folder that keeps the files, if one does; it is made if it is missing.
    #[arg(long, env = "BUCKETS_ROOT", value_name = "FOLDER", default_value = "./buckets-data")]
    pub(crate) root: PathBuf,

    /// The most bytes of one upload request.
    #[arg(long, env = "BUCKETS_MAX_UPLOAD", value_name = "SIZE", default_value = "1GiB")]
    #[arg(value_parser = max_upload)]
    pub(crate) max_upload: ByteSize,

    /// What links begin with, where clients reach the service under another address than it listens on.
    #[arg(long, env = "BUCKETS_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub(crate) public_url: Option<String>,
}

/// What keeps files.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Adapter {
    Volume,
    S3,
    Azure,
    Gcs,
}

impl Adapter {
    const ALL: [Self; 4] = [Self::Volume, Self::S3, Self::Azure, Self::Gcs];

    /// As the settings name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::S3 => "s3",
            Self::Azure => "azure",
            Self::Gcs => "gcs",
        }
    }
}

/// What the names of all settings in the environment begin with.
pub(crate) const PREFIX: &str = "BUCKETS_";

/// The settings in the environment that are about the store and not about this program.
pub(crate) fn of_the_store() -> impl Iterator<Item = (String, String)> {
    const OWN: [&str; 6] = ["adapter", "listen", "max_upload", "public_url", "root", "secret"];
    let setting = |name: OsString| Some(name.to_str()?.strip_prefix(PREFIX)?.to_ascii_lowercase());
    let of_store =
        move |(name, value): (OsString, OsString)| Some((setting(name)?, value.to_string_lossy().into_owned()));
    std::env::vars_os().filter_map(of_store).filter(|(setting, _)| !OWN.contains(&setting.as_str()))
}

impl Settings {
    /// What links begin with: as set, or made of the address the service listens on.
    ///
    /// Never taken from a request's `Host`, which a stranger chooses.
    pub(crate) fn base_url(&self, address: SocketAddr) -> String {
        let host = match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            other => other,
        };
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", SocketAddr::new(host, address.port())))
    }
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs().ok().and_then(|mut found| found.next());
    found.ok_or_else(|| {
        "BUCKETS_LISTEN or --listen must be an address of this machine and a port, such as 127.0.0.1:3000".into()
    })
}

fn adapter(text: &str) -> Result<Adapter, String> {
    let found = Adapter::ALL.into_iter().find(|adapter| adapter.name() == text);
    found.ok_or_else(|| "BUCKETS_ADAPTER or --adapter must be volume, s3, azure or gcs".into())
}

fn max_upload(text: &str) -> Result<ByteSize, String> {
    match text.parse::<ByteSize>() {
        Ok(size) if size.as_u64() > 0 => Ok(size),
        _ => Err("BUCKETS_MAX_UPLOAD or --max-upload must be a size above zero, such as 100MiB".into()),
    }
}

fn public_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let is_origin = text.parse::<Uri>().is_ok_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.authority().is_some() && url.query().is_none()
    });
    if is_origin {
        Ok(text.to_owned())
    } else {
        Err("BUCKETS_PUBLIC_URL or --public-url must be such as https://files.example.org".into())
    }
}

/// Why the service cannot start: which setting, or what else, cannot be used, and why.
#[derive(Debug)]
pub(crate) struct StartError {
    what: &'static str,
    reason: String,
}

impl StartError {
    pub(crate) fn new(what: &'static str, reason: impl fmt::Display) -> Self {
        Self { what, reason: reason.to_string() }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.reason)
    }
}

impl std::error::Error for StartError {}
