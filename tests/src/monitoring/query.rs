//! PromQL that names only what there is.

use std::collections::BTreeSet;
use std::fmt;

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{
    self, AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, VectorMatchCardinality, VectorSelector, token,
};

use super::schema::{Schema, SeriesKind, values_of};

/// Labels of a vector; [`None`] of a number.
type Labels = Option<BTreeSet<String>>;

/// What Grafana fills in, and what stands for it while a query is checked.
const RATE_INTERVAL: (&str, &str) = ("$__rate_interval", "5m");

/// Checks that all series and labels that `expression` names are there, that only counters have a rate,
/// and that what is on both sides of an operator can match. Gives the labels of the answer.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn check(schema: &Schema, expression: &str) -> Result<BTreeSet<String>, Mistake> {
    let complete = expression.replace(RATE_INTERVAL.0, RATE_INTERVAL.1);
    let in_it = |what: String| Mistake::new(what, expression);
    let parsed = parser::parse(&complete).map_err(in_it)?;
    Ok(labels_of(schema, &parsed).map_err(in_it)?.unwrap_or_default())
}

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    what: String,
    expression: String,
}

impl Mistake {
    pub(super) fn new(what: impl Into<String>, expression: &str) -> Self {
        Self { what: what.into(), expression: expression.to_owned() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in the query {}", self.what, self.expression)
    }
}

impl std::error::Error for Mistake {}

/// `expression` with each series that is in `schema` replaced: `with` is given its name and what follows it
/// directly, up to the end of its matchers, and says what to put there.
#[must_use]
pub fn replace_series(schema: &Schema, expression: &str, mut with: impl FnMut(&str, Option<&str>) -> String) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '$');
    let mut out = String::with_capacity(2 * expression.len());
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ => rest.find(|c| !is_part(c)).unwrap_or(rest.len()).max(first.len_utf8()),
        };
        let (word, behind) = rest.split_at(length);
        rest = behind;
        if schema.get(word).is_none() {
            out.push_str(word);
            continue;
        }
        let matchers = behind.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        if let Some((_, behind)) = matchers {
            rest = behind;
        }
        out.push_str(&with(word, matchers.map(|(matchers, _)| matchers)));
    }
    out
}

fn labels_of(schema: &Schema, expression: &Expr) -> Result<Labels, String> {
    match expression {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Ok(None),
        Expr::Paren(inner) => labels_of(schema, &inner.expr),
        Expr::Unary(inner) => labels_of(schema, &inner.expr),
        Expr::Subquery(inner) => labels_of(schema, &inner.expr),
        Expr::VectorSelector(selector) => of_selector(schema, selector),
        Expr::MatrixSelector(matrix) => of_selector(schema, &matrix.vs),
        Expr::Call(call) => of_call(schema, call),
        Expr::Aggregate(aggregate) => of_aggregate(schema, aggregate),
        Expr::Binary(binary) => of_binary(schema, binary),
        Expr::Extension(_) => Err("something that is not PromQL".to_owned()),
    }
}

fn of_selector(schema: &Schema, selector: &VectorSelector) -> Result<Labels, String> {
    let name = selector.name.as_deref().ok_or("a selector without a name")?;
    let series = schema.get(name).ok_or_else(|| format!("there is no series `{name}`"))?;
    for matcher in &selector.matchers.matchers {
        let label = &matcher.name;
        if !series.labels.contains(label) {
            return Err(format!("`{name}` has no label `{label}`"));
        }
        if let Some(value) = unknown_value(matcher) {
            return Err(format!("`{label}` of `{name}` is never `{value}`"));
        }
    }
    Ok(Some(series.labels.clone()))
}

/// A value that a matcher looks for and that its label cannot have.
fn unknown_value(matcher: &Matcher) -> Option<&str> {
    let known = values_of(&matcher.name)?;
    match matcher.op {
        MatchOp::Equal | MatchOp::NotEqual => Some(&*matcher.value).filter(|value| !known.contains(value)),
        MatchOp::Re(_) | MatchOp::NotRe(_) => matcher.value.split('|').find(|value| !known.contains(value)),
    }
}

fn of_call(schema: &Schema, call: &Call) -> Result<Labels, String> {
    let function = call.func.name;
    let mut labels = None;
    for argument in &call.args.args {
        if matches!(function, "rate" | "irate" | "increase") {
            counted(schema, argument)?;
        }
        labels = labels.or(labels_of(schema, argument)?);
    }
    if function == "absent" {
        return Ok(Some(BTreeSet::new()));
    }
    if function == "histogram_quantile" {
        let of_buckets = labels.as_mut().is_some_and(|labels| labels.remove("le"));
        return if of_buckets { Ok(labels) } else { Err("a quantile of what has no buckets".to_owned()) };
    }
    Ok(labels)
}

fn counted(schema: &Schema, argument: &Expr) -> Result<(), String> {
    let Expr::MatrixSelector(matrix) = argument else { return Err("a rate of a calculation".to_owned()) };
    let name = matrix.vs.name.as_deref().unwrap_or_default();
    match schema.get(name) {
        Some(series) if series.kind == SeriesKind::Gauge => Err(format!("a rate of `{name}`, which is no counter")),
        _ => Ok(()),
    }
}

fn of_aggregate(schema: &Schema, aggregate: &AggregateExpr) -> Result<Labels, String> {
    let inner = labels_of(schema, &aggregate.expr)?.ok_or("a sum of a number")?;
    if let Some(label) = aggregate.modifier.iter().flat_map(|by| &by.labels().labels).find(|by| !inner.contains(*by)) {
        return Err(format!("nothing there has the label `{label}`"));
    }
    let keeps_all = [token::T_TOPK, token::T_BOTTOMK].contains(&aggregate.op.id());
    Ok(Some(match &aggregate.modifier {
        _ if keeps_all => inner,
        None => BTreeSet::new(),
        Some(LabelModifier::Include(labels)) => labels.labels.iter().cloned().collect(),
        Some(LabelModifier::Exclude(labels)) => {
            inner.into_iter().filter(|label| !labels.labels.contains(label)).collect()
        }
    }))
}

fn of_binary(schema: &Schema, binary: &BinaryExpr) -> Result<Labels, String> {
    let (left, right) = (labels_of(schema, &binary.lhs)?, labels_of(schema, &binary.rhs)?);
    let (Some(left), Some(right)) = (&left, &right) else { return Ok(left.or(right)) };
    let modifier = binary.modifier.as_ref();
    let matched = |labels: &BTreeSet<String>| -> BTreeSet<String> {
        match modifier.and_then(|modifier| modifier.matching.as_ref()) {
            Some(LabelModifier::Include(on)) => {
                labels.iter().filter(|label| on.labels.contains(label)).cloned().collect()
            }
            Some(LabelModifier::Exclude(ignored)) => {
                labels.iter().filter(|label| !ignored.labels.contains(label)).cloned().collect()
            }
            None => labels.clone(),
        }
    };
    if binary.op.id() != token::T_LOR && matched(left) != matched(right) {
        return Err(format!("what has the labels {left:?} never meets what has {right:?}"));
    }
    let one_to_one = modifier.is_none_or(|modifier| modifier.card == VectorMatchCardinality::OneToOne);
    Ok(Some(if one_to_one { matched(left) } else { left.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(expression: &str) -> String {
        check(&Schema::of_catalogue(), expression).expect_err(expression).what
    }

    #[test]
    fn a_query_of_what_is_there_says_which_labels_it_has() {
        let schema = Schema::of_catalogue();
        for (expression, labels) in [
            ("sum(rate(buckets_operations_total[$__rate_interval]))", &[][..]),
            (r#"sum by (cloud) (increase(buckets_operations_total{status="success"}[1h]))"#, &["cloud"]),
            ("topk(3, sum by (cloud, kind) (rate(buckets_operation_errors_total[5m])))", &["cloud", "kind"]),
            (
                "histogram_quantile(0.9, sum by (le, job) (rate(buckets_operation_duration_seconds_bucket[5m])))",
                &["job"],
            ),
            ("1 - sum without (instance, operation) (buckets_operations_in_flight)", &["adapter", "cloud", "job"]),
        ] {
            let found = check(&schema, expression).expect(expression);
            assert_eq!(found.iter().collect::<Vec<_>>(), labels, "{expression}");
        }
    }

    #[test]
    fn what_is_not_there_is_a_mistake() {
        for (expression, what) in [
            ("rate(buckets_operation_total[5m])", "there is no series `buckets_operation_total`"),
            (r#"buckets_operations_total{provider="s3"}"#, "`buckets_operations_total` has no label `provider`"),
            (
                r#"buckets_operations_total{status="failed"}"#,
                "`status` of `buckets_operations_total` is never `failed`",
            ),
            (
                r#"buckets_operations_total{operation=~"insert|upload"}"#,
                "`operation` of `buckets_operations_total` is never `upload`",
            ),
            ("sum by (bucket) (buckets_operations_in_flight)", "nothing there has the label `bucket`"),
            ("rate(buckets_operations_in_flight[5m])", "a rate of `buckets_operations_in_flight`, which is no counter"),
            (
                "histogram_quantile(0.9, sum by (cloud) (rate(buckets_operation_duration_seconds_bucket[5m])))",
                "a quantile of what has no buckets",
            ),
        ] {
            assert_eq!(mistake(expression), what);
        }
        let apart = "sum by (cloud) (rate(buckets_operations_total[5m])) / sum(rate(buckets_operations_total[5m]))";
        assert!(mistake(apart).contains("never meets"));
        assert!(!mistake("sum(").is_empty());
    }

    #[test]
    fn series_are_replaced_wherever_they_stand() {
        let with = |name: &str, matchers: Option<&str>| format!("<{name} {matchers:?}>");
        let replaced = replace_series(
            &Schema::of_catalogue(),
            r#"sum(buckets_operations_total{status="success"}) > "buckets_operations_total" + buckets_operations_in_flight"#,
            with,
        );
        assert_eq!(
            replaced,
            r#"sum(<buckets_operations_total Some("status=\"success\"")>) > "buckets_operations_total" + <buckets_operations_in_flight None>"#
        );
    }
}
