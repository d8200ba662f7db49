use crate::error::{Error, Result};

/// Whose S3 it is: decides what is not set by hand.
///
/// | provider | region | endpoint | address | checksums |
/// |---|---|---|---|---|
/// | [`Amazon`](Self::Amazon) | required | Amazon's of the region | bucket in the host | yes |
/// | [`CloudflareR2`](Self::CloudflareR2) | `auto` | required: `https://ACCOUNT.r2.cloudflarestorage.com` | bucket in the path | no |
/// | [`DigitalOceanSpaces`](Self::DigitalOceanSpaces) | `nyc3` | `https://REGION.digitaloceanspaces.com` | bucket in the path | no |
/// | [`Tigris`](Self::Tigris) | `auto` | `https://fly.storage.tigris.dev` | bucket in the path | no |
/// | [`Compatible`](Self::Compatible) | `us-east-1` | required | bucket in the path | no |
///
/// Each can be set otherwise on the builder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// Amazon S3.
    #[default]
    Amazon,
    /// Cloudflare R2.
    CloudflareR2,
    /// DigitalOcean Spaces.
    DigitalOceanSpaces,
    /// Tigris.
    Tigris,
    /// Any other server that speaks S3.
    Compatible,
}

impl Provider {
    /// Every provider, in declaration order.
    pub const ALL: &'static [Self] =
        &[Self::Amazon, Self::CloudflareR2, Self::DigitalOceanSpaces, Self::Tigris, Self::Compatible];

    /// The name that configurations use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Amazon => "amazon",
            Self::CloudflareR2 => "cloudflare_r2",
            Self::DigitalOceanSpaces => "digitalocean_spaces",
            Self::Tigris => "tigris",
            Self::Compatible => "compatible",
        }
    }

    /// The region where none is set; [`None`] where one is required.
    pub(super) const fn default_region(self) -> Option<&'static str> {
        match self {
            Self::Amazon => None,
            Self::CloudflareR2 | Self::Tigris => Some("auto"),
            Self::DigitalOceanSpaces => Some("nyc3"),
            Self::Compatible => Some("us-east-1"),
        }
    }

    /// The endpoint where none is set; [`None`] where the SDK knows it.
    pub(super) fn default_endpoint(self, region: &str) -> Result<Option<String>> {
        match self {
            Self::Amazon => Ok(None),
            Self::DigitalOceanSpaces => Ok(Some(format!("https://{region}.digitaloceanspaces.com"))),
            Self::Tigris => Ok(Some("https://fly.storage.tigris.dev".to_owned())),
            Self::CloudflareR2 => Err(Error::invalid(
                "Cloudflare R2 needs an endpoint: `https://ACCOUNT.r2.cloudflarestorage.com`, with your account's id",
            )),
            Self::Compatible => Err(Error::invalid("an S3-compatible server needs an endpoint")),
        }
    }

    /// Whether the bucket stands in the path rather than in the host. Certificates and names of hosts
    /// make that the safer of the two everywhere but at Amazon.
    pub(super) const fn path_style(self) -> bool {
        !matches!(self, Self::Amazon)
    }

    /// Whether CRC-32C is known to be kept and checked. Some of the others answer 501 to it, or take
    /// only some checksums; none of them may be assumed.
    pub(super) const fn checksums(self) -> bool {
        matches!(self, Self::Amazon)
    }
}

impl std::str::FromStr for Provider {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|provider| provider.as_str() == name).ok_or_else(|| {
            Error::invalid(
                "there is no such S3 provider; write `amazon`, `cloudflare_r2`, `digitalocean_spaces`, `tigris` or `compatible`",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_is_found_by_its_name() {
        for provider in Provider::ALL {
            assert_eq!(provider.as_str().parse::<Provider>().expect("known"), *provider);
        }
        assert!("aws".parse::<Provider>().is_err());
    }

    #[test]
    fn an_endpoint_follows_the_region() {
        let spaces = |region| Provider::DigitalOceanSpaces.default_endpoint(region).expect("known");
        assert_eq!(spaces("sfo3").as_deref(), Some("https://sfo3.digitaloceanspaces.com"));
        assert_eq!(Provider::Amazon.default_endpoint("eu-central-1").expect("known"), None);
        assert!(Provider::CloudflareR2.default_endpoint("auto").is_err());
    }
}
