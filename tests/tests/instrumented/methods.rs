//! Methods: receivers, traits, `async_trait`, whole `impl` blocks.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use buckets::instrumented;
use tokio::task::yield_now;

use crate::listening::{listen, told};

struct Counter {
    count: u8,
    text: String,
}

impl Counter {
    fn new(count: u8) -> Self {
        Self { count, text: "text".into() }
    }

    #[instrumented("forms.methods.by_ref")]
    fn by_ref(&self) -> Option<&str> {
        (self.count > 0).then_some(self.text.as_str())
    }

    #[instrumented("forms.methods.by_mut")]
    fn by_mut(&mut self) -> &mut Self {
        self.count += 1;
        self
    }

    #[instrumented("forms.methods.option_of_mut")]
    fn option_of_mut(&mut self) -> Option<&mut u8> {
        Some(&mut self.count)
    }

    #[instrumented("forms.methods.by_value")]
    fn by_value(self) -> Result<String, u8> {
        if self.count == 0 { Err(self.count) } else { Ok(self.text) }
    }

    #[instrumented("forms.methods.mut_value")]
    fn mut_value(mut self) -> Self {
        self.count += 1;
        self
    }

    #[instrumented("forms.methods.boxed")]
    fn boxed(self: Box<Self>) -> Result<u8, ()> {
        Ok(self.count)
    }

    #[instrumented("forms.methods.shared")]
    async fn shared(self: Arc<Self>) -> Result<u8, ()> {
        yield_now().await;
        Ok(self.count)
    }

    #[instrumented("forms.methods.pinned")]
    fn pinned(self: Pin<&mut Self>) -> Result<u8, ()> {
        let this = self.get_mut();
        this.count += 1;
        Ok(this.count)
    }

    #[instrumented("forms.methods.taken")]
    async fn taken(mut self) -> Result<Self, ()> {
        self.count += 1;
        yield_now().await;
        Ok(self)
    }
}

trait Native {
    type Error;

    async fn required(&self, n: u8) -> Result<u8, Self::Error>;

    #[instrumented("forms.methods.provided")]
    async fn provided(&self, n: u8) -> Result<u8, Self::Error> {
        self.required(n + 1).await
    }

    #[instrumented("forms.methods.opaque")]
    fn opaque(&self) -> impl Future<Output = Result<u8, Self::Error>> {
        async move {
            let n = 1;
            self.required(n).await
        }
    }
}

impl Native for Counter {
    type Error = String;

    #[instrumented("forms.methods.required")]
    async fn required(&self, n: u8) -> Result<u8, Self::Error> {
        yield_now().await;
        if n > 9 { Err(self.text.clone()) } else { Ok(self.count + n) }
    }
}

#[async_trait]
trait Boxed: Sync {
    async fn inside(&self, n: u8) -> Result<u8, String>;
    async fn outside(&mut self, text: &str, n: u8) -> Result<usize, String>;

    #[instrumented("forms.methods.boxed_default")]
    async fn default(&self, n: u8) -> Result<u8, String> {
        self.inside(n).await
    }
}

#[async_trait]
impl Boxed for Counter {
    #[instrumented("forms.methods.inside", fields(n))]
    async fn inside(&self, n: u8) -> Result<u8, String> {
        yield_now().await;
        if n > 9 { Err(self.text.clone()) } else { Ok(self.count + n) }
    }

    #[instrumented("forms.methods.outside", fields(text), stop(|result| ok = result.is_ok()))]
    async fn outside(&mut self, text: &str, n: u8) -> Result<usize, String> {
        self.count += n;
        Ok(text.len())
    }
}

struct Store(u8);

#[instrumented("forms.blocks.store", fields(size = self.0))]
impl Store {
    const SIZE: u8 = { 3 };

    fn get(&self, n: u8) -> Result<u8, ()> {
        n.checked_sub(self.0).ok_or(())
    }

    #[instrumented("forms.blocks.own_name", fields(n))]
    async fn put(&self, n: u8) -> Result<u8, ()> {
        Ok(n + Self::SIZE)
    }

    #[instrumented(skip)]
    fn name(&self) -> &'static str {
        "store"
    }

    const fn constant(&self) -> u8 {
        self.0
    }
}

#[instrumented("forms.blocks.outer")]
#[async_trait]
impl Boxed for Store {
    async fn inside(&self, n: u8) -> Result<u8, String> {
        yield_now().await;
        Ok(n)
    }

    async fn outside(&mut self, text: &str, n: u8) -> Result<usize, String> {
        self.0 = n;
        Ok(text.len())
    }
}

struct Other;

#[async_trait]
#[instrumented("forms.blocks.inner")]
impl Boxed for Other {
    async fn inside(&self, n: u8) -> Result<u8, String> {
        yield_now().await;
        if n == 0 { Err("zero".into()) } else { Ok(n) }
    }

    async fn outside(&mut self, text: &str, _n: u8) -> Result<usize, String> {
        Ok(text.len())
    }
}

#[instrumented]
trait WithDefaults {
    fn required(&self) -> u8;
    fn provided(&self) -> Result<u8, ()> {
        Ok(self.required())
    }
}

impl WithDefaults for Other {
    fn required(&self) -> u8 {
        5
    }
}

#[tokio::test]
async fn every_receiver_works() {
    let capture = listen("forms.methods");
    assert_eq!(Counter::new(1).by_ref(), Some("text"));
    assert_eq!(Counter::new(1).by_mut().by_mut().count, 3);
    assert_eq!(Counter::new(1).option_of_mut(), Some(&mut 1));
    assert_eq!(Counter::new(1).by_value(), Ok("text".into()));
    assert_eq!(Counter::new(1).mut_value().count, 2);
    assert_eq!(Box::new(Counter::new(1)).boxed(), Ok(1));
    assert_eq!(Arc::new(Counter::new(1)).shared().await, Ok(1));
    assert_eq!(Pin::new(&mut Counter::new(1)).pinned(), Ok(2));
    assert_eq!(Counter::new(1).taken().await.map(|counter| counter.count), Ok(2));
    assert_eq!(Counter::new(1).provided(1).await, Ok(3));
    assert_eq!(Counter::new(1).opaque().await, Ok(2));
    capture.assert_conserved();
    assert!(capture.named("forms.methods.*.exception").is_empty());
    assert_eq!(capture.named("forms.methods.required.stop").len(), 2);
}

#[tokio::test]
async fn async_trait_methods_are_observed_when_they_are_polled() {
    let capture = listen("forms.methods");
    let mut counter = Counter::new(1);
    drop(counter.inside(1));
    assert!(capture.names().is_empty(), "never polled");
    assert_eq!(counter.default(1).await, Ok(2));
    assert_eq!(
        told(&capture),
        ["boxed_default.start", "inside.start", "inside.stop", "boxed_default.stop",].map(str::to_owned)
    );
    assert!(counter.inside(10).await.is_err());
    assert_eq!(capture.one("forms.methods.inside.exception").field("n"), Some("10"));
    assert_eq!(counter.outside("four", 1).await, Ok(4));
    let end = capture.one("forms.methods.outside.stop");
    assert_eq!((end.field("text"), end.field("ok")), (Some("four"), Some("true")));
    capture.assert_conserved();
}

#[tokio::test]
async fn a_whole_block_is_instrumented_but_for_what_is_left_out() {
    let capture = listen("forms.blocks");
    let mut store = Store(1);
    assert_eq!((store.get(3), store.name(), store.constant()), (Ok(2), "store", 1));
    assert_eq!(store.put(1).await, Ok(4));
    assert_eq!(store.inside(1).await, Ok(1));
    assert_eq!(store.outside("ab", 2).await, Ok(2));
    assert_eq!(store.default(1).await, Ok(1));
    assert_eq!(Other.inside(1).await, Ok(1));
    assert!(Other.inside(0).await.is_err());
    assert_eq!(Other.outside("ab", 2).await, Ok(2));
    let ends: Vec<_> =
        capture.events().iter().filter(|event| event.stage.is_terminal()).map(|event| event.full_name()).collect();
    assert_eq!(
        ends,
        [
            "forms.blocks.store.get.stop",
            "forms.blocks.own_name.stop",
            "forms.blocks.outer.inside.stop",
            "forms.blocks.outer.outside.stop",
            "forms.blocks.outer.inside.stop",
            "forms.blocks.inner.inside.stop",
            "forms.blocks.inner.inside.exception",
            "forms.blocks.inner.outside.stop",
        ]
    );
    assert_eq!(capture.one("forms.blocks.store.get.stop").field("size"), Some("1"));
    capture.assert_conserved();
}

#[test]
fn a_block_without_a_name_is_called_after_what_it_is_of() {
    let capture = listen("instrumented.methods.with_defaults");
    assert_eq!(Other.provided(), Ok(5));
    assert_eq!(
        capture.names(),
        ["instrumented.methods.with_defaults.provided.start", "instrumented.methods.with_defaults.provided.stop"]
    );
}
