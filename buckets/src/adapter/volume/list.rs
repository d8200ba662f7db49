use std::collections::BinaryHeap;
use std::io;
use std::ops::ControlFlow;

use cap_fs_ext::DirExt;
use cap_std::fs::Dir;

use super::blocking::Caller;
use super::root::{Root, is_no_directory};
use crate::error::Result;
use crate::key::Key;
use crate::operation::{Cursor, List, ObjectMeta, Page};

impl Root {
    pub(super) fn page(&self, op: &List, caller: &Caller) -> Result<Page> {
        let path = op.prefix.directory();
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let Some(directory) = self.directory(segments)? else { return Ok(Page::default()) };
        let after = op.cursor.as_ref().map(Cursor::as_str);
        let mut walk = Walk { op, after, caller, page: Page::default(), last: String::new() };
        let _ = walk.directory(&directory, path, &op.prefix.as_str()[path.len()..])?;
        Ok(walk.page)
    }
}

/// Fills a page by walking directories in the order of the keys in them.
///
/// A directory counts as its name with a `/` behind, as its keys have it: `a.txt`, `a/b`, `a0`.
/// Of each directory no more names are held at once than the page can still take; a directory with
/// more is read again for the next ones.
struct Walk<'a> {
    op: &'a List,
    after: Option<&'a str>,
    caller: &'a Caller,
    page: Page,
    /// The last entry of the page.
    last: String,
}

impl Walk<'_> {
    /// Adds what is in the directory `path`, which is empty or ends in `/`, and begins with `beginning`.
    fn directory(&mut self, directory: &Dir, path: &str, beginning: &str) -> Result<ControlFlow<()>> {
        let mut done = String::new();
        loop {
            self.caller.check()?;
            let most = self.op.limit.saturating_sub(self.len()) + 1;
            let names = self.first_names(directory, path, beginning, &done, most)?;
            let Some(last) = names.last().cloned() else { return Ok(ControlFlow::Continue(())) };
            let complete = names.len() < most;
            for name in names {
                if self.entry(directory, path, &name)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if complete {
                return Ok(ControlFlow::Continue(()));
            }
            done = last;
        }
    }

    /// The first names behind `done` that can have to do with the page, in order, directories with a `/`.
    fn first_names(
        &self,
        directory: &Dir,
        path: &str,
        beginning: &str,
        done: &str,
        most: usize,
    ) -> Result<Vec<String>> {
        let mut names = BinaryHeap::new();
        for name in names_in(directory, path)? {
            let name = name?;
            let wanted = name.starts_with(beginning)
                && (done.is_empty() || name.as_str() > done)
                && (names.len() < most || names.peek() > Some(&name))
                && !self.is_past(&format!("{path}{name}"));
            if wanted {
                names.push(name);
                if names.len() > most {
                    names.pop();
                }
            }
        }
        Ok(names.into_sorted_vec())
    }

    /// Whether the cursor is behind this key, or behind every key below this directory.
    fn is_past(&self, path: &str) -> bool {
        let Some(after) = self.after else { return false };
        let below_folded = after.ends_with('/') && path.starts_with(after);
        let partly_done = path.ends_with('/') && after.starts_with(path);
        below_folded || (path <= after && !partly_done)
    }

    fn entry(&mut self, directory: &Dir, path: &str, name: &str) -> Result<ControlFlow<()>> {
        let path = format!("{path}{name}");
        let Some(subdirectory) = name.strip_suffix('/') else { return self.object(directory, name, &path) };
        let subdirectory = match directory.open_dir_nofollow(subdirectory) {
            Ok(subdirectory) => subdirectory,
            // Gone, or another thing by now.
            Err(error) if is_no_directory(&error) => return Ok(ControlFlow::Continue(())),
            Err(error) => return Err(error.into()),
        };
        if !self.op.fold {
            return self.directory(&subdirectory, &path, "");
        }
        if !self.has_objects(&subdirectory, &path)? {
            return Ok(ControlFlow::Continue(()));
        }
        self.add(path, |page, path| page.prefixes.push(path))
    }

    fn object(&mut self, directory: &Dir, name: &str, path: &str) -> Result<ControlFlow<()>> {
        let metadata = match directory.symlink_metadata(name) {
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => return Ok(ControlFlow::Continue(())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ControlFlow::Continue(())),
            Err(error) => return Err(error.into()),
        };
        let mut meta = ObjectMeta::new(Key::new(path)?, metadata.len());
        meta.last_modified = Some(metadata.modified()?.into_std());
        self.add(path.to_owned(), |page, _| page.objects.push(meta))
    }

    fn add(&mut self, path: String, add: impl FnOnce(&mut Page, String)) -> Result<ControlFlow<()>> {
        if self.len() >= self.op.limit {
            self.page.next = Some(&self.last).filter(|last| !last.is_empty()).map(Cursor::new).transpose()?;
            return Ok(ControlFlow::Break(()));
        }
        self.last.clone_from(&path);
        add(&mut self.page, path);
        Ok(ControlFlow::Continue(()))
    }

    fn has_objects(&self, directory: &Dir, path: &str) -> Result<bool> {
        self.caller.check()?;
        for name in names_in(directory, path)? {
            let name = name?;
            let Some(subdirectory) = name.strip_suffix('/') else { return Ok(true) };
            match directory.open_dir_nofollow(subdirectory) {
                Ok(subdirectory) => {
                    if self.has_objects(&subdirectory, &format!("{path}{name}"))? {
                        return Ok(true);
                    }
                }
                Err(error) if is_no_directory(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(false)
    }

    fn len(&self) -> usize {
        self.page.objects.len() + self.page.prefixes.len()
    }
}

/// The files and directories, these with a `/`, that are keys or the beginning of some, unordered.
fn names_in(directory: &Dir, path: &str) -> Result<impl Iterator<Item = Result<String>>> {
    let entries = directory.entries()?;
    Ok(entries.filter_map(move |entry| named(directory, path, entry).transpose()))
}

fn named(directory: &Dir, path: &str, entry: io::Result<cap_std::fs::DirEntry>) -> Result<Option<String>> {
    let entry = entry?;
    let Ok(mut name) = entry.file_name().into_string() else { return Ok(None) };
    let mut kind = entry.file_type()?;
    if !(kind.is_file() || kind.is_dir() || kind.is_symlink()) {
        // Some file systems do not say with the name what it is.
        match directory.symlink_metadata(&name) {
            Ok(metadata) => kind = metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    if !(kind.is_file() || kind.is_dir()) || Key::new(format!("{path}{name}")).is_err() {
        return Ok(None);
    }
    if kind.is_dir() {
        name.push('/');
    }
    Ok(Some(name))
}
