//! The record of an object as an extended attribute of its file.

use std::fs::File;
use std::io;

use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};
use rustix::io::Errno;

use super::record::Record;

const NAME: &str = "user.buckets";

/// The attribute, if the file has one.
pub(super) fn read(file: &File) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; Record::MAX_LEN];
    match fgetxattr(file, NAME, &mut bytes[..]) {
        Ok(len) => {
            bytes.truncate(len);
            Ok(Some(bytes))
        }
        // Too long to be ours.
        Err(Errno::RANGE) => Ok(Some(Vec::new())),
        Err(Errno::NODATA | Errno::NOTSUP | Errno::NOSYS) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Sets the attribute; `false` where the file system has none, or has no room for one of this size.
pub(super) fn write(file: &File, bytes: &[u8]) -> io::Result<bool> {
    match fsetxattr(file, NAME, bytes, XattrFlags::empty()) {
        Ok(()) => Ok(true),
        Err(Errno::NOTSUP | Errno::NOSYS | Errno::TOOBIG | Errno::RANGE | Errno::NOSPC) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
