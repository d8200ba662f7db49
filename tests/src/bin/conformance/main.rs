//! Holds any server that speaks S3 to the contract of the S3 adapter.

mod gaps;
mod server;

use std::process::ExitCode;
use std::time::Duration;

use buckets::adapter::s3::{Credentials, Provider, S3};
use buckets::adapter::{Adapter, Backend};
use buckets::testing::conformance::{self, Line, Options, Verdict};
use buckets::{Key, Secret};
use buckets_tests::components::seaweedfs::client;
use clap::Parser;
use gaps::Gap;
use server::Server;

/// Runs the conformance suite against a server that speaks S3, in a bucket that is there, and prints a line for each
/// behaviour. What fails because the server itself lacks something, as plain requests past the adapter show, is called
/// unsupported and not failed. Exits with 1 if anything failed. Stores and removes objects below a new prefix only.
#[derive(Parser)]
struct Arguments {
    /// Where the server is, such as `http://127.0.0.1:9000`.
    #[arg(long)]
    s3_endpoint: String,
    /// A bucket that is there.
    #[arg(long)]
    bucket: String,
    /// The id of an access key that may do everything in the bucket.
    #[arg(long)]
    access_key: String,
    /// Its secret.
    #[arg(long, env = "CONFORMANCE_SECRET_KEY", hide_env_values = true)]
    secret_key: String,
    /// The region that requests are signed for.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Checks only the behaviours whose name contains this text.
    #[arg(long)]
    only: Option<String>,
    /// How many seconds a behaviour may take.
    #[arg(long, default_value_t = 300)]
    time_limit: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match check(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing failed.
async fn check(arguments: &Arguments) -> buckets::Result<bool> {
    let Arguments { s3_endpoint, bucket, access_key, secret_key, region, only, time_limit } = arguments;
    let prefix = format!("conformance-{:016x}", std::process::id() as u64 ^ now());
    let server = Server {
        client: client(s3_endpoint, region, access_key, secret_key),
        bucket: bucket.clone(),
        prefix: format!("{prefix}/gaps"),
    };
    if let Err(reason) = server.is_usable().await {
        return Err(buckets::Error::invalid(format!("the bucket cannot be used: {reason}")));
    }
    let mut gaps = Vec::new();
    for gap in gaps::ALL {
        if (gap.probe)(&server).await {
            println!("gap: {}", gap.what);
            gaps.push(gap);
        }
    }
    let has = |name: &str| gaps.iter().any(|gap| gap.name == name);
    let s3 = S3::builder(bucket)
        .provider(Provider::Compatible)
        .endpoint(s3_endpoint)
        .region(region)
        .credentials(Credentials::new(access_key, Secret::new(secret_key)))
        .checksums(!has("checksums"))
        .ordered_lists(!has("order"))
        .build()?;
    let capabilities = s3.capabilities();
    let mut options = Options::new()
        .with_prefix(Key::new(&prefix)?)
        // Large enough to be stored in parts.
        .with_large_len(17 * 1024 * 1024)
        .with_time_limit(Duration::from_secs(*time_limit))
        .server_decides();
    if let Some(text) = only {
        options = options.only(text);
    }
    let report = conformance::run(Backend::new(s3.clone()), capabilities, options).await;
    s3.settle().await;
    Ok(print(report.lines(), &gaps))
}

/// Prints what was found, and tells whether nothing failed.
fn print(lines: &[Line], gaps: &[&Gap]) -> bool {
    let (mut passed, mut failed, mut unsupported) = (0, 0, 0);
    for line in lines {
        match (&line.verdict, gaps.iter().find(|gap| gap.explains(line.behaviour))) {
            (Verdict::Failed(reason), Some(gap)) => {
                unsupported += 1;
                println!("unsupported {}: the server's gap: {}; seen as: {reason}", line.behaviour, gap.what);
                continue;
            }
            (Verdict::Failed(_), None) => failed += 1,
            (Verdict::Passed, _) => passed += 1,
            (Verdict::Unsupported(_), _) => unsupported += 1,
        }
        println!("{line}");
    }
    println!("passed={passed} failed={failed} unsupported={unsupported}");
    failed == 0
}

fn now() -> u64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_1970.map_or(0, |time| time.as_nanos() as u64)
}
