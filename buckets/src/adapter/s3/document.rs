use aws_sdk_s3::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};

use crate::error::BoxError;

/// Refuses answers whose document ends early, of which the SDK takes what there is for the whole: a list without
/// its last objects, or half a tag.
#[derive(Debug)]
pub(super) struct WholeDocuments;

impl Intercept for WholeDocuments {
    fn name(&self) -> &'static str {
        "WholeDocuments"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        // The content of an object is not held in memory, and so is none here.
        let document = answer.body().bytes().filter(|_| answer.status().is_success());
        if document.is_some_and(ends_early) { Err("the document ends early".into()) } else { Ok(()) }
    }
}

/// Whether `document` is one, and does not end with the element that it begins with.
fn ends_early(document: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(document) else { return false };
    let text = text.trim();
    let prolog = text.strip_prefix("<?").and_then(|prolog| prolog.split_once("?>"));
    let root = prolog.map_or(text, |(_, root)| root.trim_start());
    let Some(tag) = root.strip_prefix('<') else { return false };
    let name = tag.split(|end: char| end.is_whitespace() || matches!(end, '>' | '/')).next().unwrap_or_default();
    let is_empty = tag.ends_with("/>") && tag.find('>') == tag.rfind('>');
    let end = tag.strip_suffix('>').map(str::trim_end).and_then(|end| end.strip_suffix(name));
    !is_empty && !end.is_some_and(|end| end.ends_with("</"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_as_it_begins_is_whole() {
        for whole in
            ["", "no document", "<a/>", "<a b='c'/>", "<a>b</a>", "<?xml version='1.0'?>\n<a b='c'><d/></a >\n"]
        {
            assert!(!ends_early(whole.as_bytes()), "{whole}");
        }
    }

    #[test]
    fn what_ends_anywhere_else_is_not() {
        let whole = "<?xml version='1.0'?>\n<List><Key>a</Key><Empty/></List>";
        for end in 1..whole.len() {
            // Of which there is no element yet, the SDK makes nothing either.
            let cut = &whole[..end];
            assert_eq!(ends_early(cut.as_bytes()), cut.trim() != "<?xml version='1.0'?>", "{cut}");
        }
    }
}
