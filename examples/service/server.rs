use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio_io_timeout::TimeoutStream;
use tracing::{debug, info, warn};

use crate::settings::StartError;

/// How long a client may take for the head of a request, and how long an idle connection is kept.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a client may take nothing of an answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long transfers may go on once the service is to stop.
const GRACE: Duration = Duration::from_secs(30);
/// How many connections are served at once; more wait in the system's queue.
const MOST_CONNECTIONS: usize = 1000;
/// How long to wait where connections cannot be accepted, most likely for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// An HTTP server that slow clients cannot hold for ever, and that stops without breaking transfers.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes the address, so that what is wrong with it shows before anything else begins.
    pub(crate) async fn bind(address: SocketAddr) -> Result<Self, StartError> {
        let refused =
            |error| StartError::new("--listen or BUCKETS_LISTEN", format!("{address} cannot be listened on: {error}"));
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address })
    }

    /// Where it listens: with the port that the system chose, if it was to choose one.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves `app` until SIGINT or SIGTERM, then lets transfers finish for up to 30 seconds.
    pub(crate) async fn run(self, app: Router) {
        let connections = Connections::new();
        tokio::select! {
            () = self.accept(&connections, &app) => {}
            signal = stop_signal() => info!("{signal}: transfers that are going on may finish for {} s", GRACE.as_secs()),
        }
        drop(self.listener);
        tokio::select! {
            () = connections.watched.shutdown() => info!("stopped; no transfer was cut short"),
            () = tokio::time::sleep(GRACE) => warn!("stopped; transfers that were still going on are cut short"),
            signal = stop_signal() => warn!("{signal} again: stopped; transfers that were going on are cut short"),
        }
    }

    /// Takes connections for ever.
    async fn accept(&self, connections: &Connections, app: &Router) {
        loop {
            let place = connections.place().await;
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        debug!(%error, "a connection stays slow");
                    }
                    connections.serve(stream, app.clone(), place);
                }
                Err(error) => {
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// The connections that are open, and how each is served.
struct Connections {
    http: http1::Builder,
    watched: GracefulShutdown,
    places: Arc<Semaphore>,
}

impl Connections {
    fn new() -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
        Self { http, watched: GracefulShutdown::new(), places: Arc::new(Semaphore::new(MOST_CONNECTIONS)) }
    }

    /// Waits until one more connection can be served.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Serves one connection for as long as it lasts.
    fn serve<T>(&self, stream: T, app: Router, place: Option<OwnedSemaphorePermit>) -> JoinHandle<()>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIMEOUT));
        let connection = self.http.serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(app));
        let connection = self.watched.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                debug!(%error, "a connection broke");
            }
            drop(place);
        })
    }
}

/// Waits for the signal to stop and names it.
async fn stop_signal() -> &'static str {
    let wait = async |kind| match signal(kind) {
        Ok(mut signal) => signal.recv().await,
        Err(error) => {
            warn!(%error, "a signal cannot be waited for");
            std::future::pending().await
        }
    };
    tokio::select! {
        _ = wait(SignalKind::interrupt()) => "SIGINT",
        _ = wait(SignalKind::terminate()) => "SIGTERM",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;

    // The clock is tokio's own, stopped: it moves on when there is nothing to do but to wait.

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_finish_a_head_is_let_go() {
        for sent in ["", "GET / HTTP/1.1\r\nHost: loris\r\nX-Slow: "] {
            let (mut client, server) = duplex(1024);
            let connections = Connections::new();
            let begin = Instant::now();
            let connection = connections.serve(server, Router::new(), None);
            client.write_all(sent.as_bytes()).await.expect("sent");
            connection.await.expect("an end");
            assert_eq!(begin.elapsed().as_secs(), HEAD_TIMEOUT.as_secs(), "after {sent:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_let_go() {
        let large = Router::new().route("/", get(async || Body::from(vec![0; 1 << 20])));
        let (mut client, server) = duplex(1024);
        let connections = Connections::new();
        let begin = Instant::now();
        let connection = connections.serve(server, large, None);
        client.write_all(b"GET / HTTP/1.1\r\nHost: loris\r\n\r\n").await.expect("sent");
        client.read_exact(&mut [0; 100]).await.expect("an answer");
        connection.await.expect("an end");
        assert_eq!(begin.elapsed().as_secs(), WRITE_TIMEOUT.as_secs());
    }
}
