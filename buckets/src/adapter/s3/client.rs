use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, RequestChecksumCalculation, ResponseChecksumValidation, SharedCredentialsProvider,
    StalledStreamProtectionConfig,
};
use aws_sdk_s3::types::ObjectCannedAcl;

use super::document::WholeDocuments;

/// How long it may take to connect.
const CONNECT: Duration = Duration::from_millis(3100);
/// How long the store may take until it begins to answer.
const ANSWER: Duration = Duration::from_secs(30);
/// The same for what the store does with whole objects before it answers.
const SERVER_SIDE: Duration = Duration::from_secs(5 * 60);
/// The slowest that an upload is waited for, in bytes per second.
const SLOWEST: u64 = 64 * 1024;
/// How long a body may stand still.
const STALL: Duration = Duration::from_secs(20);

/// A bucket, and how to ask for it.
#[derive(Clone)]
pub(super) struct Bucket {
    pub(super) client: Client,
    pub(super) name: Arc<str>,
    /// Who asks, where that is known here: to sign what the SDK does not.
    pub(super) credentials: Option<SharedCredentialsProvider>,
    /// Whether CRC-32C is sent, asked for and checked.
    pub(super) checksums: bool,
    /// Who may read what is stored here, where that is not left to the bucket.
    pub(super) acl: Option<ObjectCannedAcl>,
}

impl Bucket {
    /// The same bucket, for content whose checksum is not known here.
    pub(super) fn without_checksums(&self) -> Self {
        Self { checksums: false, ..self.clone() }
    }
}

/// What every client has, wherever the rest of its settings come from.
pub(super) fn settings(builder: Builder) -> Builder {
    builder
        .behavior_version(BehaviorVersion::v2026_01_12())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(ANSWER).build())
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(STALL).build())
        // Checksums are sent and checked by the adapter: the SDK's default is one that many servers refuse.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .interceptor(WholeDocuments)
}

/// For requests with content: the SDK counts the time that sending takes as time without an answer.
pub(super) fn sending(len: usize) -> Builder {
    let answer = ANSWER + Duration::from_secs(len as u64 / SLOWEST);
    Builder::new().timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(answer).build())
}

/// For calls that the store works on for long before it answers: copying, and putting parts together.
pub(super) fn server_side() -> Builder {
    Builder::new()
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(SERVER_SIDE).build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}
