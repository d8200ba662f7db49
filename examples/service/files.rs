//! The routes of files: upload, list, look at, download, remove.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use buckets::operation::{Constraints, Cursor, List};
use buckets::uuid::Uuid;
use buckets::{Error, Key, Object, ObjectMeta, Prefix, Result, UrlOptions};
use buckets_tower::axum::{Disposition, ErrorResponse, FormFiles, content_disposition};
use serde::{Deserialize, Serialize};

use crate::app::App;

/// How long a link to a file is good for.
pub(crate) const LINK_LIFE: Duration = Duration::from_secs(60 * 60);
/// Files of a page of the list, unless asked for otherwise.
const PAGE: usize = 200;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/files", get(list).post(upload))
        .route("/files/{id}", get(show).delete(remove))
        .route("/files/{id}/download", get(download))
}

/// A file that was stored just now.
#[derive(Serialize)]
struct Uploaded {
    id: Uuid,
    filename: String,
    size: u64,
    url: String,
}

/// Stores the file of a form; several at once give a list of them, of which all are stored or none.
async fn upload(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ErrorResponse> {
    let mut form = FormFiles::new(&headers, body, app.max_upload)?;
    let mut stored = Vec::new();
    match store_all(&app, &mut form, &mut stored).await {
        Ok(uploaded) => Ok(created(uploaded)),
        Err(error) => {
            for object in &stored {
                // The event of the failed delete tells of it; the answer is about the upload.
                let _ = app.cloud.delete(object).await;
            }
            Err(error.into())
        }
    }
}

async fn store_all(app: &App, form: &mut FormFiles, stored: &mut Vec<Object>) -> Result<Vec<Uploaded>> {
    while let Some(file) = form.next().await? {
        stored.push(app.cloud.insert(file.into_upload()).await?);
    }
    if stored.is_empty() {
        return Err(Error::invalid("the form has no file; send one in a field, as `curl -F file=@photo.jpg` does"));
    }
    let mut uploaded = Vec::with_capacity(stored.len());
    for object in stored.iter() {
        let url = app.cloud.url(object, LINK_LIFE).await?.into_exposed();
        uploaded.push(Uploaded { id: object.id(), filename: object.filename().to_owned(), size: object.size(), url });
    }
    Ok(uploaded)
}

fn created(mut uploaded: Vec<Uploaded>) -> Response {
    if uploaded.len() > 1 {
        return (StatusCode::CREATED, Json(uploaded)).into_response();
    }
    let only = uploaded.remove(0);
    (StatusCode::CREATED, [(header::LOCATION, format!("/files/{}", only.id))], Json(only)).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paging {
    limit: Option<usize>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    files: Vec<FileInfo>,
    /// The `cursor` of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    max_upload: u64,
}

/// What is known of a file.
#[derive(Serialize)]
struct FileInfo {
    id: Uuid,
    filename: String,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// Lists a page of files, in no order that means anything.
async fn list(
    State(app): State<Arc<App>>,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Json<Listed>, ErrorResponse> {
    let Query(paging) = paging.map_err(|_| Error::invalid("a list takes `limit` and `cursor`"))?;
    let mut query = List::new(Prefix::default()).with_limit(paging.limit.unwrap_or(PAGE))?;
    if let Some(cursor) = paging.cursor {
        query = query.after(Cursor::new(cursor)?);
    }
    let page = app.cloud.list(query).await?;
    let next = page.next.map(|cursor| cursor.as_str().to_owned());
    // What was put into the folder by hand has no id and is left alone.
    let files = page.objects.into_iter().filter_map(FileInfo::of).collect();
    Ok(Json(Listed { files, next, max_upload: app.max_upload }))
}

/// Tells what is known of a file, with a fresh link to it.
async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<FileInfo>, ErrorResponse> {
    let key = app.find(&id).await?;
    let mut info = FileInfo::of(app.cloud.head(&key).await?).ok_or_else(Error::not_found)?;
    info.url = Some(app.cloud.url(&key, LINK_LIFE).await?.into_exposed());
    Ok(Json(info))
}

/// Leads to a fresh link with which the file is saved.
async fn download(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, ErrorResponse> {
    let key = app.find(&id).await?;
    let disposition = content_disposition(Disposition::Attachment, key.filename());
    let constraints = Constraints::default().with_content_disposition(disposition);
    let url = app.cloud.url_with(&key, UrlOptions::download(LINK_LIFE).with_constraints(constraints)).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Redirect::to(url.expose())).into_response())
}

/// Removes a file.
async fn remove(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, ErrorResponse> {
    let key = app.find(&id).await?;
    app.cloud.delete(&key).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// The key of the file with this id: the only one that begins with it.
    async fn find(&self, id: &str) -> Result<Key> {
        let id: Uuid = id.parse().map_err(|_| Error::not_found())?;
        let page = self.cloud.list(List::new(Prefix::new(format!("{id}/"))?).with_limit(1)?).await?;
        page.objects.into_iter().next().map(|found| found.key).ok_or_else(Error::not_found)
    }
}

impl FileInfo {
    /// [`None`] if this is not the key of an upload, `<id>/<file name>`.
    fn of(meta: ObjectMeta) -> Option<Self> {
        let (id, filename) = meta.key.as_str().split_once('/')?;
        Some(Self {
            id: id.parse().ok()?,
            filename: filename.to_owned(),
            size: meta.size,
            content_type: meta.attributes.content_type().map(str::to_owned),
            modified: meta.last_modified.map(rfc_3339),
            url: None,
        })
    }
}

fn rfc_3339(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}
