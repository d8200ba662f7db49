use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::own::Own;
use super::sender::Sender;
use super::shared::Shared;
use super::transport::Transport;
#[cfg(unix)]
use super::transport::UnixTransport;
use super::{Dialect, StatsD, Timing};
use crate::error::{Error, Result};
use crate::telemetry::catalogue::MetricSet;

/// Where measurements go and how they are written; made by [`StatsD::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is started and attached"]
pub struct StatsDBuilder {
    selectors: Vec<String>,
    dialect: Dialect,
    timing: Option<Timing>,
    prefix: String,
    tags: Vec<(Box<str>, Box<str>)>,
    max_datagram: Option<usize>,
    interval: Duration,
    gauge_interval: Duration,
    queue: usize,
    metrics: Vec<MetricSet>,
}

/// How lines are written.
pub(super) struct Format {
    pub(super) dialect: Dialect,
    pub(super) timing: Timing,
    pub(super) prefix: String,
    pub(super) tags: Vec<(Box<str>, Box<str>)>,
    pub(super) max_datagram: usize,
}

/// The least a datagram may be limited to: what every network carries in one piece (RFC 791), without headers.
const LEAST_DATAGRAM: usize = 548;
/// The most that UDP over IPv4 carries.
const MOST_DATAGRAM: usize = 65_507;

impl StatsDBuilder {
    pub(super) fn new() -> Self {
        Self {
            selectors: vec!["buckets".into()],
            dialect: Dialect::default(),
            timing: None,
            prefix: String::new(),
            tags: Vec::new(),
            max_datagram: None,
            interval: Duration::from_secs(1),
            gauge_interval: Duration::from_secs(10),
            queue: 16 * 1024,
            metrics: Vec::new(),
        }
    }

    /// Measures other events: names or beginnings of names without stage. All of this library's unless set.
    pub fn select<S: Into<String>>(mut self, selectors: impl IntoIterator<Item = S>) -> Self {
        self.selectors = selectors.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how tags are written; as DogStatsD does unless set.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets what times are sent as; [`Histogram`](Timing::Histogram) for DogStatsD and
    /// [`Timer`](Timing::Timer) for the others unless set.
    pub fn timing(mut self, timing: Timing) -> Self {
        self.timing = Some(timing);
        self
    }

    /// Puts `prefix` and a dot in front of all names; nothing unless set.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Adds a tag to all lines, such as `env` and `prod`. It must not come from users.
    pub fn tag(mut self, key: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        self.tags.push((key.into(), value.into()));
        self
    }

    /// Sets how many bytes a datagram has at most, from 548 to 65,507; 1432 over UDP and 8192 over
    /// Unix sockets unless set.
    pub fn max_datagram(mut self, bytes: usize) -> Self {
        self.max_datagram = Some(bytes);
        self
    }

    /// Sends at least so often, and sooner where many times were taken; every second unless set.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sends gauges at least so often, even those that did not change, because a datagram may be lost and
    /// servers forget; every ten seconds unless set. What changes is sent with the counts.
    pub fn gauge_interval(mut self, interval: Duration) -> Self {
        self.gauge_interval = interval;
        self
    }

    /// Adds metrics of your own. Counters and sums are sent as counters, last values as gauges, and
    /// distributions as [timings](Self::timing) are; those of [`Seconds`](crate::telemetry::catalogue::Unit::Seconds)
    /// in milliseconds, all else in its unit. The tags are those of the definition, and the names have no unit.
    ///
    /// ```
    /// use buckets::handlers::statsd::StatsD;
    /// use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag};
    /// use buckets::telemetry::Dispatcher;
    ///
    /// let by_type = MetricDefinition::sum("my_app.uploaded", "bytes", &["buckets.cloud.insert.stop"])
    ///     .tags(&[Tag::Field("content_type")])
    ///     .help("Content that was uploaded, by its type.");
    /// // Of a PNG, `my_app.uploaded:5|c|#content_type:image`.
    /// let statsd = StatsD::builder().metrics(&MetricSet::new([by_type])?).udp("127.0.0.1:8125")?;
    /// statsd.attach(&Dispatcher::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metrics(mut self, metrics: &MetricSet) -> Self {
        self.metrics.push(metrics.clone());
        self
    }

    /// Keeps at most so many times that are not sent yet, 16 bytes each; 16,384 unless set. Counts
    /// need no room.
    pub fn queue(mut self, times: usize) -> Self {
        self.queue = times;
        self
    }

    /// Sends to a server's UDP port, such as `127.0.0.1:8125`. A name is looked up now and not again.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a setting out of range; what the
    /// operating system says to the address. A server that is not there is no error.
    pub fn udp(self, address: impl ToSocketAddrs) -> Result<StatsD> {
        let address = address.to_socket_addrs()?.next();
        let address = address.ok_or_else(|| Error::invalid("the StatsD server's name has no address"))?;
        let local = match address {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let socket = UdpSocket::bind(local)?;
        socket.connect(address)?;
        socket.set_nonblocking(true)?;
        self.start(Transport::Udp(socket))
    }

    /// Sends to a server's Unix datagram socket, such as `/var/run/datadog/dsd.socket`. It need not be
    /// there yet, and may go and come back.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a setting out of range; what the
    /// operating system says.
    #[cfg(unix)]
    pub fn unix(self, path: impl AsRef<Path>) -> Result<StatsD> {
        let transport = UnixTransport::new(path.as_ref().to_owned())?;
        self.start(Transport::Unix(transport))
    }

    fn start(self, transport: Transport) -> Result<StatsD> {
        let max_datagram = self.max_datagram.unwrap_or(transport.max_datagram());
        if !(LEAST_DATAGRAM..=MOST_DATAGRAM).contains(&max_datagram) {
            let message = format!("a datagram must be limited to {LEAST_DATAGRAM} to {MOST_DATAGRAM} bytes");
            return Err(Error::invalid(message));
        }
        let format = Format {
            dialect: self.dialect,
            timing: self.timing.unwrap_or(self.dialect.timing()),
            prefix: self.prefix,
            tags: self.tags,
            max_datagram,
        };
        let shared = Arc::new(Shared::new(self.queue, Own::new(&self.metrics)));
        let sender = Sender::new(Arc::clone(&shared), transport, format, self.interval, self.gauge_interval);
        let thread = std::thread::Builder::new().name("buckets-statsd".into()).spawn(|| sender.run())?;
        let own = self.metrics.iter().flat_map(MetricSet::iter).flat_map(|metric| metric.selectors);
        let own = own.map(|selector| (*selector).to_owned()).collect();
        Ok(StatsD::new(self.selectors, own, shared, thread))
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Format").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}
