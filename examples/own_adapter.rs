//! An adapter of one's own: files that are part of the program, to be read and listed.
//!
//! It has three operations and says so; whoever asks for another is told that it is not supported.
//! Run it with `cargo run --example own_adapter`.

use buckets::adapter::{Adapter, Capabilities};
use buckets::body::GetBody;
use buckets::operation::{Cursor, Fetched, Get, Head, List, ObjectMeta, OperationKind, Page};
use buckets::{Attributes, Cloud, Error, ErrorKind, Key, Prefix, Result, Upload};
use bytes::Bytes;

/// Files compiled into the program, by key, in the order of keys.
struct Embedded(&'static [(&'static str, &'static str)]);

const TEMPLATES: Embedded = Embedded(&[
    ("mail/goodbye.txt", "See you, {name}."),
    ("mail/welcome.txt", "Welcome, {name}!"),
    ("page/index.html", "<h1>{title}</h1>"),
]);

impl Embedded {
    fn find(&self, key: &Key) -> Result<(&'static str, ObjectMeta)> {
        let found = self.0.iter().find(|(name, _)| *name == key.as_str());
        let (_, content) = found.ok_or_else(Error::not_found)?;
        let mut meta = ObjectMeta::new(key.clone(), content.len() as u64);
        meta.attributes = Attributes::new().with_content_type("text/plain; charset=utf-8")?;
        Ok((content, meta))
    }
}

impl Adapter for Embedded {
    fn name(&self) -> &str {
        "embedded"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none().with(OperationKind::Get).with(OperationKind::Head).with(OperationKind::List)
    }

    async fn get(&self, op: Get) -> Result<Fetched> {
        let (content, meta) = self.find(&op.key)?;
        op.condition.check(meta.etag.as_ref())?;
        let range = op.range.map_or(Ok(0..meta.size), |range| range.resolve(meta.size))?;
        let part = &content.as_bytes()[range.start as usize..range.end as usize];
        Ok(Fetched::new(meta, range, GetBody::from_bytes(Bytes::from_static(part))))
    }

    async fn head(&self, op: Head) -> Result<ObjectMeta> {
        self.find(&op.key).map(|(_, meta)| meta)
    }

    async fn list(&self, op: List) -> Result<Page> {
        if op.fold {
            return Err(Error::unsupported("folded lists"));
        }
        let behind = |key: &str| op.cursor.as_ref().is_none_or(|cursor| key > cursor.as_str());
        let mut matching = self.0.iter().filter(|(key, _)| key.starts_with(op.prefix.as_str()) && behind(key));
        let page: Vec<_> = matching.by_ref().take(op.limit).collect();
        let next = match (matching.next(), page.last()) {
            (Some(_), Some((last, _))) => Some(Cursor::new(*last)?),
            _ => None,
        };
        let objects = page.into_iter().map(|(key, _)| Ok(self.find(&Key::new(key)?)?.1)).collect::<Result<_>>()?;
        Ok(Page::new(objects, Vec::new(), next))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let templates = Cloud::new("templates", TEMPLATES);

    let mails = templates.list(List::new(Prefix::new("mail/")?)).await?;
    for mail in &mails.objects {
        println!("{} has {} bytes", mail.key.as_str(), mail.size);
    }
    assert_eq!(mails.objects.len(), 2);
    assert_eq!(templates.read("mail/welcome.txt").await?, "Welcome, {name}!");
    assert!(!templates.exists("mail/missing.txt").await?);

    let refused = templates.insert(Upload::from_bytes("new.txt", "x")).await.expect_err("it is read-only");
    println!("insert: {refused}");
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    Ok(())
}
