//! s3s-fs: another server that speaks S3, in this process and on the files of a folder.

use axum::Router;
use axum::error_handling::HandleError;
use axum::http::StatusCode;
use axum::serve::ListenerExt;
use buckets_tests::components::seaweedfs::{ACCESS_KEY, BUCKET, SECRET_KEY};
use s3s::HttpError;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A server with one bucket, which ends with the runtime that it was started on.
pub(crate) struct S3sFs {
    pub(crate) endpoint: String,
    _folder: TempDir,
}

impl S3sFs {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("a folder in a new folder");
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("a folder"));
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let refuse = async |error: HttpError| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:?}"));
        let app = Router::new().fallback_service(HandleError::new(service.build(), refuse));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of our own");
        let endpoint = format!("http://{}", listener.local_addr().expect("the address of a listener"));
        // Without it, each small answer waits 40 ms for a client that waits too.
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("an open connection"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { endpoint, _folder: folder }
    }
}
