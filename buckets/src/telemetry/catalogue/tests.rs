use std::collections::HashSet;

use super::*;
use crate::operation::OperationKind;
use crate::telemetry::Stage;
use crate::telemetry::selector::Selector;

/// The event and stages that a definition selects.
fn selected(metric: &MetricDefinition) -> Vec<(&'static EventDefinition, Vec<Stage>)> {
    let selectors: Vec<_> = metric.selectors.iter().map(|text| Selector::parse(text).expect("a selector")).collect();
    let stages = |event: &'static EventDefinition| -> Vec<Stage> {
        let matches = |stage: &Stage| selectors.iter().any(|selector| selector.matches(event.name.as_str(), *stage));
        event.stages.iter().copied().filter(matches).collect()
    };
    EVENTS.iter().map(|event| (event, stages(event))).filter(|(_, stages)| !stages.is_empty()).collect()
}

#[test]
fn every_name_has_one_definition() {
    let defined: Vec<_> = EVENTS.iter().map(|event| event.name.as_str()).collect();
    let named: Vec<_> = names::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(defined, named);
    assert_eq!(EventDefinition::find(&names::CLOUD_COPY).map(|event| event.operation()), Some("copy"));
}

#[test]
fn every_operation_of_an_adapter_has_its_event() {
    for operation in OperationKind::ALL {
        let name = format!("buckets.adapter.{}", operation.as_str());
        assert!(EVENTS.iter().any(|event| event.name.as_str() == name), "{name}");
    }
}

#[test]
fn only_content_that_is_counted_has_a_direction() {
    for event in EVENTS.iter().filter(|event| event.direction.is_some()) {
        assert!(event.measurements.contains(&"bytes"), "{}", event.name);
    }
}

#[test]
fn every_selector_of_every_metric_selects_something() {
    for metric in METRICS {
        for selector in metric.selectors {
            let alone = MetricDefinition { selectors: std::slice::from_ref(selector), ..*metric };
            assert!(!selected(&alone).is_empty(), "{selector} of {}", metric.name);
        }
    }
}

#[test]
fn every_metric_finds_in_its_events_what_it_asks_for() {
    for metric in METRICS {
        let events = selected(metric);
        if let Some(measurement) = metric.measurement.filter(|measurement| *measurement != "system_time") {
            let measured = events.iter().filter(|(event, _)| event.measurements.contains(&measurement));
            assert!(measured.count() > 0, "{} of {}", measurement, metric.name);
        }
        for (event, stages) in events {
            for tag in metric.tags.iter().filter(|tag| **tag != Tag::Direction) {
                assert!(event.metadata.contains(&tag.as_str()), "{tag:?} of {} in {}", metric.name, event.name);
            }
            let needs_end =
                metric.ended != Ended::Anyhow || metric.tags.iter().any(|tag| matches!(tag, Tag::Status | Tag::Kind));
            assert!(!needs_end || stages.iter().all(|stage| stage.is_terminal()), "{}", metric.name);
            let is_measured = metric.measurement.is_some();
            assert!(!is_measured || stages.iter().all(|stage| *stage != Stage::Start), "{}", metric.name);
        }
    }
}

#[test]
fn every_metric_is_named_once_and_is_of_one_piece() {
    let names: HashSet<_> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), METRICS.len());
    for metric in METRICS {
        let name = metric.name;
        assert!(name.starts_with("buckets.") && Selector::parse(name).is_some(), "{name}");
        assert!(metric.help.ends_with('.') && !metric.help.contains('\n'), "{name}");
        assert_eq!(metric.bounds.is_some(), metric.kind == MetricKind::Distribution, "{name}");
        assert_eq!(metric.completed().unit, metric.unit, "{name}");
        let has = |tag| metric.tags.contains(&tag);
        assert!(!has(Tag::Kind) || metric.ended == Ended::InFailure, "{name}: only what failed has a kind");
    }
}

#[test]
fn no_event_is_counted_for_cloud_and_adapter_alike() {
    for metric in METRICS {
        let prefixes: HashSet<_> =
            selected(metric).iter().map(|(event, _)| event.name.as_str().split('.').nth(1)).collect();
        assert!(prefixes.len() <= 1, "{} mixes {prefixes:?}", metric.name);
    }
}
