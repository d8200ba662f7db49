use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::conditions::Conditions;
use super::uploads::Uploads;

/// What stands in front of the emulator.
#[derive(Debug)]
pub(super) struct Front {
    emulator: Emulator,
    /// Held from before a condition is judged until the emulator has answered, so that nothing comes between.
    state: Mutex<(Conditions, Uploads)>,
}

#[derive(Debug)]
pub(super) struct Emulator {
    url: String,
    client: reqwest::Client,
}

/// A request, read to its end.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: HashMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Path and query as they came.
    target: String,
}

impl Front {
    pub(super) fn new(url: String) -> Self {
        Self { emulator: Emulator { url, client: reqwest::Client::new() }, state: Mutex::default() }
    }

    pub(super) async fn uploads(&self) -> (usize, usize) {
        self.state.lock().await.1.counted()
    }

    async fn answer(&self, asked: Asked) -> Response {
        let (conditions, uploads) = &mut *self.state.lock().await;
        if asked.is_of_an_upload_in_parts() {
            return uploads.answer(asked, &self.emulator).await;
        }
        if !conditions.hold(&asked, &self.emulator).await {
            return StatusCode::PRECONDITION_FAILED.into_response();
        }
        let condition = Conditions::to_keep(&asked);
        let answer = self.emulator.pass_on(asked).await;
        conditions.keep(condition, &answer);
        answer
    }
}

pub(super) async fn serve(listener: TcpListener, front: Arc<Front>) {
    let router = Router::new().fallback(receive).with_state(front);
    axum::serve(listener, router).await.expect("it serves");
}

async fn receive(State(front): State<Arc<Front>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    // A client that went away has no use for an answer.
    let Ok(body) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    let query = head.uri.query().unwrap_or_default().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    front
        .answer(Asked {
            query: query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            path: head.uri.path().to_owned(),
            target: head.uri.to_string(),
            method: head.method,
            headers: head.headers,
            body,
        })
        .await
}

impl Asked {
    fn is_of_an_upload_in_parts(&self) -> bool {
        self.query.contains_key("uploads") || self.query.contains_key("uploadId")
    }

    /// The headers of the answer to a download that its link says (*XML API*, *query string parameters*), which the emulator does not
    /// look at.
    fn response_headers(&self) -> HeaderMap {
        let said = [
            ("response-content-disposition", header::CONTENT_DISPOSITION),
            ("response-content-type", header::CONTENT_TYPE),
        ];
        let value = |name| percent_decode_str(self.query.get(name)?).decode_utf8().ok()?.parse().ok();
        said.into_iter().filter_map(|(name, header)| Some((header, value(name)?))).collect()
    }
}

impl Emulator {
    /// The version of the object at the path `object` (bucket and name as in the JSON interface), `0` if there is none.
    pub(super) async fn generation(&self, object: &str) -> String {
        let answer = self.client.get(format!("{}/storage/v1/b/{object}", self.url)).send().await;
        let answer = answer.expect("the emulator answers");
        match answer.status() {
            StatusCode::NOT_FOUND => "0".to_owned(),
            _ => {
                let object: serde_json::Value = answer.json().await.expect("JSON");
                object["generation"].as_str().expect("a version").to_owned()
            }
        }
    }

    /// Stores an object in one request, and says which version it is.
    pub(super) async fn insert(
        &self,
        bucket: &str,
        name: &str,
        metadata: &serde_json::Value,
        content: &[u8],
    ) -> String {
        let url = format!("{}/upload/storage/v1/b/{bucket}/o?uploadType=multipart&name={name}", self.url);
        let kind = metadata["contentType"].as_str().expect("a type");
        let head = format!(
            "--cut\r\ncontent-type: application/json\r\n\r\n{metadata}\r\n--cut\r\ncontent-type: {kind}\r\n\r\n"
        );
        let body = [head.as_bytes(), content, b"\r\n--cut--"].concat();
        let request = self.client.post(url).header("content-type", "multipart/related; boundary=cut").body(body);
        let answer = request.send().await.expect("the emulator answers");
        let object: serde_json::Value = answer.json().await.expect("JSON");
        object["generation"].as_str().expect("a version").to_owned()
    }

    async fn pass_on(&self, asked: Asked) -> Response {
        let said = asked.response_headers();
        let Asked { method, mut headers, body, target, .. } = asked;
        headers.remove(header::CONTENT_LENGTH);
        let request = self.client.request(method, format!("{}{target}", self.url)).headers(headers).body(body);
        let answer = request.send().await.expect("the emulator answers");
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        if status.is_success() {
            headers.extend(said);
        }
        (status, headers, answer.bytes().await.expect("all of its answer")).into_response()
    }
}
