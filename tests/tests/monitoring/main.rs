//! What is in `docs/monitoring`, against the programs that it is for.

mod alertmanager;
mod dashboard;
mod files;
mod trial;

use std::net::SocketAddr;

use axum::Router;

/// Serves `app` on loopback until the test's runtime ends.
async fn serve(app: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("the port that the system chose");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
