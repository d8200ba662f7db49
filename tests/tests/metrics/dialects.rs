//! Whatever the values of tags are, lines of the dialects without a server of ours parse back, and forge nothing.

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::Duration;

use buckets::handlers::statsd::{Dialect, StatsD};
use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag};
use proptest::prelude::*;

use super::scripted::Script;

const PATIENCE: Duration = Duration::from_secs(60);
const NAME: &str = "shop.printed";

/// What is sent of reports in these formats.
fn sent(dialect: Dialect, formats: &[String]) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let printed = MetricDefinition::counter(NAME, &["shop.report.render.stop"]).help("Reports.");
    let set = MetricSet::new([printed.tags(&[Tag::Field("format"), Tag::Status])]).expect("sound");
    let script = Script::new();
    let statsd = StatsD::builder().select(["none"]).metrics(&set).interval(PATIENCE * 60).dialect(dialect);
    let statsd = statsd.udp(socket.local_addr().expect("bound")).expect("a socket");
    statsd.attach(&script.dispatcher).expect("attached");
    formats.iter().for_each(|format| script.render(format, false, 1, 1, 1));
    assert!(statsd.flush(PATIENCE));
    let mut buffer = [0; 65_536];
    let packets = (0..statsd.stats().packets).map(|_| {
        let len = socket.recv(&mut buffer).expect("a datagram");
        str::from_utf8(&buffer[..len]).expect("text").to_owned()
    });
    packets.collect::<Vec<_>>().join("\n")
}

/// The series of a line, which must be a counter, and its count.
fn counter(line: &str) -> Option<(&str, u64)> {
    let (series, value) = line.rsplit_once(':')?;
    let (count, kind) = value.split_once('|')?;
    (kind == "c").then_some((series, count.parse().ok()?))
}

/// Measurement and tags, as Telegraf splits them: at commas, and each tag at its only sign of equality.
fn influx(series: &str) -> Option<(&str, BTreeMap<&str, &str>)> {
    let mut parts = series.split(',');
    let name = parts.next()?;
    let mut tags = BTreeMap::new();
    for tag in parts {
        let (key, value) = tag.split_once('=')?;
        let is_sound = !value.is_empty() && !value.contains(['=', ' ', ':', '|', '\\', '"']);
        if !is_sound || value.chars().any(char::is_control) || tags.insert(key, value).is_some() {
            return None;
        }
    }
    Some((name, tags))
}

/// Anything, and what has a meaning in one dialect or the other.
fn formats() -> impl Strategy<Value = Vec<String>> {
    let mark =
        prop::sample::select(vec![",", "=", ":", "|", "\n", " ", ".", ";", "#", "@", "|c", ":1|c\nadmin", "\\", "\""]);
    let piece = prop_oneof![mark.prop_map(str::to_owned), any::<String>(), "[a-z0-9.-]{1,5}"];
    let format = prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat());
    prop::collection::vec(format, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn influx_lines_have_the_tags_of_the_definition_and_no_other(formats in formats()) {
        let sent = sent(Dialect::Influx, &formats);
        let mut total = 0;
        for line in sent.lines() {
            let (series, count) = counter(line).ok_or_else(|| TestCaseError::fail(line.to_owned()))?;
            let (name, tags) = influx(series).ok_or_else(|| TestCaseError::fail(line.to_owned()))?;
            prop_assert_eq!(name, NAME);
            prop_assert_eq!(tags.get("status"), Some(&"success"));
            prop_assert!(tags.keys().all(|key| matches!(*key, "format" | "status")), "{}", line);
            total += count;
        }
        prop_assert_eq!(total, formats.len() as u64, "{}", sent);
    }

    #[test]
    fn plain_lines_have_one_level_of_the_name_for_each_tag(formats in formats()) {
        let sent = sent(Dialect::Plain, &formats);
        let mut total = 0;
        for line in sent.lines() {
            let (series, count) = counter(line).ok_or_else(|| TestCaseError::fail(line.to_owned()))?;
            let levels = series.strip_prefix(NAME).map(|levels| levels.split('.').skip(1).collect::<Vec<_>>());
            let levels = levels.ok_or_else(|| TestCaseError::fail(line.to_owned()))?;
            // One without value has no level.
            prop_assert!(matches!(&levels[..], [_, "success"] | ["success"]), "{}", line);
            let is_sound = |level: &str| level.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
            prop_assert!(levels.iter().all(|level| is_sound(level)), "{}", line);
            total += count;
        }
        prop_assert_eq!(total, formats.len() as u64, "{}", sent);
    }
}
