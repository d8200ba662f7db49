//! Only content of an allowed size and type.
//!
//! ```
//! use buckets::adapter::Memory;
//! use buckets::{Cloud, ErrorKind, Upload};
//! use buckets_tower::ValidateLayer;
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let rules = ValidateLayer::new().max_size(1024 * 1024).types(["image/*", "application/pdf"]);
//! let cloud = Cloud::builder("uploads", Memory::new()).layer(rules).build();
//!
//! cloud.insert(Upload::from_bytes("photo.png", &b"\x89PNG\r\n\x1a\n..."[..])).await?;
//! let page = Upload::from_bytes("photo.png", "<html><script>alert(1)</script>");
//! assert_eq!(cloud.insert(page).await.unwrap_err().kind(), ErrorKind::InvalidInput);
//! # Ok::<(), buckets::Error>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # When content is judged
//!
//! Before the store is asked, where that can be: the declared type, a known size, and content in
//! memory. Of content that streams, the first 8 KiB are held back until their type is known, and
//! the first byte too many fails the body: the store then stores nothing.
//!
//! The type is what the first bytes show, whatever the file is called. Types that no first bytes
//! show, such as plain text, pass only with [`unrecognised`](ValidateLayer::unrecognised). A
//! declared type must be allowed as well, because it is what a browser will be told.
//!
//! A signed link for an upload is bound to the size, and must be to an allowed type: the content
//! itself goes past this layer.
//!
//! A refusal is [`TooLarge`](buckets::ErrorKind::TooLarge) or
//! [`InvalidInput`](buckets::ErrorKind::InvalidInput). Content that can be sent again still can be.
//! Copies and operations that are not built in are not looked at.
//!
//! Readiness, drops and panics pass through. Content in memory costs nothing; what streams costs
//! its box, and up to 8 KiB while its type is not known.

mod body;
mod layer;
mod rules;
mod service;

pub use layer::ValidateLayer;
pub use service::Validate;
