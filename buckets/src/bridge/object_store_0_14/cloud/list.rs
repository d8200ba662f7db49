use async_trait::async_trait;
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};
use object_store::path::Path;
use object_store::{ListResult, ObjectMeta as TheirMeta, Result};

use super::{CloudStore, describe, error};
use crate::error::Result as OurResult;
use crate::key::Prefix;
use crate::operation::{Cursor, List, Page};
use crate::store::Store;

impl<S: Store> CloudStore<S> {
    /// Every object below `prefix`, a page of the cloud at a time.
    pub(super) fn list_all(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<TheirMeta>> {
        let about = prefix.cloned().unwrap_or_default();
        let begin = begin(prefix);
        let cloud = self.cloud.clone();
        let pages = stream::try_unfold(Some(begin), move |list: Option<OurResult<List>>| {
            let (cloud, about) = (cloud.clone(), about.clone());
            async move {
                let Some(list) = list else { return Result::<Option<_>>::Ok(None) };
                let page = async {
                    let list = list?;
                    let page = cloud.list(list.clone()).await?;
                    OurResult::Ok((page.next.map(|next| Ok(list.after(next))), page.objects))
                };
                let (next, objects) = page.await.map_err(|error| error::to_theirs(error, &about))?;
                Ok(Some((stream::iter(objects.iter().filter_map(describe).map(Ok).collect::<Vec<_>>()), next)))
            }
        });
        pages.try_flatten().boxed()
    }

    pub(super) fn list_behind(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<TheirMeta>> {
        let offset = offset.clone();
        self.list_all(prefix).try_filter(move |meta| std::future::ready(meta.location > offset)).boxed()
    }

    pub(super) async fn list_level(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let about = prefix.cloned().unwrap_or_default();
        let level = async {
            let mut list = begin(prefix)?.folded();
            let mut level =
                ListResult { common_prefixes: Vec::new(), objects: Vec::new(), extensions: Default::default() };
            loop {
                let page = self.cloud.list(list.clone()).await?;
                add(&mut level, &page);
                let Some(next) = page.next else { return OurResult::Ok(level) };
                list = list.after(next);
            }
        };
        level.await.map_err(|error| error::to_theirs(error, &about))
    }
}

#[async_trait]
impl<S: Store> PaginatedListStore for CloudStore<S> {
    /// A page of the cloud: up to 1000 entries, folded at `/` or not at all, and without an offset.
    async fn list_paginated(&self, prefix: Option<&str>, opts: PaginatedListOptions) -> Result<PaginatedListResult> {
        if opts.offset.is_some() {
            return Err(error::not_implemented("`list_paginated` with an offset"));
        }
        if opts.delimiter.as_ref().is_some_and(|delimiter| delimiter != "/") {
            return Err(error::not_implemented("`list_paginated` with another delimiter than `/`"));
        }
        let page = async {
            let mut list = List::new(Prefix::new(prefix.unwrap_or_default())?);
            list.fold = opts.delimiter.is_some();
            list.cursor = opts.page_token.map(Cursor::new).transpose()?;
            if let Some(most) = opts.max_keys {
                list = list.with_limit(most.clamp(1, List::MAX_LIMIT))?;
            }
            self.cloud.list(list).await
        };
        let page = page.await.map_err(|error| error::to_theirs(error, &Path::default()))?;
        let mut result =
            ListResult { common_prefixes: Vec::new(), objects: Vec::new(), extensions: Default::default() };
        add(&mut result, &page);
        Ok(PaginatedListResult { result, page_token: page.next.map(|next| next.as_str().to_owned()) })
    }
}

/// The first page below `prefix`, which stands for whole segments.
fn begin(prefix: Option<&Path>) -> OurResult<List> {
    let prefix = match prefix.map(Path::as_ref) {
        None | Some("") => Prefix::default(),
        Some(prefix) => Prefix::new(format!("{prefix}/"))?,
    };
    Ok(List::new(prefix))
}

fn add(level: &mut ListResult, page: &Page) {
    level.objects.extend(page.objects.iter().filter_map(describe));
    level.common_prefixes.extend(page.prefixes.iter().filter_map(|prefix| Path::parse(prefix).ok()));
}
