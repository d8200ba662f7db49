//! A cloud as a store of `object_store`: that library's own suite, and what it does not ask.

use buckets::Cloud;
use buckets::adapter::{Memory, Volume};
use buckets::bridge::object_store_0_14::CloudStore;
use buckets::store::Store;
use buckets_tests::components::seaweedfs::SeaweedFs;
use object_store::integration;

async fn check<S: Store>(cloud: Cloud<S>) {
    let store = CloudStore::new(cloud);
    integration::put_get_delete_list(&store).await;
    integration::put_get_attributes(&store).await;
    integration::get_opts(&store).await;
    integration::put_opts(&store, true).await;
    integration::list_uses_directories_correctly(&store).await;
    integration::list_with_delimiter(&store).await;
    integration::list_with_offset_exclusivity(&store).await;
    integration::get_nonexistent_object(&store, None).await.expect_err("nothing is there");
    integration::rename_and_copy(&store).await;
    integration::copy_if_not_exists(&store).await;
    integration::copy_rename_nonexistent_object(&store).await;
    integration::multipart_out_of_order(&store).await;
    integration::multipart_race_condition(&store, true).await;
    // The suite's other tests leave objects behind, which this one does not expect.
    clear(&store).await;
    integration::stream_get(&store).await;
}

/// By itself, because SeaweedFS goes on to list directories that the other tests have emptied.
async fn check_pages<S: Store>(cloud: Cloud<S>) {
    let store = CloudStore::new(cloud);
    integration::list_paginated(&store, &store).await;
}

async fn clear<S: Store>(store: &CloudStore<S>) {
    use futures_util::TryStreamExt;
    use object_store::ObjectStore;
    let all = store.list(None).map_ok(|meta| meta.location);
    store.delete_stream(Box::pin(all)).try_collect::<Vec<_>>().await.expect("all are deleted");
}

#[tokio::test]
async fn their_suite_passes_on_memory() {
    check(Cloud::new("lake", Memory::new())).await;
    check_pages(Cloud::new("lake", Memory::new())).await;
}

#[tokio::test]
async fn their_suite_passes_on_a_volume() {
    let folder = tempfile::tempdir().expect("a folder");
    let volume = Volume::builder(folder.path()).fsync(false).open().await.expect("opens");
    let cloud = Cloud::new("lake", volume);
    check(cloud.clone()).await;
    check_pages(cloud).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn their_suite_passes_on_s3() {
    let servers = [SeaweedFs::start().await, SeaweedFs::start().await];
    let [all, pages] = servers.each_ref().map(|server| Cloud::new("lake", server.adapter().build().expect("valid")));
    check(all).await;
    check_pages(pages).await;
}
