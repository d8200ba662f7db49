//! Those who are compared. Each sends parts of 8 MiB, four at a time, of content that comes in pieces of 1 MiB.

mod object_store;
mod opendal;
mod ours;
mod sdk;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One who stores objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Client {
    /// Our adapter for S3 under all layers.
    Ours,
    /// The SDK that it stands on, by itself.
    Sdk,
    ObjectStore,
    Opendal,
    /// Our adapter for files under all layers.
    OurFiles,
    ObjectStoreFiles,
    OpendalFiles,
}

impl Client {
    /// Those of S3, ours first.
    pub(crate) const OF_S3: [Self; 4] = [Self::Ours, Self::Sdk, Self::ObjectStore, Self::Opendal];
    /// Those of files, ours first.
    pub(crate) const OF_FILES: [Self; 3] = [Self::OurFiles, Self::ObjectStoreFiles, Self::OpendalFiles];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "buckets, all layers",
            Self::Sdk => "aws-sdk-s3",
            Self::ObjectStore => "object_store",
            Self::Opendal => "OpenDAL",
            Self::OurFiles => "buckets, all layers, files",
            Self::ObjectStoreFiles => "object_store, files",
            Self::OpendalFiles => "OpenDAL, files",
        }
    }

    /// At the endpoint of a server, or in a folder.
    pub(crate) async fn open(self, place: &str) -> Box<dyn ObjectClient> {
        match self {
            Self::Ours => ours::s3(place),
            Self::OurFiles => ours::files(place).await,
            Self::Sdk => sdk::s3(place),
            Self::ObjectStore => object_store::s3(place),
            Self::ObjectStoreFiles => object_store::files(place),
            Self::Opendal => opendal::s3(place),
            Self::OpendalFiles => opendal::files(place),
        }
    }
}

/// What each of them is asked to do, with the objects `small` and `large`.
#[async_trait]
pub(crate) trait ObjectClient: Send + Sync {
    /// Stores the small object.
    async fn put(&self, content: Bytes);

    /// Reads an object as a stream, and says how long it is.
    async fn get(&self, name: &str) -> u64;

    /// Asks how long the small object is.
    async fn head(&self) -> u64;

    /// Stores a large object of [`pieces`].
    async fn upload(&self, len: u64);
}

const PART: usize = 8 * 1024 * 1024;
const PARTS_AT_ONCE: usize = 4;
const PIECE: u64 = 1024 * 1024;

/// Content of so many bytes. Each piece is memory of its own, as what comes of a network or a file is.
fn pieces(len: u64) -> impl Iterator<Item = Bytes> + Send + Sync {
    let piece = move |at: u64| Bytes::from(vec![at as u8; PIECE.min(len - at * PIECE) as usize]);
    (0..len.div_ceil(PIECE)).map(piece)
}
