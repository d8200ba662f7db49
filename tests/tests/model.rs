//! Random sequences of operations: the memory adapter does what a map does, and the volume what memory does.

use std::collections::BTreeMap;

use buckets::adapter::{Adapter, Memory, Volume};
use buckets::operation::{Copy, Delete, Get, Head, List, Put};
use buckets::{Attributes, ByteRange, Condition, ErrorKind, Key, ObjectMeta, Prefix};
use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// One operation on one of a few keys, so that they meet.
#[derive(Clone, Debug)]
enum Step {
    Put { key: usize, content: Vec<u8>, type_: usize, when: When },
    Get { key: usize, range: Option<ByteRange>, when: When },
    Head { key: usize },
    Delete { key: usize },
    Copy { source: usize, destination: usize, when: When },
    List { prefix: usize, fold: bool, limit: usize },
}

/// A condition, before its tag is known.
#[derive(Clone, Copy, Debug)]
enum When {
    Always,
    Absent,
    Exists,
    /// The tag that this key has now or had at some time.
    Match(usize),
    NoneMatch(usize),
}

/// What a step showed, in terms that do not depend on the store.
#[derive(Debug, PartialEq)]
enum Seen {
    Failed(ErrorKind),
    Stored(u64, Option<String>),
    Content(Bytes, std::ops::Range<u64>, u64, Option<String>),
    Described(u64, Option<String>),
    Deleted(bool),
    Pages(Vec<Entries>),
}

/// A page: objects with their sizes, folded prefixes.
type Entries = (Vec<(String, u64)>, Vec<String>);

/// No key is the directory of another: a file system cannot have both.
const KEYS: [&str; 8] = ["a", "a-b", "a.txt", "b/c", "b/d/e", "b0", "ä/文", "b/d.e"];
const PREFIXES: [&str; 7] = ["", "a", "b", "b/", "b/d", "ä/", "x"];
const TYPES: [Option<&str>; 3] = [None, Some("text/plain"), Some("image/png")];

fn when() -> impl Strategy<Value = When> {
    let key = 0..KEYS.len();
    prop_oneof![
        4 => Just(When::Always),
        1 => Just(When::Absent),
        1 => Just(When::Exists),
        2 => key.clone().prop_map(When::Match),
        1 => key.prop_map(When::NoneMatch),
    ]
}

fn range() -> impl Strategy<Value = Option<ByteRange>> {
    prop_oneof![
        2 => Just(None),
        1 => (0..40_u64).prop_map(|start| Some(ByteRange::from(start))),
        1 => (0..40_u64, 0..40_u64).prop_map(|(first, last)| Some(ByteRange::from_to(first, last))),
        1 => (0..40_u64).prop_map(|len| Some(ByteRange::suffix(len))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..KEYS.len();
    let content = prop::collection::vec(any::<u8>(), 0..32);
    prop_oneof![
        4 => (key(), content, 0..TYPES.len(), when())
            .prop_map(|(key, content, type_, when)| Step::Put { key, content, type_, when }),
        3 => (key(), range(), when()).prop_map(|(key, range, when)| Step::Get { key, range, when }),
        1 => key().prop_map(|key| Step::Head { key }),
        2 => key().prop_map(|key| Step::Delete { key }),
        2 => (key(), key(), when())
            .prop_map(|(source, destination, when)| Step::Copy { source, destination, when }),
        2 => (0..PREFIXES.len(), any::<bool>(), 1..10_usize)
            .prop_map(|(prefix, fold, limit)| Step::List { prefix, fold, limit }),
    ]
}

/// A store under test: does a step and says what it saw.
struct Subject<A> {
    adapter: A,
    /// The last tag each key was seen with; a deleted object's stays.
    tags: BTreeMap<usize, buckets::ETag>,
}

impl<A: Adapter> Subject<A> {
    fn new(adapter: A) -> Self {
        Self { adapter, tags: BTreeMap::new() }
    }

    async fn take(&mut self, step: Step) -> Seen {
        self.attempt(step).await.unwrap_or_else(|error| Seen::Failed(error.kind()))
    }

    async fn attempt(&mut self, step: Step) -> buckets::Result<Seen> {
        Ok(match step {
            Step::Put { key, content, type_, when } => {
                let attributes = match TYPES[type_] {
                    Some(value) => Attributes::new().with_content_type(value)?,
                    None => Attributes::new(),
                };
                let put = Put::new(name(key), content).with_attributes(attributes).with_condition(self.condition(when));
                let meta = self.adapter.put(put).await?.meta;
                self.remember(key, &meta);
                Seen::Stored(meta.size, content_type(&meta))
            }
            Step::Get { key, range, when } => {
                let mut get = Get::new(name(key)).with_condition(self.condition(when));
                get.range = range;
                let fetched = self.adapter.get(get).await?;
                let (size, content_type) = (fetched.meta.size, content_type(&fetched.meta));
                Seen::Content(fetched.body.collect(1000).await?, fetched.range, size, content_type)
            }
            Step::Head { key } => {
                let meta = self.adapter.head(Head::new(name(key))).await?;
                Seen::Described(meta.size, content_type(&meta))
            }
            Step::Delete { key } => {
                Seen::Deleted(self.adapter.delete(Delete::new(name(key))).await?.existed.expect("tells"))
            }
            Step::Copy { source, destination, when } => {
                let copy = Copy::new(name(source), name(destination)).with_condition(self.condition(when));
                let meta = self.adapter.copy(copy).await?.meta;
                self.remember(destination, &meta);
                Seen::Stored(meta.size, content_type(&meta))
            }
            Step::List { prefix, fold, limit } => {
                let mut list = List::new(Prefix::new(PREFIXES[prefix])?).with_limit(limit)?;
                list.fold = fold;
                Seen::Pages(self.pages(list).await?)
            }
        })
    }

    async fn pages(&self, mut list: List) -> buckets::Result<Vec<Entries>> {
        let mut pages = Vec::new();
        loop {
            let page = self.adapter.list(list.clone()).await?;
            let objects = page.objects.iter().map(|meta| (meta.key.as_str().to_owned(), meta.size)).collect();
            pages.push((objects, page.prefixes));
            assert!(pages.len() <= KEYS.len() + 1, "the pages do not end");
            match page.next {
                Some(next) => list.cursor = Some(next),
                None => return Ok(pages),
            }
        }
    }

    fn remember(&mut self, key: usize, meta: &ObjectMeta) {
        let tag = meta.etag.clone().expect("both stores have tags");
        self.tags.insert(key, tag);
    }

    fn condition(&self, when: When) -> Condition {
        let tag =
            |key| self.tags.get(&key).cloned().unwrap_or_else(|| buckets::ETag::new("never-seen").expect("valid"));
        match when {
            When::Always => Condition::none(),
            When::Absent => Condition::if_absent(),
            When::Exists => Condition::if_exists(),
            When::Match(key) => Condition::if_match(tag(key)),
            When::NoneMatch(key) => Condition::if_none_match(tag(key)),
        }
    }
}

fn name(key: usize) -> Key {
    Key::new(KEYS[key]).expect("valid")
}

fn content_type(meta: &ObjectMeta) -> Option<String> {
    meta.attributes.content_type().map(str::to_owned)
}

/// The model: a map. The version numbers stand for tags.
#[derive(Default)]
struct Model {
    objects: BTreeMap<&'static str, Object>,
    seen: BTreeMap<usize, u64>,
    versions: u64,
}

#[derive(Clone)]
struct Object {
    content: Vec<u8>,
    type_: usize,
    version: u64,
}

impl Model {
    fn take(&mut self, step: Step) -> Seen {
        self.attempt(step).unwrap_or_else(Seen::Failed)
    }

    fn attempt(&mut self, step: Step) -> Result<Seen, ErrorKind> {
        Ok(match step {
            Step::Put { key, content, type_, when } => self.store(key, content, type_, when)?,
            Step::Get { key, range, when } => {
                let object = self.objects.get(KEYS[key]).ok_or(ErrorKind::NotFound)?;
                self.judge(when, Some(object.version))?;
                let len = object.content.len() as u64;
                let (start, end) = match range {
                    None => (0, len),
                    Some(ByteRange::From(start)) => (start, len),
                    Some(ByteRange::FromTo(first, last)) => (first, len.min(last + 1)),
                    Some(ByteRange::Suffix(count)) => (len.saturating_sub(count), len),
                };
                if range.is_some() && start >= end {
                    return Err(ErrorKind::InvalidInput);
                }
                let content = object.content[start as usize..end as usize].to_vec();
                Seen::Content(content.into(), start..end, len, TYPES[object.type_].map(str::to_owned))
            }
            Step::Head { key } => {
                let object = self.objects.get(KEYS[key]).ok_or(ErrorKind::NotFound)?;
                Seen::Described(object.content.len() as u64, TYPES[object.type_].map(str::to_owned))
            }
            Step::Delete { key } => Seen::Deleted(self.objects.remove(KEYS[key]).is_some()),
            Step::Copy { source, destination, when } => {
                let object = self.objects.get(KEYS[source]).cloned().ok_or(ErrorKind::NotFound)?;
                self.store(destination, object.content, object.type_, when)?
            }
            Step::List { prefix, fold, limit } => Seen::Pages(self.pages(PREFIXES[prefix], fold, limit)),
        })
    }

    fn store(&mut self, key: usize, content: Vec<u8>, type_: usize, when: When) -> Result<Seen, ErrorKind> {
        self.judge(when, self.objects.get(KEYS[key]).map(|object| object.version))?;
        self.versions += 1;
        let seen = Seen::Stored(content.len() as u64, TYPES[type_].map(str::to_owned));
        self.objects.insert(KEYS[key], Object { content, type_, version: self.versions });
        self.seen.insert(key, self.versions);
        Ok(seen)
    }

    fn judge(&self, when: When, current: Option<u64>) -> Result<(), ErrorKind> {
        let is = |key: usize| current.is_some() && self.seen.get(&key).copied() == current;
        match when {
            When::Always => Ok(()),
            When::Absent if current.is_some() => Err(ErrorKind::AlreadyExists),
            When::Absent => Ok(()),
            When::Exists if current.is_none() => Err(ErrorKind::PreconditionFailed),
            When::Exists => Ok(()),
            When::Match(key) if !is(key) => Err(ErrorKind::PreconditionFailed),
            When::NoneMatch(key) if is(key) => Err(ErrorKind::PreconditionFailed),
            When::Match(_) | When::NoneMatch(_) => Ok(()),
        }
    }

    fn pages(&self, prefix: &str, fold: bool, limit: usize) -> Vec<Entries> {
        let mut entries = BTreeMap::new();
        for (key, object) in &self.objects {
            let Some(rest) = key.strip_prefix(prefix) else { continue };
            match rest.find('/').filter(|_| fold) {
                Some(end) => entries.insert(key[..prefix.len() + end + 1].to_owned(), None),
                None => entries.insert((*key).to_owned(), Some(object.content.len() as u64)),
            };
        }
        let entries: Vec<_> = entries.into_iter().collect();
        let mut pages: Vec<Entries> = entries
            .chunks(limit)
            .map(|page| {
                let objects = page.iter().filter_map(|(name, size)| Some((name.clone(), (*size)?))).collect();
                let folds = page.iter().filter(|(_, size)| size.is_none()).map(|(name, _)| name.clone()).collect();
                (objects, folds)
            })
            .collect();
        if pages.is_empty() {
            pages.push((Vec::new(), Vec::new()));
        }
        pages
    }
}

fn check(cases: u32, sequence: impl Fn(Vec<Step>)) {
    // Deterministic, and without a file of past failures: a found sequence becomes a test of its own.
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let steps = prop::collection::vec(step(), 1..60);
    if let Err(failure) = runner.run(&steps, |steps| {
        sequence(steps);
        Ok(())
    }) {
        panic!("{failure}");
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

#[test]
fn memory_does_what_a_map_does() {
    let runtime = runtime();
    check(512, |steps| {
        let mut memory = Subject::new(Memory::new());
        let mut model = Model::default();
        for step in steps {
            let seen = runtime.block_on(memory.take(step.clone()));
            assert_eq!(seen, model.take(step.clone()), "{step:?}");
        }
    });
}

#[test]
fn volume_does_what_memory_does() {
    let runtime = runtime();
    check(128, |steps| {
        let directory = tempfile::tempdir().expect("a directory for the volume");
        let volume = Volume::builder(directory.path()).fsync(false).open();
        let mut volume = Subject::new(runtime.block_on(volume).expect("opens"));
        let mut memory = Subject::new(Memory::new());
        for step in steps {
            let seen = runtime.block_on(volume.take(step.clone()));
            assert_eq!(seen, runtime.block_on(memory.take(step.clone())), "{step:?}");
        }
    });
}
