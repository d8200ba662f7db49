//! The two texts that Prometheus reads, and which of them a client wants.

/// How metrics are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The classic text format, 0.0.4: what people, `curl` and `promtool` read.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// What the `Accept` header of a request asks for: OpenMetrics only where it is named and not
    /// liked less than plain text.
    pub(super) fn accepted_by(accept: &str) -> Self {
        let mut open_metrics = 0.0_f32;
        let mut text = 0.0_f32;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default();
            let mut version = None;
            let mut quality = 1.0_f32;
            for (name, value) in parts.filter_map(|part| part.split_once('=')) {
                match name.trim() {
                    "version" => version = Some(value.trim().trim_matches('"')),
                    "q" => quality = value.trim().parse().unwrap_or(0.0),
                    _ => {}
                }
            }
            if media.eq_ignore_ascii_case("application/openmetrics-text") && matches!(version, None | Some("1.0.0")) {
                open_metrics = quality.max(open_metrics);
            }
            if media.eq_ignore_ascii_case("text/plain") {
                text = quality.max(text);
            }
        }
        if open_metrics > 0.0 && open_metrics >= text { Self::OpenMetrics } else { Self::Text }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_they_understand() {
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                          text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        for accept in
            [prometheus, "application/openmetrics-text", "Application/OpenMetrics-Text; q=0.5; version=\"1.0.0\""]
        {
            assert_eq!(Format::accepted_by(accept), Format::OpenMetrics, "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "text/plain;version=0.0.4",
            "application/openmetrics-text;q=0.4,text/plain;q=0.5",
            "application/openmetrics-text;version=0.0.1",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=nonsense",
        ] {
            assert_eq!(Format::accepted_by(accept), Format::Text, "{accept}");
        }
    }
}
