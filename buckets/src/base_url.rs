/// An absolute `http` or `https` URL without user, query and fragment, which other URLs can begin with; [`None`] if `url` is
/// none.
pub(crate) fn base_url(url: &str) -> Option<http::Uri> {
    let parsed: http::Uri = url.parse().ok()?;
    let is_http = matches!(parsed.scheme_str(), Some("http" | "https"));
    let has_user = parsed.authority().is_none_or(|authority| authority.as_str().contains('@'));
    (is_http && !has_user && !url.contains(['?', '#'])).then_some(parsed)
}
