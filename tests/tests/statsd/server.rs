use std::collections::BTreeMap;

use buckets::handlers::statsd::{Dialect, Timing};
use buckets::telemetry::Span;
use buckets_tests::components::statsd::StatsDServer;

use super::{INSERT, Measured};

#[tokio::test]
async fn the_original_server_has_the_numbers_of_the_script() {
    for (dialect, tags) in [(Dialect::DogStatsD, true), (Dialect::Graphite, true), (Dialect::Plain, false)] {
        let mut server = StatsDServer::start().await;
        let to = server.address();
        let measured = Measured::by(|builder| builder.dialect(dialect).timing(Timing::Timer).udp(to));
        measured.script();
        let waiting = Span::start(&measured.scope, &INSERT);
        measured.flush();

        // The server makes Graphite's tags of Datadog's.
        let name = |name: &str, error: &str| match (tags, error) {
            (true, "") => format!("{name};adapter=volume;cloud=uploads"),
            (true, error) => format!("{name};adapter=volume;cloud=uploads;error={error}"),
            (false, "") => format!("{name}.volume.uploads"),
            (false, error) => format!("{name}.volume.uploads.{error}"),
        };
        let expected: BTreeMap<_, _> = [
            (name("buckets.cloud.insert.count", ""), 90.0),
            (name("buckets.cloud.insert.error", "timeout"), 7.0),
            (name("buckets.cloud.insert.error", "invalid_input"), 3.0),
            (name("buckets.cloud.insert.expected", ""), 4.0),
            (name("buckets.cloud.insert.cancelled", ""), 2.0),
            (name("buckets.cloud.insert.bytes", ""), 923.0),
            (name("buckets.adapter.put.retry", ""), 1.0),
        ]
        .into();
        let ours = |all: &BTreeMap<String, f64>| -> BTreeMap<String, f64> {
            all.clone().into_iter().filter(|(name, _)| name.starts_with("buckets")).collect()
        };
        let counted = server.counters(|all| ours(all).len() >= expected.len()).await;
        assert_eq!(ours(&counted), expected, "{dialect:?}");
        assert_eq!(counted["statsd.bad_lines_seen"], 0.0);

        let timers = server.timers().await;
        let mut times = timers[&name("buckets.cloud.insert.duration", "")].clone();
        times.sort_by(f64::total_cmp);
        assert_eq!(times, (0..90).map(f64::from).collect::<Vec<_>>(), "{dialect:?}");

        let gauge = name("buckets.cloud.insert.in_flight", "");
        assert_eq!(server.gauges().await.get(&gauge), Some(&1.0));
        waiting.succeed();
        measured.flush();
        server.counters(|all| all[&name("buckets.cloud.insert.count", "")] == 91.0).await;
        assert_eq!(server.gauges().await.get(&gauge), Some(&0.0));
        assert_eq!(measured.statsd.stats().dropped(), 0);
    }
}
