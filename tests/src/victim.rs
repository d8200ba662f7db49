//! A process that works on a volume until it is killed: what its test and itself agree on.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use buckets::adapter::volume::Step;
use buckets::adapter::{Adapter, Volume};
use buckets::operation::{Copy, Delete, Get, Put};
use buckets::{Attributes, Checksum, Condition, Error, ErrorKind, Key, Result};

use crate::payload;

/// What the victim does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Overwrites an object.
    Put,
    /// Makes an object in directories that are not there yet, on the condition that it is new.
    Create,
    /// Copies over an object.
    Copy,
    /// Copies into directories that are not there yet, on the condition that the copy is new.
    CopyNew,
    /// Removes the only object of its directories.
    Delete,
    /// Overwrites one object with ever newer versions.
    Forever,
    /// Adds one to a number, [`COUNT`] times.
    Count,
}

impl Deed {
    /// Those that come to an end.
    pub const SINGLE: [Self; 5] = [Self::Put, Self::Create, Self::Copy, Self::CopyNew, Self::Delete];

    /// The object that changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::Put | Self::Copy | Self::Delete | Self::Forever | Self::Count => "there/deep/object",
            Self::Create | Self::CopyNew => "new/deep/deeper/object",
        }
    }

    /// The deed of this name.
    ///
    /// # Panics
    /// If there is none.
    pub fn named(name: &str) -> Self {
        let all = Self::SINGLE.into_iter().chain([Self::Forever, Self::Count]);
        all.into_iter().find(|deed| format!("{deed:?}") == name).expect("the name of a deed")
    }
}

/// How often [`Deed::Count`] adds one.
pub const COUNT: u64 = 50;
/// The object that copies are made of, which is of the version [`NEW`].
pub const SOURCE: &str = "source";
/// The version of the object before the deed.
pub const OLD: u64 = 1;
/// Its version after the deed.
pub const NEW: u64 = 2;

/// A put of `version`, whose attributes say so too.
pub fn versioned(key: &str, version: u64, len: usize) -> Put {
    let attributes = Attributes::new().with_metadata("version", version.to_string()).expect("valid");
    Put::new(Key::new(key).expect("valid"), payload::of(version, len)).with_attributes(attributes)
}

/// The version of the object, after checking that content, checksum, size and attributes belong together.
///
/// # Errors
/// As `get`, but for a missing object.
///
/// # Panics
/// If they do not.
pub async fn version(volume: &impl Adapter, key: &str) -> Result<Option<u64>> {
    let fetched = match volume.get(Get::new(Key::new(key)?)).await {
        Ok(fetched) => fetched,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let meta = fetched.meta;
    let content = fetched.body.collect(u64::MAX).await?;
    let version = payload::version(&content);
    assert_eq!(meta.size, content.len() as u64);
    assert_eq!(meta.checksum, Some(Checksum::of(&content)));
    assert_eq!(meta.attributes.metadata().collect::<Vec<_>>(), [("version", &*version.to_string())]);
    Ok(Some(version))
}

/// Adds one to the object, which holds a number of 8 bytes, as often as it takes until no other
/// process was in between.
///
/// # Errors
/// As the operations.
pub async fn increment(volume: &Volume, key: &str) -> Result<()> {
    let key = Key::new(key)?;
    loop {
        let fetched = volume.get(Get::new(key.clone())).await?;
        let tag = fetched.meta.etag.ok_or_else(Error::not_found)?;
        let number: [u8; 8] = fetched.body.collect(8).await?[..].try_into().expect("8 bytes");
        let next = (u64::from_le_bytes(number) + 1).to_le_bytes().to_vec();
        match volume.put(Put::new(key.clone(), next).with_condition(Condition::if_match(tag))).await {
            Err(error) if error.kind() == ErrorKind::PreconditionFailed => {}
            put => return put.map(drop),
        }
    }
}

/// Opens the volume at `root`; with `sidecars`, records are not kept in extended attributes.
///
/// # Panics
/// If it cannot be opened.
pub async fn open(root: &str, sidecars: bool, hook: impl Fn(Step) -> io::Result<()> + Send + Sync + 'static) -> Volume {
    let builder = Volume::builder(root).on_step(hook);
    let builder = if sidecars { builder.without_xattrs() } else { builder };
    builder.open().await.expect("the volume opens")
}

/// Prints each step it is about to make, and waits to be killed before the one numbered `last`.
pub fn stop_before(last: usize) -> impl Fn(Step) -> io::Result<()> + Send + Sync + 'static {
    let count = AtomicUsize::new(0);
    move |step| {
        say(&format!("{step:?}"));
        if count.fetch_add(1, Ordering::Relaxed) == last {
            say("waiting");
            loop {
                std::thread::park();
            }
        }
        Ok(())
    }
}

/// Does the deed with content of `len` bytes.
///
/// # Errors
/// As the operation.
pub async fn commit(volume: &Volume, deed: Deed, len: usize) -> Result<()> {
    let key = Key::new(deed.key())?;
    match deed {
        Deed::Put => volume.put(versioned(deed.key(), NEW, len)).await.map(drop),
        Deed::Create => {
            volume.put(versioned(deed.key(), NEW, len).with_condition(Condition::if_absent())).await.map(drop)
        }
        Deed::Copy => volume.copy(Copy::new(Key::new(SOURCE)?, key)).await.map(drop),
        Deed::CopyNew => {
            let copy = Copy::new(Key::new(SOURCE)?, key).with_condition(Condition::if_absent());
            volume.copy(copy).await.map(drop)
        }
        Deed::Delete => volume.delete(Delete::new(key)).await.map(drop),
        Deed::Count => {
            for _ in 0..COUNT {
                increment(volume, deed.key()).await?;
            }
            Ok(())
        }
        Deed::Forever => {
            for version in NEW.. {
                volume.put(versioned(deed.key(), version, len + version as usize % 1000)).await?;
                say(&version.to_string());
            }
            Ok(())
        }
    }
}

/// Says a line to the test.
pub fn say(line: &str) {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("the test listens");
}
