//! The README and the guides, as doctests: this package has all they use.

macro_rules! guides {
    ($($name:ident: $path:literal;)+) => {$(
        #[doc = include_str!(concat!("../../", $path))]
        mod $name {}
    )+};
}

guides! {
    readme: "README.md";
    getting_started: "docs/getting-started.md";
    cost: "docs/cost.md";
    core_concepts: "docs/core-concepts.md";
    custom_metrics: "docs/custom-metrics.md";
    error_handling: "docs/error-handling.md";
    error_tracking: "docs/error-tracking.md";
    opentelemetry: "docs/opentelemetry.md";
    telemetry: "docs/telemetry.md";
    retries_and_timeouts: "docs/retries-and-timeouts.md";
    s3: "docs/s3.md";
    signed_urls: "docs/signed-urls.md";
    direct_uploads: "docs/direct-uploads.md";
    tenants: "docs/tenants.md";
    sampling: "docs/sampling.md";
    layers: "docs/layers.md";
    monitoring: "docs/monitoring.md";
    security_monitoring: "docs/security-monitoring.md";
    performance_optimization: "docs/performance-optimization.md";
    production_checklist: "docs/production-checklist.md";
    testing: "docs/testing.md";
    writing_an_adapter: "docs/writing-an-adapter.md";
    bridges: "docs/bridges.md";
}
