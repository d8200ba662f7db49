//! The page in a real browser.

use buckets_tests::components::browser::Browser;
use buckets_tests::components::process::{PATIENCE, until};
use serde_json::json;
use thirtyfour::prelude::*;

use crate::support::{MAX_UPLOAD, Service, content};

const FIVE_MIB: usize = 5 << 20;

#[tokio::test]
async fn a_file_is_uploaded_with_progress_downloaded_and_deleted() {
    upload_download_and_delete(&Service::start().await).await;
}

/// What people do on the page.
pub(crate) async fn upload_download_and_delete(service: &Service) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("holiday photo.bin");
    let bytes = content(FIVE_MIB);
    std::fs::write(&file, &bytes).expect("a file");
    let browser = Browser::start().await;
    let window = browser.window();

    window.goto(service.url("/")).await.expect("the page");
    wait_for(window, "#empty:not([hidden])").await;
    // On a line slow enough for there to be some progress to see.
    slow_down(window).await;
    window.execute(WATCH_PROGRESS, vec![]).await.expect("the script");
    choose(window, &file).await;
    wait_for(window, ".upload.done").await;
    let seen: Vec<f64> =
        window.execute("return window.seen", vec![]).await.expect("a list").convert().expect("numbers");
    assert!(seen.iter().any(|share| *share > 0.0 && *share < 1.0), "no progress was shown: {seen:?}");
    assert!(seen.is_sorted() && seen.last() == Some(&1.0), "{seen:?}");

    assert_eq!(text(window, ".file .name").await, "holiday photo.bin");
    assert_eq!(text(window, ".file .size").await, "5 MiB");
    wait_for(window, ".file .download").await.click().await.expect("a click");
    let downloaded = browser.downloaded("holiday photo.bin").await;
    assert!(std::fs::read(downloaded).expect("the download") == bytes, "the download differs from the upload");

    wait_for(window, ".file .delete").await.click().await.expect("a click");
    assert_eq!(text(window, "#question").await, "Delete “holiday photo.bin”?");
    wait_for(window, "#confirm [value=keep]").await.click().await.expect("a click");
    assert_eq!(service.listed().await.len(), 1, "it was to be kept");
    wait_for(window, ".file .delete").await.click().await.expect("a click");
    wait_for(window, "#confirm [value=delete]").await.click().await.expect("a click");
    wait_for(window, "#empty:not([hidden])").await;
    assert_eq!(service.listed().await.len(), 0);
    assert_eq!(complaints(window).await, [] as [String; 0]);
}

#[tokio::test]
async fn what_goes_wrong_is_shown_with_the_file() {
    let service = Service::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (large, small) = (folder.path().join("large.bin"), folder.path().join("small.txt"));
    std::fs::write(&large, content(MAX_UPLOAD + 1)).expect("a file");
    std::fs::write(&small, "hello").expect("a file");
    let browser = Browser::start().await;
    let window = browser.window();
    window.goto(service.url("/")).await.expect("the page");
    wait_for(window, "#empty:not([hidden])").await;

    // The page knows the limit, and does not even send it.
    choose(window, &large).await;
    assert_eq!(text(window, ".upload.failed .trouble").await, "This file is too large. The most is 6 MiB.");
    wait_for(window, ".upload.failed .cancel").await.click().await.expect("a click");

    // A page that takes the file for a small one does, and shows what the service says.
    let shrink = "Object.defineProperty(File.prototype, 'size', { value: 1 })";
    window.execute(shrink, vec![]).await.expect("the script");
    choose(window, &large).await;
    let said = text(window, ".upload.failed .trouble").await;
    assert_eq!(said, format!("The upload is larger than the limit of {MAX_UPLOAD} bytes."));

    // Others go on beside it.
    choose(window, &small).await;
    wait_for(window, ".upload.done").await;
    assert_eq!(text(window, ".file .name").await, "small.txt");
    assert_eq!(service.kept().len(), 1);
}

/// Collects the share that the progress bar shows.
const WATCH_PROGRESS: &str = r#"
    window.seen = [];
    new MutationObserver(() => {
        const bar = document.querySelector(".upload progress");
        if (!bar) return;
        const share = bar.value / bar.max;
        if (window.seen.at(-1) !== share) window.seen.push(share);
    }).observe(document.getElementById("uploads"), { subtree: true, childList: true, characterData: true, attributes: true });
"#;

/// Has the browser send no more than 5 MiB a second.
async fn slow_down(window: &WebDriver) {
    let conditions = json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": FIVE_MIB });
    window.cdp().send_raw("Network.enable", json!({})).await.expect("DevTools");
    window.cdp().send_raw("Network.emulateNetworkConditions", conditions).await.expect("DevTools");
}

async fn choose(window: &WebDriver, file: &std::path::Path) {
    let input = window.find(By::Id("choose")).await.expect("the input");
    input.send_keys(file.to_string_lossy()).await.expect("the choice of a file");
}

/// The first element that is shown and fits the selector, once there is one.
async fn wait_for(window: &WebDriver, selector: &str) -> WebElement {
    until(&format!("`{selector}` on the page"), PATIENCE, async || {
        let found = window.find(By::Css(selector)).await.map_err(|error| error.to_string())?;
        if found.is_displayed().await.map_err(|error| error.to_string())? {
            Ok(found)
        } else {
            Err("it is hidden".into())
        }
    })
    .await
}

async fn text(window: &WebDriver, selector: &str) -> String {
    wait_for(window, selector).await.text().await.expect("text")
}

/// What the page has complained of.
async fn complaints(window: &WebDriver) -> Vec<String> {
    let mut complaints = Vec::new();
    for element in window.find_all(By::Css(".trouble:not([hidden])")).await.expect("a search") {
        complaints.push(element.text().await.expect("text"));
    }
    complaints
}
