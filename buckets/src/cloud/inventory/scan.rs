use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep_until};

use super::{Checkpoint, Stock, StoredClass};
use crate::cloud::Cloud;
#[cfg(feature = "cost")]
use crate::cost::PriceSheet;
use crate::error::Result;
use crate::key::Prefix;
use crate::operation::{List, StorageClass};
use crate::store::{BoxStore, Store};
use crate::telemetry::catalogue::names;
use crate::telemetry::{Measurement, Number, Outcome, Span, Value};

impl<S: Store> Cloud<S> {
    /// Counts what is stored: objects and bytes, by class of storage; see [`Inventory`].
    pub fn inventory(&self) -> Inventory<S> {
        Inventory::new(self.clone())
    }
}

/// Counts all objects of a cloud, a page of a list at a time and at no more than a rate.
///
/// The lists are operations of the cloud like any other: told of, limited, and billed (1000 objects a
/// call). An object that is stored or removed while the count goes on may or may not be in it; any other
/// is counted exactly once, also when the count breaks off and is gone on with.
///
/// Everything here may be dropped at any time: what was counted before stays, and [`run`](Self::run)
/// goes on from there. To go on in another process, keep the [`checkpoint`](Self::checkpoint):
///
/// ```
/// use buckets::cloud::inventory::Checkpoint;
/// # use buckets::{Cloud, Upload, adapter::Memory};
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let cloud = Cloud::new("uploads", Memory::new());
/// # for name in ["a", "b", "c"] { cloud.insert(Upload::from_bytes(name, name)).await?; }
///
/// let mut inventory = cloud.inventory().page_size(2)?;
/// inventory.next_page().await?;
/// let kept = serde_json::to_string(inventory.checkpoint())?;
///
/// let checkpoint: Checkpoint = serde_json::from_str(&kept)?;
/// let stock = cloud.inventory().resume(checkpoint).run().await?;
/// assert_eq!((stock.objects(), stock.pages), (3, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
///
/// # Events
///
/// [`run`](Self::run) is an operation `buckets.inventory.scan`, of which the lists are part. When all is
/// counted there is one `buckets.inventory.stored` for each class of storage, with `objects`, `bytes`, the
/// `timestamp`, and what it costs to keep that for a month if [prices](Self::prices) are known; of
/// classes that an earlier run found and this one did not, with zeros.
pub struct Inventory<S = BoxStore> {
    cloud: Cloud<S>,
    page_size: usize,
    pause: Duration,
    /// Not before this moment comes the next page.
    due: Option<Instant>,
    checkpoint: Checkpoint,
    /// Whether all that is counted was told.
    is_told: bool,
    /// Of which classes handlers were told.
    told: BTreeSet<Option<StorageClass>>,
    #[cfg(feature = "cost")]
    sheets: Vec<PriceSheet>,
}

impl<S: Store> Inventory<S> {
    /// How long there is between the beginnings of two lists unless told otherwise: 100 ms, which is at
    /// most 10 000 objects a second.
    pub const DEFAULT_PAUSE: Duration = Duration::from_millis(100);

    fn new(cloud: Cloud<S>) -> Self {
        Self {
            cloud,
            page_size: List::MAX_LIMIT,
            pause: Self::DEFAULT_PAUSE,
            due: None,
            checkpoint: Checkpoint::beginning(Prefix::default()),
            is_told: false,
            told: BTreeSet::new(),
            #[cfg(feature = "cost")]
            sheets: Vec::new(),
        }
    }

    /// Counts only objects whose keys begin so. Begins anew.
    #[must_use]
    pub fn prefix(mut self, prefix: Prefix) -> Self {
        self.checkpoint = Checkpoint::beginning(prefix);
        self
    }

    /// Sets how many objects a list has at most; 1000 unless set, which is the cheapest.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) unless it is 1 to 1000.
    pub fn page_size(mut self, objects: usize) -> Result<Self> {
        List::new(Prefix::default()).with_limit(objects)?;
        self.page_size = objects;
        Ok(self)
    }

    /// Sets how long there is, at least, between the beginnings of two lists. With more than zero a
    /// tokio runtime with timers is needed.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Goes on from there, with the prefix that it has.
    #[must_use]
    pub fn resume(mut self, checkpoint: Checkpoint) -> Self {
        self.checkpoint = checkpoint;
        self.is_told = false;
        self
    }

    /// Says what storage costs, for events: by the sheet for a class, and by the first one where the store
    /// does not tell the class.
    #[cfg(feature = "cost")]
    #[must_use]
    pub fn prices<'a>(mut self, sheets: impl IntoIterator<Item = &'a PriceSheet>) -> Self {
        self.sheets = sheets.into_iter().cloned().collect();
        self
    }

    /// How far it has come.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Counts one more page, when it is time; says whether there was one.
    ///
    /// # Errors
    /// What the store answers to the list. What was counted before stays.
    pub async fn next_page(&mut self) -> Result<bool> {
        let Some(list) = self.checkpoint.next(self.page_size)? else { return Ok(false) };
        if let Some(due) = self.due {
            sleep_until(due).await;
        }
        self.due = (!self.pause.is_zero()).then(|| Instant::now() + self.pause);
        let began = self.now();
        let page = self.cloud.list(list).await?;
        // From here on nothing waits: the page is counted whole, or not at all.
        self.checkpoint.began.get_or_insert(began);
        self.checkpoint.take(page);
        Ok(true)
    }

    /// Counts all there is, or all that is left, and tells handlers of it. The next run begins anew.
    ///
    /// # Errors
    /// What the store answers to a list. Run it again to go on.
    pub async fn run(&mut self) -> Result<Stock> {
        if std::mem::take(&mut self.is_told) {
            self.checkpoint = Checkpoint::beginning(self.checkpoint.prefix.clone());
        }
        let span = Span::start(self.cloud.scope(), &names::INVENTORY_SCAN);
        let mut kept = None;
        let work = async {
            while self.next_page().await? {}
            Ok(Stock::of(&self.checkpoint, self.now()))
        };
        let result = span.watch(work, |span, _: &Result<Stock>| kept = Some(span)).await;
        match (&result, kept) {
            (Ok(stock), Some(span)) => self.tell(span, stock),
            (Err(error), Some(span)) => span.fail(error),
            (_, None) => {}
        }
        result
    }

    fn tell(&mut self, span: Span, stock: &Stock) {
        self.is_told = true;
        // A store without anything has nothing of some class.
        let found = stock.classes.iter().map(|class| class.class).chain(stock.classes.is_empty().then_some(None));
        self.told.extend(found);
        for class in &self.told {
            let nothing = StoredClass { class: *class, objects: 0, bytes: 0 };
            let stored = *stock.classes.iter().find(|stored| stored.class == *class).unwrap_or(&nothing);
            let fields = [("storage_class", Value::Str(stored.label()))];
            span.point(&names::INVENTORY_STORED, &self.measure(stored, stock.ended), &fields);
        }
        let totals = [
            ("pages", Number::U64(stock.pages)),
            ("objects", Number::U64(stock.objects())),
            ("bytes", Number::U64(stock.bytes())),
        ];
        span.end_with(Outcome::Success, None, &totals, &[]);
    }

    fn measure(&self, stored: StoredClass, at: SystemTime) -> Vec<Measurement> {
        let seconds = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let measured = [
            ("objects", Number::U64(stored.objects)),
            ("bytes", Number::U64(stored.bytes)),
            ("timestamp", Number::U64(seconds)),
        ];
        #[cfg(feature = "cost")]
        let cost = stored
            .monthly_cost(&self.sheets)
            .map(|cost| ("monthly_cost_picodollars", Number::U64(u64::try_from(cost.picos()).unwrap_or(u64::MAX))));
        #[cfg(not(feature = "cost"))]
        let cost: Option<Measurement> = None;
        measured.into_iter().chain(cost).collect()
    }

    fn now(&self) -> SystemTime {
        self.cloud.scope().dispatcher_ref().system_time()
    }
}

impl<S> fmt::Debug for Inventory<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inventory")
            .field("cloud", &self.cloud)
            .field("checkpoint", &self.checkpoint)
            .finish_non_exhaustive()
    }
}
