use super::Sampling;

impl Sampling {
    /// What a caller decided, by the `traceparent` header of its request (W3C trace context):
    /// kept or dropped by the flag *sampled*, undecided if there is no valid header.
    ///
    /// ```
    /// use buckets::telemetry::Sampling;
    ///
    /// let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    /// assert_eq!(Sampling::of_traceparent(header), Sampling::kept(1.0));
    /// assert_eq!(Sampling::of_traceparent("nonsense"), Sampling::UNDECIDED);
    /// ```
    pub fn of_traceparent(header: &str) -> Self {
        match sampled(header) {
            Some(true) => Self::kept(1.0),
            Some(false) => Self::DROPPED,
            None => Self::UNDECIDED,
        }
    }
}

fn sampled(header: &str) -> Option<bool> {
    let mut parts = header.trim().split('-');
    let mut hex = |len: usize| {
        let part = parts.next()?;
        let is_hex = part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        (part.len() == len && is_hex).then_some(part)
    };
    let (version, trace, parent, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    let is_zero = |part: &str| part.bytes().all(|byte| byte == b'0');
    // Later versions may have more parts, the first one not; `ff` is no version.
    let is_valid =
        version != "ff" && !is_zero(trace) && !is_zero(parent) && (version != "00" || parts.next().is_none());
    is_valid.then(|| u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::sampled;

    #[test]
    fn only_what_the_standard_allows_is_a_decision() {
        let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        assert_eq!(sampled(&format!("00-{trace}-{parent}-00")), Some(false));
        assert_eq!(sampled(&format!("00-{trace}-{parent}-03")), Some(true));
        assert_eq!(sampled(&format!("01-{trace}-{parent}-01-more")), Some(true));
        for bad in [
            format!("ff-{trace}-{parent}-01"),
            format!("00-{trace}-{parent}-01-more"),
            format!("00-{trace}-{parent}"),
            format!("00-{}-{parent}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{}-{parent}-01", trace.to_uppercase()),
            String::new(),
        ] {
            assert_eq!(sampled(&bad), None, "{bad}");
        }
    }
}
