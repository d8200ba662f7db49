use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use buckets::adapter::{Adapter, Capabilities, Memory};
use buckets::body::{GetBody, PutBody};
use buckets::operation::{
    Copy, Cursor, CustomOp, CustomReply, Delete, Deleted, Fetched, Get, Head, List, OperationKind, Page, Put, Sign,
    SignedMethod, Stored,
};
use buckets::{Attributes, ByteRange, Checksum, Condition, ETag, Error, ErrorKind, Key, ObjectMeta, Result, SignedUrl};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::StreamBody;

use crate::fault::Fault;

/// A memory adapter that also signs, with one fault or none.
pub(crate) struct Faulty {
    fault: Option<Fault>,
    memory: Arc<Memory>,
    answers: AtomicU64,
    /// What each fault remembers: aliases of copies, the first answer of `head`, old attributes.
    aliases: Mutex<BTreeMap<Key, Key>>,
    heads: Mutex<BTreeMap<Key, ObjectMeta>>,
    attributes: Mutex<BTreeMap<Key, Attributes>>,
}

impl Faulty {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        Self {
            fault,
            memory: Arc::default(),
            answers: AtomicU64::default(),
            aliases: Mutex::default(),
            heads: Mutex::default(),
            attributes: Mutex::default(),
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// The key under which the object is really kept.
    fn key(&self, key: &Key) -> Result<Key> {
        let text = key.as_str();
        // The suite's own directory is left alone, so that behaviours stay apart.
        let start = text.match_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
        let (directory, name) = text.split_at(start);
        let segments = |change: fn(&str) -> &str| name.split('/').map(change).collect::<Vec<_>>().join("/");
        let name = match self.fault {
            Some(Fault::IgnoresCase) => name.to_lowercase(),
            Some(Fault::DecodesKeys) => name.replace("%20", " ").replace('+', " ").replace("%25", "%"),
            Some(Fault::NormalisesKeys) => name.replace("e\u{301}", "\u{e9}").replace('\u{212b}', "\u{c5}"),
            Some(Fault::AsciiKeys) => name.replace(|letter: char| !letter.is_ascii(), "_"),
            Some(Fault::TrimsKeys) => segments(|segment| segment.trim_end_matches([' ', '.'])),
            Some(Fault::TrimsKeysInFront) => segments(|segment| segment.trim_start_matches(['.', '-'])),
            Some(Fault::CutsKeys) => name.split(['?', '#', '"', '&']).next().unwrap_or(name).to_owned(),
            Some(Fault::ShortSegments) => segments(|segment| &segment[..segment.floor_char_boundary(100)]),
            Some(Fault::ShortKeys) => name[..name.floor_char_boundary(512)].trim_end_matches('/').to_owned(),
            Some(Fault::ReservesNames) if ["CON", "a.meta"].contains(&name) => {
                return Err(Error::invalid("this name is reserved"));
            }
            _ => return Ok(key.clone()),
        };
        Key::new(format!("{directory}{name}"))
    }

    /// The same, through the aliases that copies have left.
    fn resolve(&self, key: &Key) -> Result<Key> {
        let kept = self.key(key)?;
        Ok(self.aliases.lock().expect("nobody panics with it").get(&kept).cloned().unwrap_or(kept))
    }

    /// What is told of an object.
    fn told(&self, mut meta: ObjectMeta, asked: &Key) -> ObjectMeta {
        meta.key = asked.clone();
        match self.fault {
            Some(Fault::StaleTag) => meta.etag = Some(ETag::new("0").expect("valid")),
            Some(Fault::RestlessTag) => {
                let answer = self.answers.fetch_add(1, Ordering::Relaxed);
                meta.etag = Some(ETag::new(format!("restless-{answer}")).expect("valid"));
            }
            Some(Fault::TellsTheEpoch) => meta.last_modified = Some(SystemTime::UNIX_EPOCH),
            Some(Fault::TellsWrongChecksums) => meta.checksum = Some(Checksum::of(b"something else")),
            _ => {}
        }
        meta
    }

    fn missing(&self, error: Error) -> Error {
        match (self.fault, error.kind()) {
            (Some(Fault::MissingIsIo), ErrorKind::NotFound) => Error::new(ErrorKind::Io, "the disk failed"),
            (Some(Fault::BlursOperations), _) => error.with_operation("storage"),
            (Some(Fault::BlursConditions), ErrorKind::AlreadyExists) => {
                Error::new(ErrorKind::PreconditionFailed, "a condition does not hold")
            }
            _ => error,
        }
    }

    async fn content(&self, put: &mut Put) -> Result<Bytes> {
        let mut body = std::mem::take(&mut put.body);
        match self.fault {
            Some(Fault::DoesNotCount) => {
                if let Some(bytes) = body.as_bytes() {
                    return Ok(bytes.clone());
                }
            }
            Some(Fault::TakesBytesOnly) if body.as_bytes().is_none() => {
                return Err(Error::unsupported("anything but bytes"));
            }
            _ => {}
        }
        let mut on_drop = OnDrop { content: Vec::new(), key: put.key.clone(), memory: None };
        if self.has(Fault::CommitsOnDrop) {
            on_drop.memory = Some(Arc::clone(&self.memory));
        }
        let mut chunks = 0;
        while let Some(chunk) = body.next().await {
            match chunk {
                Ok(chunk) => on_drop.content.extend_from_slice(&chunk),
                Err(_) if self.has(Fault::SwallowsSourceErrors) => break,
                Err(error) => {
                    on_drop.memory = None;
                    return Err(self.source_error(&put.key, error).await?);
                }
            }
            chunks += 1;
            if self.has(Fault::TakesTwoChunks) && chunks == 2 {
                break;
            }
            if self.has(Fault::WritesInPlace) {
                self.memory.put(Put::new(put.key.clone(), on_drop.content.clone())).await?;
            }
        }
        on_drop.memory = None;
        Ok(std::mem::take(&mut on_drop.content).into())
    }

    async fn source_error(&self, key: &Key, error: Error) -> Result<Error> {
        match self.fault {
            Some(Fault::BlursSourceErrors) => return Ok(Error::new(ErrorKind::Other, "the put failed")),
            Some(Fault::LeavesStagingBehind) => self.leave_staging(key).await?,
            _ => {}
        }
        Ok(error)
    }

    async fn leave_staging(&self, key: &Key) -> Result<()> {
        self.memory.put(Put::new(Key::new(format!("{}.staging", key.as_str()))?, "part")).await.map(drop)
    }

    /// Applies what is wrong with stored contents.
    async fn alter(&self, key: &Key, content: Bytes) -> Result<Bytes> {
        Ok(match self.fault {
            Some(Fault::Truncates) => content.slice(..content.len().saturating_sub(1)),
            Some(Fault::ChangesText) => {
                content.iter().filter(|&&byte| byte != b'\r').copied().collect::<Vec<_>>().into()
            }
            Some(Fault::OverwritesInPlace) => match self.memory.get(Get::new(key.clone())).await {
                Ok(old) => {
                    let old = old.body.collect(u64::MAX).await?;
                    let rest = old.get(content.len()..).unwrap_or_default();
                    [&content, rest].concat().into()
                }
                Err(_) => content,
            },
            Some(Fault::PanicsOnEmpty) if content.is_empty() => panic!("no first byte"),
            Some(Fault::HangsOnLarge) if content.len() > 200_000 => std::future::pending().await,
            _ => content,
        })
    }

    /// Checks the condition by itself, and gives others time to do the same.
    async fn judge_early(&self, key: &Key, condition: &mut Condition) -> Result<()> {
        let current = self.memory.head(Head::new(key.clone())).await.ok();
        condition.check(current.as_ref().and_then(|meta| meta.etag.as_ref()))?;
        *condition = Condition::none();
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// Stores what came when it is dropped.
struct OnDrop {
    content: Vec<u8>,
    key: Key,
    memory: Option<Arc<Memory>>,
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(memory) = self.memory.take() {
            let put = Put::new(self.key.clone(), std::mem::take(&mut self.content));
            let done = memory.answer_now(buckets::operation::Op::Put(put));
            assert!(matches!(done, Ok(Ok(_))), "memory stores at once");
        }
    }
}

impl Adapter for Faulty {
    fn name(&self) -> &str {
        "faulty"
    }

    fn capabilities(&self) -> Capabilities {
        match self.fault {
            Some(Fault::ClaimsTooLittle) => Capabilities::all().without(OperationKind::Copy),
            Some(Fault::DropsUndeclaredConditions) => Capabilities::all().with_conditional_put(false),
            _ => Capabilities::all(),
        }
    }

    async fn put(&self, mut op: Put) -> Result<Stored> {
        let asked = op.key.clone();
        op.key = self.resolve(&asked)?;
        let content = self.content(&mut op).await?;
        let content = self.alter(&op.key, content).await?;
        match self.fault {
            Some(Fault::IgnoresChecksums | Fault::Truncates | Fault::ChangesText | Fault::OverwritesInPlace) => {
                op.checksum = None;
            }
            Some(Fault::RefusesChecksums) if op.checksum.is_some() => {
                return Err(Error::new(ErrorKind::ChecksumMismatch, "no checksum is good enough"));
            }
            Some(Fault::LeavesStagingBehind) if op.checksum.is_some_and(|sum| sum != Checksum::of(&content)) => {
                self.leave_staging(&op.key).await?;
            }
            Some(Fault::LosesAttributes) => op.attributes = Attributes::new(),
            Some(Fault::IgnoresPutConditions | Fault::DropsUndeclaredConditions) => op.condition = Condition::none(),
            Some(Fault::RacyConditions) => self.judge_early(&op.key, &mut op.condition).await?,
            Some(Fault::KeepsOldAttributes) => {
                let mut kept = self.attributes.lock().expect("nobody panics with it");
                let old = kept
                    .entry(op.key.clone())
                    .or_insert_with(|| Attributes::new().with_metadata("default", "1").expect("valid"));
                for (name, value) in op.attributes.metadata() {
                    *old = old.clone().with_metadata(name, value)?;
                }
                op.attributes = old.clone();
            }
            Some(Fault::DirectoryReplacesObject) => {
                let mut directory = op.key.as_str();
                while let Some((parent, _)) = directory.rsplit_once('/') {
                    self.memory.delete(Delete::new(Key::new(parent)?)).await?;
                    directory = parent;
                }
            }
            _ => {}
        }
        op.body = PutBody::from(content);
        let stored = self.memory.put(op).await.map_err(|error| self.missing(error))?;
        if self.has(Fault::DirectoryReplacesObject) {
            let parent = asked.as_str().rsplit_once('/').map_or("", |(parent, _)| parent);
            if parent.matches('/').count() > 1 {
                self.memory.put(Put::new(Key::new(parent)?, "")).await?;
            }
        }
        Ok(Stored::new(self.told(stored.meta, &asked)))
    }

    async fn get(&self, mut op: Get) -> Result<Fetched> {
        let asked = op.key.clone();
        op.key = self.resolve(&asked)?;
        match self.fault {
            Some(Fault::IgnoresGetConditions) => op.condition = Condition::none(),
            Some(Fault::FailsGetConditions) if !op.condition.is_none() => {
                return Err(Error::new(ErrorKind::PreconditionFailed, "no condition holds"));
            }
            Some(Fault::RangeOffByOne) => {
                if let Some(ByteRange::FromTo(first, last)) = op.range {
                    op.range = Some(ByteRange::from_to(first, last.saturating_sub(1).max(first + 1)));
                }
            }
            Some(Fault::IgnoresRanges) => op.range = None,
            Some(Fault::StrictRanges) => {
                let size = self.memory.head(Head::new(op.key.clone())).await?.size;
                let beyond = match op.range {
                    Some(ByteRange::FromTo(_, last)) => last >= size,
                    Some(ByteRange::Suffix(len)) => len > size,
                    _ => false,
                };
                if beyond {
                    return Err(Error::invalid("the range goes beyond the end"));
                }
            }
            _ => {}
        }
        let key = op.key.clone();
        let fetched = match self.memory.get(op).await {
            Err(error) if error.kind() == ErrorKind::NotFound && self.has(Fault::MissingIsEmpty) => {
                return Ok(Fetched::new(ObjectMeta::new(asked, 0), 0..0, GetBody::from_bytes(Bytes::new())));
            }
            Err(error) if error.kind() == ErrorKind::InvalidInput && self.has(Fault::EmptyRanges) => {
                let meta = self.memory.head(Head::new(key)).await?;
                return Ok(Fetched::new(self.told(meta, &asked), 0..0, GetBody::from_bytes(Bytes::new())));
            }
            other => other.map_err(|error| self.missing(error))?,
        };
        let mut meta = self.told(fetched.meta, &asked);
        let range = fetched.range;
        let body = match self.fault {
            Some(Fault::ReadsWhatIsThereNow | Fault::EndsEarly) => self.read_now(key, range.clone()),
            _ => fetched.body,
        };
        if self.has(Fault::RangeTellsPart) {
            meta.size = range.end - range.start;
        }
        Ok(if self.has(Fault::EndsEarly) { unchecked(meta, range, body) } else { Fetched::new(meta, range, body) })
    }

    async fn head(&self, op: Head) -> Result<ObjectMeta> {
        let asked = op.key;
        let key = self.resolve(&asked)?;
        match self.memory.head(Head::new(key)).await {
            Err(error) if error.kind() == ErrorKind::NotFound && self.has(Fault::MissingIsEmpty) => {
                Ok(ObjectMeta::new(asked, 0))
            }
            Ok(meta) if self.has(Fault::CachesHead) => {
                Ok(self.heads.lock().expect("nobody panics with it").entry(asked).or_insert(meta).clone())
            }
            other => other.map(|meta| self.told(meta, &asked)).map_err(|error| self.missing(error)),
        }
    }

    async fn delete(&self, op: Delete) -> Result<Deleted> {
        let key = self.resolve(&op.key)?;
        match self.fault {
            Some(Fault::KeepsDeleted) => return Ok(Deleted::new(Some(true))),
            Some(Fault::DeleteNeedsObject) => {
                self.memory.head(Head::new(key.clone())).await?;
            }
            Some(Fault::DeleteTellsNothing) => {
                self.memory.delete(Delete::new(key)).await?;
                return Ok(Deleted::new(Some(false)));
            }
            Some(Fault::DeletesByPrefix) => {
                for meta in self.memory.list(List::new(key.as_str().parse()?)).await?.objects {
                    self.memory.delete(Delete::new(meta.key)).await?;
                }
            }
            _ => {}
        }
        self.memory.delete(Delete::new(key)).await
    }

    async fn copy(&self, mut op: Copy) -> Result<Stored> {
        let asked = op.destination.clone();
        op.source = self.resolve(&op.source)?;
        op.destination = self.key(&asked)?;
        match self.fault {
            Some(Fault::MissingIsEmpty) if self.memory.head(Head::new(op.source.clone())).await.is_err() => {
                return self.memory.put(Put::new(op.destination, "")).await;
            }
            Some(Fault::CopyJudgesSource) => {
                let source = self.memory.head(Head::new(op.source.clone())).await?;
                op.condition.check(source.etag.as_ref())?;
                op.condition = Condition::none();
            }
            Some(Fault::RacyConditions) => self.judge_early(&op.destination, &mut op.condition).await?,
            Some(Fault::CopyNeedsDirectory) if asked.as_str().matches('/').count() > 2 => {
                return Err(Error::new(ErrorKind::Io, "no such directory"));
            }
            _ => {}
        }
        let (source, destination) = (op.source.clone(), op.destination.clone());
        let mut stored = self.memory.copy(op).await.map_err(|error| self.missing(error))?;
        match self.fault {
            Some(Fault::CopyAliases) => {
                self.aliases.lock().expect("nobody panics with it").insert(destination, source);
            }
            Some(Fault::CopyMoves) => {
                self.memory.delete(Delete::new(source)).await?;
            }
            Some(Fault::CopyLosesAttributes) => {
                let content = self.memory.get(Get::new(destination.clone())).await?.body.collect(u64::MAX).await?;
                stored = self.memory.put(Put::new(destination, content)).await?;
            }
            Some(Fault::CopyAnswersSource) => return Ok(Stored::new(self.memory.head(Head::new(source)).await?)),
            _ => {}
        }
        Ok(Stored::new(self.told(stored.meta, &asked)))
    }

    async fn list(&self, op: List) -> Result<Page> {
        faulty_list(self, op).await
    }

    async fn sign(&self, op: Sign) -> Result<SignedUrl> {
        if !self.has(Fault::SignsUnbound) {
            op.constraints.check(op.method)?;
        }
        let expires_at = SystemTime::UNIX_EPOCH + op.expires_in;
        let escaped: String = op.key.as_str().bytes().map(|byte| format!("%{byte:02x}")).collect();
        match self.fault {
            Some(Fault::ClaimsTooMuch) => return Err(Error::unsupported("links")),
            Some(Fault::SignsNoSize) if op.constraints.max_size.is_some() => {
                return Err(Error::unsupported("a largest size of an upload"));
            }
            Some(Fault::SignsAlike) => {
                return Ok(SignedUrl::new("https://a.test/link".into(), SignedMethod::Put, SystemTime::UNIX_EPOCH));
            }
            Some(Fault::SignsRaw) => {
                return Ok(SignedUrl::new(format!("https://{}", op.key.filename()), op.method, expires_at));
            }
            Some(Fault::SignsShort) if op.expires_in.as_secs() > 3600 => {
                return Err(Error::invalid("a link lives for an hour at the most"));
            }
            _ => {}
        }
        let url = format!("https://a.test/{escaped}?method={}&signature=none", op.method.as_str());
        Ok(SignedUrl::new(url, op.method, expires_at))
    }

    async fn custom(&self, op: CustomOp) -> Result<CustomReply> {
        if self.has(Fault::AnswersUnknown) {
            return Err(Error::invalid("what is this?"));
        }
        Err(Error::unsupported(op.name()))
    }
}

impl Faulty {
    /// A body that looks the object up again for each chunk.
    fn read_now(&self, key: Key, range: std::ops::Range<u64>) -> GetBody {
        const CHUNK: u64 = 10_000;
        let memory = Arc::clone(&self.memory);
        let ends_early = self.has(Fault::EndsEarly);
        let chunks = stream::unfold(range.start, move |start| {
            let (memory, key, end) = (Arc::clone(&memory), key.clone(), range.end.min(start + CHUNK));
            async move {
                tokio::task::yield_now().await;
                if start >= range.end {
                    return None;
                }
                let get = Get::new(key).with_range(ByteRange::from_to(start, end - 1));
                let chunk = match memory.get(get).await {
                    Ok(fetched) => fetched.body.collect(CHUNK).await,
                    Err(_) if ends_early => return None,
                    Err(error) => Err(error),
                };
                Some((chunk.map(http_body::Frame::data), end))
            }
        });
        GetBody::from_body(StreamBody::new(Box::pin(chunks)))
    }
}

/// The answer of an adapter that takes what came for the whole.
fn unchecked(meta: ObjectMeta, range: std::ops::Range<u64>, body: GetBody) -> Fetched {
    let mut fetched = Fetched::new(meta, range, GetBody::from_bytes(Bytes::new()));
    fetched.body = body;
    fetched
}

async fn faulty_list(this: &Faulty, mut op: List) -> Result<Page> {
    let memory = &this.memory;
    let prefix = op.prefix.as_str().to_owned();
    match this.fault {
        Some(Fault::DoesNotFold) => {
            op.fold = false;
            return memory.list(op).await;
        }
        Some(Fault::DoesNotCountFolds) if op.fold => {
            let mut page = memory.list(op.clone()).await?;
            let extra = op.limit + page.prefixes.len();
            page = memory.list(op.with_limit(extra.min(List::MAX_LIMIT))?).await?;
            return Ok(page);
        }
        Some(Fault::PrefixIsDirectory) => {
            let mut page = memory.list(op).await?;
            let below = |key: &str| prefix.ends_with('/') || key[prefix.len()..].starts_with('/');
            page.objects.retain(|meta| below(meta.key.as_str()));
            page.prefixes.retain(|folded| below(folded));
            return Ok(page);
        }
        Some(Fault::PrefixIsPattern) if prefix.ends_with(['*', '?', '[']) => {
            op.prefix = prefix.trim_end_matches(['*', '?', '[']).parse()?;
            return memory.list(op).await;
        }
        _ => {}
    }
    let (limit, cursor) = (op.limit, op.cursor.clone());
    let mut page = memory.list(op.clone()).await?;
    match this.fault {
        Some(Fault::ListsBackwards) => page.objects.reverse(),
        Some(Fault::ListsByUtf16) => {
            page.objects.sort_by_key(|meta| meta.key.as_str().encode_utf16().collect::<Vec<_>>());
        }
        Some(Fault::RepeatsAcrossPages) => {
            if let Some(last) = cursor.as_ref().and_then(|cursor| Key::new(cursor.as_str()).ok()) {
                page.objects.insert(0, ObjectMeta::new(last, 0));
            }
        }
        Some(Fault::SkipsAcrossPages) if cursor.is_some() && !page.objects.is_empty() => {
            page.objects.remove(0);
        }
        Some(Fault::AlwaysMore) => page.next = Some(page.next.unwrap_or(Cursor::new(format!("{prefix}\u{10ffff}"))?)),
        Some(Fault::ListsStaging) if page.objects.len() < limit => {
            let directory = prefix.rfind('/').map_or("", |end| &prefix[..end]);
            page.objects.push(ObjectMeta::new(Key::new(format!("{directory}/zz.staging"))?, 0));
        }
        Some(Fault::ListTellsWrongSize) => page.objects.iter_mut().for_each(|meta| meta.size += 1),
        _ => {}
    }
    for meta in &mut page.objects {
        let key = meta.key.clone();
        *meta = this.told(meta.clone(), &key);
    }
    Ok(page)
}
