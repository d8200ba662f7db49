use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use object_store::path::Path;
use object_store::{Attributes as TheirAttributes, PutMode, PutOptions, PutPayload, PutResult, Result, TagSet};

use super::{CloudStore, error};
use crate::body::PutBody;
use crate::bridge::object_store_0_14::attributes;
use crate::cloud::{InsertOptions, Object, Upload};
use crate::error::{Error, ErrorKind};
use crate::operation::{Attributes, Condition, ETag};
use crate::store::Store;

impl<S: Store> CloudStore<S> {
    pub(super) async fn insert(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let condition = self.condition(location, opts.mode)?;
        let options = InsertOptions::new().at(Self::key(location)?).with_condition(condition);
        let attributes = asked_for(location, &opts.attributes, &opts.tags)?;
        // Without a name no content type is guessed.
        let upload = Upload::from_body("", body(payload)).with_attributes(attributes);
        match self.cloud.insert_with(upload, options).await {
            Ok(object) => Ok(result(&object)),
            Err(error) => Err(error::to_theirs(error, location)),
        }
    }

    fn condition(&self, location: &Path, mode: PutMode) -> Result<Condition> {
        match mode {
            PutMode::Overwrite => Ok(Condition::none()),
            PutMode::Create => self.if_absent("`put_opts` with mode `Create`"),
            PutMode::Update(_) if !self.cloud.capabilities().conditional_put => {
                Err(error::not_implemented("`put_opts` with mode `Update`"))
            }
            PutMode::Update(version) => {
                let tag = version.e_tag.ok_or_else(|| {
                    let error = Error::invalid("an update of an object needs the entity tag of the version to replace");
                    error::to_theirs(error, location)
                })?;
                // A tag that is none here is the one of no object.
                ETag::new(&tag).map(Condition::if_match).map_err(|error| {
                    let error =
                        Error::new(ErrorKind::PreconditionFailed, "no object has such a tag").with_source(error);
                    error::to_theirs(error, location)
                })
            }
        }
    }
}

/// The attributes of an object to be stored, if there is a place for all that was asked for.
pub(super) fn asked_for(location: &Path, theirs: &TheirAttributes, tags: &TagSet) -> Result<Attributes> {
    if !tags.is_empty() {
        return Err(error::not_implemented("tags"));
    }
    attributes::all(theirs).map_err(|refused| match refused.kind() {
        ErrorKind::Unsupported => {
            error::not_implemented("attributes other than content type, cache control, disposition and metadata")
        }
        _ => error::to_theirs(refused, location),
    })
}

pub(super) fn result(object: &Object) -> PutResult {
    let e_tag = object.etag().map(|tag| tag.as_str().to_owned());
    PutResult { e_tag, version: None, extensions: Default::default() }
}

/// The payload as content that can be sent again.
fn body(payload: PutPayload) -> PutBody {
    let mut chunks = payload.iter();
    match (chunks.next(), chunks.next()) {
        (None, _) => PutBody::empty(),
        (Some(only), None) => only.clone().into(),
        _ => {
            let len = payload.content_length() as u64;
            let frames = move || payload.clone().into_iter().map(|chunk| Ok::<_, Error>(Frame::data(chunk)));
            PutBody::replayable(move || StreamBody::new(stream::iter(frames()))).with_exact_len(len)
        }
    }
}
