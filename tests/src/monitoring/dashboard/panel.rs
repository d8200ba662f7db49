//! One panel, before it has its place.

use serde_json::{Value, json};

use crate::monitoring::query::{self, Mistake};
use crate::monitoring::schema::Schema;

/// How wide a dashboard is, in Grafana's own unit.
pub(super) const WIDTH: u32 = 24;

/// A panel: what it is called, what it shows and how.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What it is called; no other panel is called so.
    pub title: &'static str,
    /// What a reader should know.
    pub description: &'static str,
    /// What it shows.
    pub targets: Vec<Target>,
    /// Why its queries may give nothing though all is well.
    pub may_be_empty: Option<&'static str>,
    look: Look,
    unit: Unit,
    decimals: Option<u8>,
    may_be_negative: bool,
    exemplars: bool,
}

/// One query of a panel.
#[derive(Clone, Debug)]
pub struct Target {
    /// What each of its series is called, with labels as `{{label}}`.
    pub legend: &'static str,
    /// The query, without the variables of the dashboard.
    pub expression: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Number,
    Lines,
    Stacked,
    HeatMap,
}

/// What the numbers of a panel are, so that Grafana writes them well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// How many a second.
    PerSecond,
    /// Of one, shown as per cent.
    Ratio,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// US dollars.
    Dollars,
}

impl Panel {
    /// The latest value, large.
    #[must_use]
    pub fn number(title: &'static str, unit: Unit) -> Self {
        Self::new(title, Look::Number, unit)
    }

    /// Lines over time.
    #[must_use]
    pub fn lines(title: &'static str, unit: Unit) -> Self {
        Self::new(title, Look::Lines, unit)
    }

    /// Areas on top of each other, for what adds up.
    #[must_use]
    pub fn stacked(title: &'static str, unit: Unit) -> Self {
        Self::new(title, Look::Stacked, unit)
    }

    /// How the values of a histogram are spread over time.
    #[must_use]
    pub fn heat_map(title: &'static str, unit: Unit) -> Self {
        Self::new(title, Look::HeatMap, unit)
    }

    fn new(title: &'static str, look: Look, unit: Unit) -> Self {
        Self {
            title,
            description: "",
            targets: Vec::new(),
            may_be_empty: None,
            look,
            unit,
            decimals: None,
            may_be_negative: false,
            exemplars: false,
        }
    }

    /// Says what a reader should know.
    #[must_use]
    pub fn about(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Adds a query.
    #[must_use]
    pub fn query(mut self, legend: &'static str, expression: impl Into<String>) -> Self {
        self.targets.push(Target { legend, expression: expression.into() });
        self
    }

    /// Shows the traces of some of the operations in it.
    #[must_use]
    pub fn with_exemplars(mut self) -> Self {
        self.exemplars = true;
        self
    }

    /// Shows so many digits behind the point, and not as many as Grafana thinks fit.
    #[must_use]
    pub fn decimals(mut self, digits: u8) -> Self {
        self.decimals = Some(digits);
        self
    }

    /// Lets its axis begin below zero.
    #[must_use]
    pub fn may_be_negative(mut self) -> Self {
        self.may_be_negative = true;
        self
    }

    /// Says why there may be nothing to show, which is shown then.
    #[must_use]
    pub fn may_be_empty(mut self, reason: &'static str) -> Self {
        self.may_be_empty = Some(reason);
        self
    }

    /// Its width and height.
    pub(super) fn size(&self) -> (u32, u32) {
        match self.look {
            Look::Number => (WIDTH / 6, 4),
            _ => (WIDTH / 3, 8),
        }
    }

    /// The panel as Grafana keeps it.
    ///
    /// # Errors
    ///
    /// When a query is wrong.
    pub(super) fn json(&self, schema: &Schema, id: usize, (x, y): (u32, u32)) -> Result<Value, Mistake> {
        let (w, h) = self.size();
        let targets = self.targets.iter().zip('A'..).map(|(target, id)| self.target_json(schema, target, id));
        Ok(json!({
            "id": id,
            "type": self.look.panel_type(),
            "title": self.title,
            "description": self.description,
            "datasource": super::datasource(),
            "gridPos": { "x": x, "y": y, "w": w, "h": h },
            "fieldConfig": { "defaults": self.defaults(), "overrides": [] },
            "options": self.look.options(self.unit),
            "targets": targets.collect::<Result<Vec<_>, _>>()?,
        }))
    }

    fn target_json(&self, schema: &Schema, target: &Target, id: char) -> Result<Value, Mistake> {
        query::check(schema, &target.expression)?;
        let mut json = json!({
            "refId": id.to_string(),
            "datasource": super::datasource(),
            "editorMode": "code",
            "expr": target.scoped(schema),
            "legendFormat": target.legend,
            "range": self.look != Look::Number,
            "instant": self.look == Look::Number,
        });
        if self.exemplars {
            json["exemplar"] = true.into();
        }
        if self.look == Look::HeatMap {
            json["format"] = "heatmap".into();
        }
        Ok(json)
    }

    fn defaults(&self) -> Value {
        let mut defaults = json!({ "unit": self.unit.grafana() });
        if !self.may_be_negative {
            defaults["min"] = 0.into();
        }
        if let Some(digits) = self.decimals {
            defaults["decimals"] = digits.into();
        }
        if let Some(reason) = self.may_be_empty {
            defaults["noValue"] = reason.into();
        }
        if matches!(self.look, Look::Lines | Look::Stacked) {
            let stacking = if self.look == Look::Stacked { "normal" } else { "none" };
            let opacity = if self.look == Look::Stacked { 30 } else { 5 };
            defaults["custom"] = json!({
                "drawStyle": "line",
                "lineWidth": 1,
                "fillOpacity": opacity,
                "showPoints": "never",
                "spanNulls": false,
                "stacking": { "mode": stacking, "group": "A" },
            });
        }
        defaults
    }
}

impl Target {
    /// The query as the dashboard has it: narrowed down to what is chosen in its variables.
    #[must_use]
    pub fn scoped(&self, schema: &Schema) -> String {
        query::replace_series(schema, &self.expression, |name, matchers| {
            let known = schema.get(name).map(|series| &series.labels);
            let chosen = super::VARIABLES.into_iter().filter(|label| known.is_some_and(|known| known.contains(*label)));
            let chosen = chosen.map(|label| format!("{label}=~\"${label}\""));
            let all: Vec<_> = chosen.chain(matchers.filter(|text| !text.is_empty()).map(str::to_owned)).collect();
            format!("{name}{{{}}}", all.join(","))
        })
    }
}

impl Look {
    fn panel_type(self) -> &'static str {
        match self {
            Self::Number => "stat",
            Self::Lines | Self::Stacked => "timeseries",
            Self::HeatMap => "heatmap",
        }
    }

    fn options(self, unit: Unit) -> Value {
        match self {
            Self::Number => json!({
                "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
                "colorMode": "none",
                "graphMode": "none",
                "textMode": "auto",
            }),
            Self::Lines | Self::Stacked => json!({
                "legend": {
                    "displayMode": "table", "placement": "bottom", "showLegend": true, "calcs": ["lastNotNull", "max"],
                },
                "tooltip": { "mode": "multi", "sort": "desc" },
            }),
            Self::HeatMap => json!({
                "calculate": false,
                "cellGap": 1,
                "color": {
                    "mode": "scheme", "scheme": "Oranges", "steps": 64, "exponent": 0.5, "fill": "dark-orange", "reverse": false,
                },
                "yAxis": { "axisPlacement": "left", "unit": unit.grafana() },
                "tooltip": { "mode": "single", "yHistogram": false },
                "legend": { "show": true },
            }),
        }
    }
}

impl Unit {
    fn grafana(self) -> &'static str {
        match self {
            Self::Count => "short",
            Self::PerSecond => "ops",
            Self::Ratio => "percentunit",
            Self::Seconds => "s",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "Bps",
            Self::Dollars => "currencyUSD",
        }
    }
}
