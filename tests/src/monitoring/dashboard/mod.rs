//! The Grafana dashboard.

mod panel;
mod rows;

use panel::WIDTH;
pub use panel::{Panel, Target, Unit};
use serde_json::{Value, json};

use super::query::Mistake;
use super::schema::Schema;

/// What a reader of the dashboard can narrow it down to: labels, each a variable of its name.
pub const VARIABLES: [&str; 3] = ["job", "cloud", "adapter"];

/// Where the values of the variables come from: a series that is there as soon as a cloud is.
pub const VARIABLES_FROM: &str = "buckets_operations_total";

/// Panels that answer one question.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is called.
    pub title: &'static str,
    /// From left to right, and then down.
    pub panels: Vec<Panel>,
}

/// All rows, from the top.
#[must_use]
pub fn rows() -> Vec<Row> {
    rows::all()
}

/// The dashboard as Grafana imports it.
///
/// # Errors
///
/// When a query names what is not there.
pub fn json(schema: &Schema) -> Result<Value, Mistake> {
    let mut panels = Vec::new();
    let mut y = 0;
    for row in rows() {
        panels.push(json!({
            "id": panels.len() + 1,
            "type": "row",
            "title": row.title,
            "collapsed": false,
            "gridPos": { "x": 0, "y": y, "w": WIDTH, "h": 1 },
            "panels": [],
        }));
        y += 1;
        let (mut x, mut height) = (0, 0);
        for panel in &row.panels {
            let (w, h) = panel.size();
            if x + w > WIDTH || h != height {
                y += height;
                (x, height) = (0, h);
            }
            panels.push(panel.json(schema, panels.len() + 1, (x, y))?);
            x += w;
        }
        y += height;
    }
    Ok(json!({
        "uid": "buckets",
        "title": "File storage (buckets)",
        "description": "Generated from the metric definitions of buckets; see docs/monitoring.md.",
        "tags": ["buckets", "storage"],
        "schemaVersion": 41,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": { "from": "now-6h", "to": "now" },
        "templating": { "list": variables() },
        "links": [{
            "title": "What the panels and alerts mean",
            "type": "link",
            "url": super::GUIDE,
            "targetBlank": true,
            "asDropdown": false,
            "icon": "doc",
            "includeVars": false,
            "keepTime": false,
            "tags": [],
            "tooltip": "",
        }],
        "panels": panels,
    }))
}

fn variables() -> Vec<Value> {
    let datasource = json!({
        "name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus",
    });
    let labels = VARIABLES.map(|label| {
        json!({
            "name": label,
            "label": label,
            "type": "query",
            "datasource": self::datasource(),
            "query": { "query": format!("label_values({VARIABLES_FROM}, {label})"), "refId": label },
            "refresh": 2,
            "sort": 1,
            "multi": true,
            "includeAll": true,
            // Metrics of adapters have no label `cloud`, and some have none at all.
            "allValue": ".*",
            "current": { "text": ["All"], "value": ["$__all"] },
        })
    });
    [datasource].into_iter().chain(labels).collect()
}

fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}
