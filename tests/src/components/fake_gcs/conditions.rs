//! Conditions on versions. The emulator ignores `ifGenerationMatch` in look-ups, downloads, copies and
//! uploads of several requests. Google answers one that does not hold with 412, and takes `0` for the version of
//! what is not there.

use std::collections::HashMap;

use axum::http::{HeaderMap, Method, header};
use axum::response::Response;

use super::front::{Asked, Emulator};

/// Which version an object is to have.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// Bucket and name, as in the JSON interface.
    object: String,
    generation: String,
    is_read: bool,
}

#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// Of uploads of several requests, by their ids: they are to hold when the upload ends.
    of_uploads: HashMap<String, Condition>,
}

impl Conditions {
    /// Whether the request may be passed on.
    pub(super) async fn hold(&self, asked: &Asked, emulator: &Emulator) -> bool {
        let condition = match asked.query.get("upload_id") {
            Some(id) => self.of_uploads.get(id).filter(|_| ends_upload(&asked.headers)).cloned(),
            None => condition(asked).filter(|_| !begins_upload(asked)),
        };
        let Some(Condition { object, generation, is_read }) = condition else { return true };
        let current = emulator.generation(&object).await;
        // What is not there cannot be read, which is another answer.
        current == generation || (is_read && current == "0")
    }

    /// The condition of an upload that begins.
    pub(super) fn to_keep(asked: &Asked) -> Option<Condition> {
        condition(asked).filter(|_| begins_upload(asked))
    }

    /// Keeps the condition of an upload that has begun.
    pub(super) fn keep(&mut self, condition: Option<Condition>, answer: &Response) {
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        if let (Some(condition), Some((_, id))) = (condition, location.and_then(|at| at.split_once("upload_id="))) {
            self.of_uploads.insert(id.to_owned(), condition);
        }
    }
}

fn condition(asked: &Asked) -> Option<Condition> {
    let generation = asked.query.get("ifGenerationMatch")?.clone();
    // Of a copy, the destination, which comes last.
    let (_, path) = asked.path.rsplit_once("/b/")?;
    let object = match asked.query.get("name") {
        Some(name) => format!("{path}/{name}"),
        None => path.to_owned(),
    };
    Some(Condition { object, generation, is_read: asked.method == Method::GET })
}

fn begins_upload(asked: &Asked) -> bool {
    asked.method == Method::POST && asked.query.get("uploadType").is_some_and(|kind| kind == "resumable")
}

/// Whether the whole size is told, which only the last request of an upload does.
fn ends_upload(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok()).is_some_and(|range| !range.ends_with('*'))
}
