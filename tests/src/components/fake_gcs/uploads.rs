//! Uploads in parts (*XML API multipart uploads*), which the emulator has none of. What is complete is stored there.

use std::collections::{BTreeMap, HashMap};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::front::{Asked, Emulator};

#[derive(Debug, Default)]
pub(super) struct Uploads {
    begun: usize,
    pending: HashMap<String, Upload>,
}

#[derive(Debug)]
struct Upload {
    metadata: Value,
    parts: BTreeMap<u32, Bytes>,
}

impl Uploads {
    /// How many have begun, and how many of them have not ended.
    pub(super) fn counted(&self) -> (usize, usize) {
        (self.begun, self.pending.len())
    }

    pub(super) async fn answer(&mut self, asked: Asked, emulator: &Emulator) -> Response {
        let (Some(id), false) = (asked.query.get("uploadId"), asked.query.contains_key("uploads")) else {
            return self.begin(&asked.headers);
        };
        let number = asked.query.get("partNumber").and_then(|number| number.parse().ok());
        match (&asked.method, number, self.pending.get_mut(id)) {
            (&Method::PUT, Some(number), Some(upload)) => {
                upload.parts.insert(number, asked.body);
                [("etag", format!("\"part {number}\""))].into_response()
            }
            (&Method::POST, None, Some(upload)) if upload.is_all_of(&asked.body) => {
                let (bucket, name) = asked.path.trim_start_matches('/').split_once('/').expect("an object");
                let content: Vec<_> = upload.parts.values().flatten().copied().collect();
                let generation = emulator.insert(bucket, name, &upload.metadata, &content).await;
                self.pending.remove(id);
                // The tag is another one than that of the JSON interface; so it is with Google's.
                [("etag", "\"of parts\"".to_owned()), ("x-goog-generation", generation)].into_response()
            }
            (&Method::DELETE, None, Some(_)) => {
                self.pending.remove(id);
                StatusCode::NO_CONTENT.into_response()
            }
            (_, _, None) => StatusCode::NOT_FOUND.into_response(),
            _ => StatusCode::BAD_REQUEST.into_response(),
        }
    }

    fn begin(&mut self, headers: &HeaderMap) -> Response {
        self.begun += 1;
        let id = self.begun.to_string();
        let text = |name: &str| headers.get(name).map(|value| value.to_str().expect("text").to_owned());
        let metadata: HashMap<_, _> = headers
            .keys()
            .filter_map(|name| Some((name.as_str().strip_prefix("x-goog-meta-")?, text(name.as_str()))))
            .collect();
        let mut all = json!({ "metadata": metadata });
        for (name, header) in [("contentType", "content-type"), ("cacheControl", "cache-control")] {
            all[name] = text(header).into();
        }
        let answer =
            format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
        self.pending.insert(id, Upload { metadata: all, parts: BTreeMap::new() });
        answer.into_response()
    }
}

impl Upload {
    /// Whether the client names all parts in order, each with its tag.
    fn is_all_of(&self, list: &[u8]) -> bool {
        let list = String::from_utf8_lossy(list);
        let named: Vec<_> = list.split("<PartNumber>").skip(1).filter_map(|part| part.split_once('<')).collect();
        let has_tag = |number: &u32, rest: &str| rest.contains(&format!("part {number}"));
        named.len() == self.parts.len()
            && self
                .parts
                .keys()
                .zip(&named)
                .all(|(number, (name, rest))| *name == number.to_string() && has_tag(number, rest))
    }
}
