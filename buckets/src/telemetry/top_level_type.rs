/// What stands before the slash of a content type: one of a closed set, because users choose content
/// types. A number, because it moves with its span.
#[derive(Clone, Copy)]
pub(crate) struct TopLevelType(u8);

/// The registered ones (RFC 6838 and successors), and what all others are called.
const NAMES: [&str; 11] =
    ["application", "audio", "example", "font", "haptics", "image", "message", "model", "text", "video", "other"];

impl TopLevelType {
    /// That of a content type in any case, with or without parameters.
    pub(crate) fn of(content_type: &str) -> Self {
        let top = content_type.bytes().position(|byte| byte == b'/').map_or(content_type, |end| &content_type[..end]);
        let known = NAMES.iter().position(|name| top.len() == name.len() && name.eq_ignore_ascii_case(top));
        Self(known.unwrap_or(NAMES.len() - 1) as u8)
    }

    pub(crate) fn as_str(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::TopLevelType;

    #[test]
    fn only_registered_types_have_a_name_of_their_own() {
        for (content_type, expected) in
            [("image/png", "image"), ("Text/HTML; charset=utf-8", "text"), ("jane.doe/x", "other"), ("", "other")]
        {
            assert_eq!(TopLevelType::of(content_type).as_str(), expected, "{content_type}");
        }
    }
}
