//! File storage with a page: what `cargo run` starts.
//!
//! ```text
//! cargo run                                           # then open http://127.0.0.1:3000/
//! curl -F file=@photo.jpg http://127.0.0.1:3000/files # 201 with id, filename, size and url
//! ```
//!
//! Files are kept on a volume below `--root`, in a bucket of S3 or Google, or in a container of Azure; downloads go
//! through signed links, and `/metrics` is there for Prometheus.

mod app;
mod drain;
mod files;
mod known_host;
mod page;
mod server;
mod settings;
mod storage;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::server::Server;
use crate::settings::{Settings, StartError};
use crate::storage::Storage;

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .init();
    match run(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Serves until a signal says to stop.
async fn run(settings: Settings) -> Result<(), StartError> {
    let server = Server::bind(settings.listen).await?;
    let base_url = settings.base_url(server.address());
    let storage = Storage::open(&settings, &base_url).await?;
    announce(&settings, &server, &base_url, &storage);
    let place = storage.place.clone();
    server.run(app::router(storage, settings.max_upload.as_u64(), &base_url)).await;
    place.settle().await;
    Ok(())
}

/// Says what to open. This is for people, and goes to standard output; logs go to standard error.
fn announce(settings: &Settings, server: &Server, base_url: &str, storage: &Storage) {
    println!("Open                  {base_url}/");
    println!("Metrics are at        {base_url}/metrics");
    println!("Files are kept in     {}", storage.place);
    println!("An upload may have    {}", settings.max_upload);
    println!("Links are signed with {}", storage.place.signed_with());
    println!("Listening on          {}", server.address());
    if !settings.listen.ip().is_loopback() {
        println!(
            "Whoever reaches this address can upload, list and delete files: put it behind a proxy that asks who comes."
        );
    }
    println!("Stop it with Ctrl-C.");
}
