//! How much is stored, found out by counting.
//!
//! ```
//! use buckets::{Cloud, Upload, adapter::Memory};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let cloud = Cloud::new("uploads", Memory::new());
//! cloud.insert(Upload::from_bytes("a.txt", "content")).await?;
//!
//! let stock = cloud.inventory().run().await?;
//! assert_eq!((stock.objects(), stock.bytes()), (1, 7));
//! println!("{stock}"); // a table by class of storage
//! # Ok::<(), buckets::Error>(()) }).unwrap();
//! ```

mod checkpoint;
mod scan;
mod stock;

pub use checkpoint::Checkpoint;
pub use scan::Inventory;
pub use stock::{Stock, StoredClass};
