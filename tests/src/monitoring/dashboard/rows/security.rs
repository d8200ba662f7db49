use crate::monitoring::dashboard::{Panel, Row, Unit};

/// Whether somebody tries what they may not.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::lines("Refused by the store", Unit::PerSecond)
            .about("The application's own credentials are missing, wrong or may not do it.")
            .query(
                "{{operation}} {{cloud}}",
                "sum by (cloud, operation) (
  rate(buckets_operation_errors_total{kind=~\"unauthenticated|permission_denied\"}[$__rate_interval])
)",
            )
            .may_be_empty("nothing was refused"),
        Panel::lines("Signed links presented", Unit::PerSecond)
            .about("A rise of `error` is somebody who changes links, or uses them after their time.")
            .query(
                "{{status}} {{cloud}}",
                "sum by (cloud, status) (rate(buckets_operations_total{operation=\"link\"}[$__rate_interval]))",
            ),
        Panel::lines("Deletions", Unit::PerSecond)
            .about("A sudden rise is a mistake, or somebody who ought not to be there.")
            .query(
                "{{cloud}}",
                "sum by (cloud) (rate(buckets_operations_total{operation=\"delete\",status=\"success\"}[$__rate_interval]))",
            ),
        Panel::lines("Access tokens asked for", Unit::PerSecond)
            .about("An `error` is no failure of an operation while the token before is good.")
            .query(
                "{{status}} {{adapter}}",
                "sum by (adapter, status) (rate(buckets_token_refreshes_total[$__rate_interval]))",
            )
            .may_be_empty("no adapter uses access tokens"),
        Panel::lines("Time until the access token expires", Unit::Seconds)
            .about("Of the process whose token expires first. Below zero where nobody has asked the store for long.")
            .may_be_negative()
            .query("{{adapter}}", "min by (adapter) (buckets_token_expiry_timestamp_seconds) - time()")
            .may_be_empty("no adapter uses access tokens"),
    ];
    Row { title: "Security", panels }
}
