//! The formats that Prometheus reads, and which of them a client wants.

/// How metrics are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The classic text format, 0.0.4: what people, `curl` and `promtool` read.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Delimited messages, the only one with native histograms.
    Protobuf,
}

impl Format {
    /// What the `Accept` header of a request asks for: OpenMetrics only where it is named and not
    /// liked less than plain text, and protobuf only where it is named and liked as much as any.
    pub(super) fn accepted_by(accept: &str, has_native: bool) -> Self {
        let mut protobuf = 0.0_f32;
        let mut open_metrics = 0.0_f32;
        let mut text = 0.0_f32;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default();
            let (mut version, mut encoding, mut message) = (None, None, None);
            let mut quality = 1.0_f32;
            for (name, value) in parts.filter_map(|part| part.split_once('=')) {
                let value = value.trim().trim_matches('"');
                match name.trim() {
                    "version" => version = Some(value),
                    "encoding" => encoding = Some(value),
                    "proto" => message = Some(value),
                    "q" => quality = value.parse().unwrap_or(0.0),
                    _ => {}
                }
            }
            if media.eq_ignore_ascii_case("application/openmetrics-text") && matches!(version, None | Some("1.0.0")) {
                open_metrics = quality.max(open_metrics);
            }
            if media.eq_ignore_ascii_case("text/plain") {
                text = quality.max(text);
            }
            let is_delimited = encoding == Some("delimited") && message == Some("io.prometheus.client.MetricFamily");
            if media.eq_ignore_ascii_case("application/vnd.google.protobuf") && is_delimited && has_native {
                protobuf = quality.max(protobuf);
            }
        }
        if protobuf > 0.0 && protobuf >= open_metrics.max(text) {
            return Self::Protobuf;
        }
        if open_metrics > 0.0 && open_metrics >= text { Self::OpenMetrics } else { Self::Text }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Protobuf => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
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
            assert_eq!(Format::accepted_by(accept, true), Format::OpenMetrics, "{accept}");
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
            assert_eq!(Format::accepted_by(accept, true), Format::Text, "{accept}");
        }
    }

    #[test]
    fn who_prefers_protobuf_gets_it_where_there_is_something_in_it_that_texts_have_not() {
        let message = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
        let version_2 = format!("{message},application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5");
        let version_3 =
            format!("{message};q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5");
        for accept in [&version_2, &version_3] {
            assert_eq!(Format::accepted_by(accept, true), Format::Protobuf, "{accept}");
            assert_eq!(Format::accepted_by(accept, false), Format::OpenMetrics, "{accept}");
        }
        let less_liked = format!("{message};q=0.4,text/plain;q=0.5");
        let as_text = message.replace("delimited", "text");
        for accept in [&less_liked, &as_text, "application/vnd.google.protobuf", &message.replace("client", "other")] {
            assert_eq!(Format::accepted_by(accept, true), Format::Text, "{accept}");
        }
    }
}
