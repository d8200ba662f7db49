//! What a server does with plain requests of the SDK, past our adapter.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::delete_object::builders::DeleteObjectFluentBuilder;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart};
use buckets::Key;
use futures_util::future::join_all;

/// A bucket of the server.
pub(crate) struct Server {
    pub(crate) client: Client,
    pub(crate) bucket: String,
    pub(crate) prefix: String,
}

/// CRC-32C of `hello`, and of nothing.
const HELLO: &str = "mnG7TA==";
const NOTHING: &str = "AAAAAA==";

/// The tag of no object.
const OTHER_TAG: &str = "\"0123456789abcdef0123456789abcdef\"";

impl Server {
    /// Whether an object can be stored, read and removed at all.
    pub(crate) async fn is_usable(&self) -> Result<(), String> {
        let told = |error: &dyn std::error::Error| aws_sdk_s3::error::DisplayErrorContext(error).to_string();
        self.put("usable", "hello").send().await.map_err(|error| told(&error))?;
        self.get("usable").send().await.map_err(|error| told(&error))?;
        self.delete("usable").send().await.map(drop).map_err(|error| told(&error))
    }

    pub(crate) async fn lists_out_of_order(&self) -> bool {
        let names = ["order/a-b", "order/a/b", "order/a0"];
        for name in names {
            let _ = self.put(name, "").send().await;
        }
        let page = self.client.list_objects_v2().bucket(&self.bucket).prefix(self.key("order/")).send().await;
        let listed: Vec<_> = page.iter().flat_map(|page| page.contents()).filter_map(|object| object.key()).collect();
        let out_of_order = !listed.is_sorted();
        self.remove(&names).await;
        out_of_order
    }

    pub(crate) async fn keeps_checksums(&self) -> bool {
        let wrong = self.put("checksum", "hello").checksum_crc32_c(NOTHING).send().await;
        let right = self.put("checksum", "hello").checksum_crc32_c(HELLO).send().await;
        let told = self.checksum_of("checksum").await;
        self.remove(&["checksum"]).await;
        wrong.is_err() && right.is_ok() && told.as_deref() == Some(HELLO)
    }

    pub(crate) async fn keeps_checksums_of_parts(&self) -> bool {
        let told = self.upload_in_parts("parts").await;
        self.remove(&["parts"]).await;
        told.as_deref() == Some(HELLO)
    }

    /// The checksum of `hello`, stored as an upload of one part.
    async fn upload_in_parts(&self, name: &str) -> Option<String> {
        let (client, bucket, key) = (&self.client, &self.bucket, self.key(name));
        let begin =
            client.create_multipart_upload().bucket(bucket).key(&key).checksum_algorithm(ChecksumAlgorithm::Crc32C);
        let id = begin.checksum_type(ChecksumType::FullObject).send().await.ok()?.upload_id?;
        let part = client.upload_part().bucket(bucket).key(&key).upload_id(&id).part_number(1).checksum_crc32_c(HELLO);
        let tag = part.body(ByteStream::from_static(b"hello")).send().await.ok()?.e_tag?;
        let part = CompletedPart::builder().part_number(1).e_tag(tag).checksum_crc32_c(HELLO).build();
        let parts = CompletedMultipartUpload::builder().parts(part).build();
        let complete =
            client.complete_multipart_upload().bucket(bucket).key(&key).upload_id(&id).multipart_upload(parts);
        complete.checksum_type(ChecksumType::FullObject).checksum_crc32_c(HELLO).send().await.ok()?;
        self.checksum_of(name).await
    }

    async fn checksum_of(&self, name: &str) -> Option<String> {
        let head = self.client.head_object().bucket(&self.bucket).key(self.key(name));
        head.checksum_mode(ChecksumMode::Enabled).send().await.ok()?.checksum_crc32_c
    }

    pub(crate) async fn replaces_in_spite_of_if_none_match(&self) -> bool {
        let first = self.put("create", "one").if_none_match("*").send().await;
        let second = self.put("create", "two").if_none_match("*").send().await;
        self.remove(&["create"]).await;
        first.is_err() || second.is_ok()
    }

    pub(crate) async fn lets_many_create(&self) -> bool {
        for round in 0..20 {
            let name = format!("race-{round}");
            let puts = join_all((0..8).map(|_| self.put(&name, "one").if_none_match("*").send())).await;
            self.remove(&[&name]).await;
            if puts.iter().filter(|put| put.is_ok()).count() > 1 {
                return true;
            }
        }
        false
    }

    pub(crate) async fn replaces_in_spite_of_if_match(&self) -> bool {
        let tag = self.put("replace", "one").send().await.ok().and_then(|put| put.e_tag).unwrap_or_default();
        let wrong = self.put("replace", "two").if_match(OTHER_TAG).send().await;
        let right = self.put("replace", "two").if_match(tag).send().await;
        self.remove(&["replace"]).await;
        wrong.is_ok() || right.is_err()
    }

    pub(crate) async fn copies_in_spite_of_conditions(&self) -> bool {
        let _ = self.put("source", "one").send().await;
        let _ = self.put("there", "two").send().await;
        let copy = |to: &str| {
            let source = format!("{}/{}", self.bucket, self.key("source"));
            self.client.copy_object().bucket(&self.bucket).key(self.key(to)).copy_source(source)
        };
        let absent = copy("there").if_none_match("*").send().await;
        let other = copy("there").if_match(OTHER_TAG).send().await;
        let free = copy("free").if_none_match("*").send().await;
        self.remove(&["source", "there", "free"]).await;
        absent.is_ok() || other.is_ok() || free.is_err()
    }

    pub(crate) async fn gets_in_spite_of_conditions(&self) -> bool {
        let tag = self.put("get", "one").send().await.ok().and_then(|put| put.e_tag).unwrap_or_default();
        let other = self.get("get").if_match(OTHER_TAG).send().await;
        let same = self.get("get").if_none_match(tag).send().await;
        self.remove(&["get"]).await;
        other.is_ok() || same.is_ok()
    }

    pub(crate) async fn keeps_attributes(&self) -> bool {
        let put = self.put("attributes", "one").content_type("image/png").cache_control("no-store");
        let _ = put.content_disposition("inline").metadata("name", "value").send().await;
        let head = self.client.head_object().bucket(&self.bucket).key(self.key("attributes")).send().await;
        self.remove(&["attributes"]).await;
        head.is_ok_and(|head| {
            let metadata = head.metadata().and_then(|metadata| metadata.get("name")).map(String::as_str);
            (head.content_type(), head.cache_control(), head.content_disposition(), metadata)
                == (Some("image/png"), Some("no-store"), Some("inline"), Some("value"))
        })
    }

    pub(crate) async fn keeps_names(&self) -> bool {
        let names = [" a ", "a+b", "a%2fb", "a?b#c", "ä/文件/🗝", "...", "a:b*c", "&<>\"'", "e\u{301}", "é"];
        let mut kept = true;
        for name in names {
            kept &= self.put(name, name).send().await.is_ok();
        }
        for name in names {
            let content = match self.get(name).send().await {
                Ok(get) => get.body.collect().await.map(|content| content.into_bytes()).unwrap_or_default(),
                Err(_) => Default::default(),
            };
            kept &= content == name;
        }
        self.remove(&names).await;
        kept
    }

    pub(crate) async fn keeps_long_names(&self) -> bool {
        let room = Key::MAX_LEN - self.key("").len();
        let names = [
            "x".repeat(Key::MAX_SEGMENT_LEN),
            "é".repeat(Key::MAX_SEGMENT_LEN / 2),
            "a/".repeat(room / 2 - 1) + "b",
            "abcdefghi/".repeat(room / 10 - 1) + "b",
        ];
        let mut kept = true;
        for name in &names {
            kept &= self.put(name, name).send().await.is_ok() && self.get(name).send().await.is_ok();
        }
        self.remove(&names).await;
        kept
    }

    pub(crate) async fn tells_objects_from_prefixes(&self) -> bool {
        let _ = self.put("prefix/below", "one").send().await;
        let get = self.get("prefix").send().await;
        let no_object = get.is_err_and(|error| error.code() == Some("NoSuchKey"));
        let deleted = self.delete("prefix").send().await.is_ok();
        let stored = self.put("prefix", "two").send().await.is_ok();
        let kept = self.get("prefix/below").send().await.is_ok();
        self.remove(&["prefix", "prefix/below"]).await;
        no_object && deleted && stored && kept
    }

    pub(crate) async fn cuts_ranges(&self) -> bool {
        let _ = self.put("range", "hello").send().await;
        let _ = self.put("empty", "").send().await;
        let long = self.get("range").range("bytes=-6").send().await;
        let empty = self.get("empty").range("bytes=-1").send().await;
        self.remove(&["range", "empty"]).await;
        long.is_ok_and(|get| get.content_length() == Some(5))
            && empty.is_err_and(|error| error.code() == Some("InvalidRange"))
    }

    pub(crate) async fn fails_deletes_at_once(&self) -> bool {
        for _ in 0..20 {
            let _ = self.put("deletes", "one").send().await;
            let deletes = join_all((0..8).map(|_| self.delete("deletes").send())).await;
            if deletes.iter().any(Result::is_err) {
                return true;
            }
        }
        false
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    fn put(&self, name: &str, content: &str) -> PutObjectFluentBuilder {
        let content = ByteStream::from(content.as_bytes().to_vec());
        self.client.put_object().bucket(&self.bucket).key(self.key(name)).body(content)
    }

    fn get(&self, name: &str) -> GetObjectFluentBuilder {
        self.client.get_object().bucket(&self.bucket).key(self.key(name))
    }

    fn delete(&self, name: &str) -> DeleteObjectFluentBuilder {
        self.client.delete_object().bucket(&self.bucket).key(self.key(name))
    }

    async fn remove(&self, names: &[impl AsRef<str>]) {
        for name in names {
            let _ = self.delete(name.as_ref()).send().await;
        }
    }
}
