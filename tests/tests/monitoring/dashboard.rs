//! The dashboard, by Grafana's own types, and its queries, by another parser.
//!
//! Grafana itself is not run: it is in no registry that these tests can install from.

use std::collections::BTreeSet;
use std::fmt::Write;

use buckets_tests::components::{lezer, typescript};
use buckets_tests::monitoring::{dashboard, folder, query, rules, schema::Schema};
use serde_json::Value;

fn checked_in() -> Value {
    let text = std::fs::read_to_string(folder().join("dashboard.json")).expect("the dashboard");
    serde_json::from_str(&text).expect("JSON")
}

/// A module that says of the dashboard and of all its parts which of Grafana's types they are of.
fn module(dashboard: &Value) -> String {
    let mut module = String::from(
        "import type { Dashboard } from '@grafana/schema';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';

// What is an enum in the code is a text in the file.
type Plain<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

",
    );
    let mut line = |name: String, value: &Value, of: &str| {
        writeln!(module, "export const {name} = {value} satisfies Partial<{of}>;").expect("a `String` takes all");
    };
    line("dashboard".into(), dashboard, "Dashboard");
    for panel in dashboard["panels"].as_array().expect("panels") {
        let (kind, id) = (panel["type"].as_str().expect("a type"), &panel["id"]);
        if kind != "row" {
            line(format!("options{id}"), &panel["options"], &format!("Plain<{kind}.Options>"));
        }
        let custom = &panel["fieldConfig"]["defaults"]["custom"];
        if custom.is_object() {
            line(format!("custom{id}"), custom, &format!("Plain<{kind}.FieldConfig>"));
        }
    }
    module
}

#[test]
fn the_dashboard_is_of_grafanas_types() {
    let verdict = typescript::check(&module(&checked_in()));
    assert!(verdict.accepted, "{}", verdict.output);
}

#[test]
fn the_types_find_what_is_wrong() {
    for (pointer, wrong) in [
        ("/title", Value::from(1)),
        ("/panels/1/gridPos/h", "4".into()),
        ("/panels/1/options/colorMode", "blue".into()),
        ("/panels/8/fieldConfig/defaults/custom/stacking/mode", "high".into()),
    ] {
        let mut dashboard = checked_in();
        *dashboard.pointer_mut(pointer).expect(pointer) = wrong;
        assert!(!typescript::check(&module(&dashboard)).accepted, "{pointer}");
    }
}

#[test]
fn another_parser_reads_every_query() {
    let schema = Schema::of_catalogue();
    let panels = dashboard::rows().into_iter().flat_map(|row| row.panels);
    let mut queries: Vec<_> = panels
        .flat_map(|panel| panel.targets)
        .map(|target| target.scoped(&schema).replace("$__rate_interval", "5m"))
        .collect();
    queries.extend(rules::recordings().into_iter().map(|rule| rule.expression));
    queries.extend(rules::alerts().into_iter().flat_map(|(_, alerts)| alerts).map(|alert| alert.expression));
    assert_eq!(lezer::unparsable(&queries), Vec::<String>::new());
    assert_eq!(lezer::unparsable(&["sum(".to_owned(), "up".to_owned()]), ["sum("]);
}

/// Those of the user's guide, first of all.
#[test]
fn no_panel_is_missing_or_there_twice() {
    let panels: Vec<_> = dashboard::rows().into_iter().flat_map(|row| row.panels).collect();
    let titles: BTreeSet<_> = panels.iter().map(|panel| panel.title).collect();
    assert_eq!(titles.len(), panels.len());
    for wanted in [
        "Uploads and downloads",
        "Operation duration percentiles",
        "Error rate by adapter",
        "Concurrent operations",
        "Upload success ratio",
        "P95 upload duration",
    ] {
        assert!(titles.contains(wanted), "{wanted}");
    }
}

#[test]
fn every_panel_says_what_it_shows() {
    for panel in dashboard::rows().into_iter().flat_map(|row| row.panels) {
        assert!(!panel.description.is_empty(), "{}", panel.title);
        assert!(panel.targets.iter().all(|target| !target.legend.is_empty()), "{}", panel.title);
    }
}

#[test]
fn every_metric_has_a_panel() {
    let schema = Schema::of_catalogue();
    let mut shown = BTreeSet::new();
    let panels = dashboard::rows().into_iter().flat_map(|row| row.panels);
    for target in panels.flat_map(|panel| panel.targets) {
        let _ = query::replace_series(&schema, &target.expression, |name, _| {
            shown.insert(metric(name).to_owned());
            String::new()
        });
    }
    for name in schema.names() {
        assert!(shown.contains(metric(name)), "{name}");
    }
}

/// What a series is one of.
fn metric(series: &str) -> &str {
    ["_bucket", "_sum", "_count"].iter().find_map(|part| series.strip_suffix(part)).unwrap_or(series)
}

#[test]
fn panels_fit_beside_each_other() {
    let dashboard = checked_in();
    let place = |panel: &Value, what| panel["gridPos"][what].as_u64().expect("a number");
    let mut taken = BTreeSet::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|what| place(panel, what));
        assert!(x + w <= 24, "{}", panel["title"]);
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(taken.insert(cell), "{} lies on another panel", panel["title"]);
        }
    }
}

/// The queries of the guides are held to what those of the dashboard are.
#[test]
fn the_queries_in_the_guides_name_what_there_is() {
    let schema = rules::recorded(Schema::of_catalogue()).expect("sound rules");
    let mut checked = 0;
    for file in std::fs::read_dir(folder().join("..")).expect("the guides") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a guide");
        let blocks = text.split("```promql\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0));
        for query in blocks.flat_map(|block| block.split("\n\n")) {
            query::check(&schema, query).unwrap_or_else(|mistake| panic!("{}: {mistake}", path.display()));
            checked += 1;
        }
    }
    assert!(checked >= 3, "there were more queries in the guides");
}
