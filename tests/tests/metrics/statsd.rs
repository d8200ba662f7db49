//! What StatsD servers are sent of metrics of one's own: the numbers that Prometheus has.

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::Duration;

use buckets::handlers::statsd::{Dialect, StatsD, StatsDBuilder, Timing};
use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag};
use buckets_tests::components::statsd::StatsDServer;
use buckets_tests::random::Random;

use super::scripted::{Script, definitions};

const PATIENCE: Duration = Duration::from_secs(60);

/// A handler that only sends when it is flushed, and only metrics of one's own.
fn builder(metrics: &MetricSet) -> StatsDBuilder {
    StatsD::builder().select(["none"]).metrics(metrics).interval(PATIENCE * 60).timing(Timing::Timer)
}

fn ours(all: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    all.iter().filter(|(name, _)| name.starts_with("shop")).map(|(name, value)| (name.clone(), *value)).collect()
}

#[tokio::test]
async fn the_original_server_has_the_numbers_of_the_script() {
    let mut server = StatsDServer::start().await;
    let script = Script::new();
    let statsd = builder(&definitions()).dialect(Dialect::Graphite).udp(server.address()).expect("a socket");
    statsd.attach(&script.dispatcher).expect("attached");
    script.play();
    assert!(statsd.flush(PATIENCE));

    let expected: BTreeMap<_, _> = [
        ("shop.drafts", 4.0),
        ("shop.ink", 3.0),
        ("shop.pages;format=pdf", 16.0),
        ("shop.reports;format=html;kind=io", 4.0),
        ("shop.reports;format=pdf;kind=timeout", 4.0),
        ("shop.uploaded;cloud=uploads;content_type=image", 4_000.0),
        ("shop.uploaded;cloud=uploads;content_type=text", 40.0),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let counted = server.counters(|all| ours(all).len() >= expected.len()).await;
    assert_eq!(ours(&counted), expected);
    assert_eq!(counted["statsd.bad_lines_seen"], 0.0);

    let timers = server.timers().await;
    let sorted = |name: &str| {
        let mut values = timers[name].clone();
        values.sort_by(f64::total_cmp);
        values
    };
    assert_eq!(sorted("shop.queue.wait"), [500.0, 500.0, 500.0, 500.0, 1500.0, 1500.0, 1500.0, 1500.0, 9000.0]);
    assert_eq!(sorted("shop.margin"), [0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5]);

    assert_eq!(server.gauges().await.get("shop.temperature"), Some(&-4.0));
    script.render("pdf", false, 1, 1, -7);
    assert!(statsd.flush(PATIENCE));
    server.counters(|all| all["shop.pages;format=pdf"] == 17.0).await;
    assert_eq!(server.gauges().await.get("shop.temperature"), Some(&-7.0), "a sign is no difference");
    assert_eq!(statsd.stats().dropped(), 0);
}

#[tokio::test]
async fn no_value_of_a_tag_forges_anything() {
    const VALUES: usize = 500;
    let by_format = MetricDefinition::counter("shop.printed", &["shop.report.render.stop"]);
    let set = MetricSet::new([by_format.tags(&[Tag::Field("format")]).help("Reports.")]).expect("sound");
    for dialect in [Dialect::DogStatsD, Dialect::Graphite] {
        let mut server = StatsDServer::start().await;
        let script = Script::new();
        let statsd = builder(&set).dialect(dialect).udp(server.address()).expect("a socket");
        statsd.attach(&script.dispatcher).expect("attached");
        let mut random = Random::new(7);
        let pieces =
            ["|", "\n", ":", "#", "@", ",", ";", "=", "1|c", "admin:9|c", "|@0.1", "|#a:b", "x", "ä", "\0", " "];
        for _ in 0..VALUES {
            let value: String = (0..8).map(|_| pieces[random.below(pieces.len() as u64) as usize]).collect();
            script.render(&value, false, 1, 1, 1);
        }
        script.render("pdf-1.7", false, 1, 1, 1);
        assert!(statsd.flush(PATIENCE));

        let total = |all: &BTreeMap<String, f64>| ours(all).values().sum::<f64>();
        let counted = server.counters(|all| total(all) >= VALUES as f64 + 1.0).await;
        assert_eq!(total(&counted), VALUES as f64 + 1.0);
        assert_eq!(counted.get("shop.printed;format=pdf-1.7"), Some(&1.0));
        for name in counted.keys().filter(|name| !name.starts_with("statsd.")) {
            let value = name.strip_prefix("shop.printed;format=").unwrap_or_else(|| panic!("{name} was forged"));
            assert!(!value.contains([';', '=', ':']), "{name}");
        }
        assert_eq!(counted["statsd.bad_lines_seen"], 0.0);
        assert!(server.gauges().await.keys().all(|name| name.starts_with("statsd.")));
    }
}

/// The lines of gauges in what was sent by flushing twice, with nothing in between.
fn gauges_of_two_rounds(again: Duration) -> usize {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let script = Script::new();
    let address = socket.local_addr().expect("bound");
    let statsd = builder(&definitions()).gauge_interval(again).udp(address).expect("a socket");
    statsd.attach(&script.dispatcher).expect("attached");
    script.render("pdf", false, 1, 1, 20);
    assert!(statsd.flush(PATIENCE) && statsd.flush(PATIENCE));
    let mut buffer = [0; 8192];
    let packets = (0..statsd.stats().packets).map(|_| {
        let len = socket.recv(&mut buffer).expect("a datagram");
        String::from_utf8_lossy(&buffer[..len]).into_owned()
    });
    packets.collect::<String>().matches("shop.temperature:20|g").count()
}

#[test]
fn gauges_are_sent_again_at_an_interval() {
    // The sender may do rounds of its own besides.
    assert!(gauges_of_two_rounds(Duration::ZERO) >= 2);
    assert_eq!(gauges_of_two_rounds(PATIENCE * 60), 1);
}
