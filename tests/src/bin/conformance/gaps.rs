//! What servers are known to lack, and how to see it with plain requests of the SDK, past our adapter.

use std::future::Future;
use std::pin::Pin;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart};
use futures_util::future::join_all;

/// Something a server may lack.
pub(crate) struct Gap {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// What the names of the behaviours that fail for it begin with.
    behaviours: &'static [&'static str],
    /// Whether the server lacks it.
    pub(crate) probe: for<'a> fn(&'a Server) -> Probe<'a>,
}

type Probe<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

impl Gap {
    pub(crate) fn explains(&self, behaviour: &str) -> bool {
        self.behaviours.iter().any(|begin| behaviour.starts_with(begin))
    }
}

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

pub(crate) const ALL: &[Gap] = &[
    Gap {
        name: "order",
        what: "lists are not in the order of the keys' bytes",
        behaviours: &["list.is_in_the_order", "list.orders_beyond"],
        probe: |server| Box::pin(server.lists_out_of_order()),
    },
    Gap {
        name: "checksums",
        what: "the CRC-32C of an upload, or of one in parts, is not checked, kept and told",
        behaviours: &[],
        probe: |server| {
            Box::pin(async { !(server.keeps_checksums().await && server.keeps_checksums_of_parts().await) })
        },
    },
    Gap {
        name: "create",
        what: "`If-None-Match: *` of a put is not honoured",
        behaviours: &["conditions.", "concurrency.of_many_creators", "cancellation.a_create"],
        probe: |server| Box::pin(server.replaces_in_spite_of_if_none_match()),
    },
    Gap {
        name: "race",
        what: "of puts with `If-None-Match: *` at once, more than one succeeds",
        behaviours: &["concurrency.of_many", "concurrency.counting"],
        probe: |server| Box::pin(server.lets_many_create()),
    },
    Gap {
        name: "replace",
        what: "`If-Match` of a put is not honoured",
        behaviours: &["conditions.", "concurrency.of_many_replacers", "concurrency.counting"],
        probe: |server| Box::pin(server.replaces_in_spite_of_if_match()),
    },
    Gap {
        name: "copy",
        what: "conditions on the destination of a copy are not honoured",
        behaviours: &["conditions.copy", "conditions.a_failed_condition", "concurrency.of_many_copies"],
        probe: |server| Box::pin(server.copies_in_spite_of_conditions()),
    },
    Gap {
        name: "get",
        what: "conditions of a get are not honoured",
        behaviours: &["get.if_", "get.a_condition", "get.conditions"],
        probe: |server| Box::pin(server.gets_in_spite_of_conditions()),
    },
    Gap {
        name: "attributes",
        what: "content type, cache control, disposition or metadata are not kept",
        behaviours: &[
            "put.attributes",
            "put.the_longest",
            "get.attributes",
            "head.tells_every",
            "copy.the_copy_has_the_attr",
            "copy.the_copy_replaces_the_attr",
        ],
        probe: |server| Box::pin(async { !server.keeps_attributes().await }),
    },
    Gap {
        name: "keys",
        what: "some names of objects that S3 allows are refused or changed",
        behaviours: &["keys."],
        probe: |server| Box::pin(async { !server.keeps_names().await }),
    },
];

impl Server {
    /// Whether an object can be stored, read and removed at all.
    pub(crate) async fn is_usable(&self) -> Result<(), String> {
        let told = |error: &dyn std::error::Error| aws_sdk_s3::error::DisplayErrorContext(error).to_string();
        self.put("usable", "hello").send().await.map_err(|error| told(&error))?;
        self.get("usable").send().await.map_err(|error| told(&error))?;
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(self.key("usable"))
            .send()
            .await
            .map_err(|error| told(&error))?;
        Ok(())
    }

    async fn lists_out_of_order(&self) -> bool {
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

    async fn keeps_checksums(&self) -> bool {
        let wrong = self.put("checksum", "hello").checksum_crc32_c(NOTHING).send().await;
        let right = self.put("checksum", "hello").checksum_crc32_c(HELLO).send().await;
        let told = self.checksum_of("checksum").await;
        self.remove(&["checksum"]).await;
        wrong.is_err() && right.is_ok() && told.as_deref() == Some(HELLO)
    }

    async fn keeps_checksums_of_parts(&self) -> bool {
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

    async fn replaces_in_spite_of_if_none_match(&self) -> bool {
        let first = self.put("create", "one").if_none_match("*").send().await;
        let second = self.put("create", "two").if_none_match("*").send().await;
        self.remove(&["create"]).await;
        first.is_err() || second.is_ok()
    }

    async fn lets_many_create(&self) -> bool {
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

    async fn replaces_in_spite_of_if_match(&self) -> bool {
        let tag = self.put("replace", "one").send().await.ok().and_then(|put| put.e_tag).unwrap_or_default();
        let wrong = self.put("replace", "two").if_match(OTHER_TAG).send().await;
        let right = self.put("replace", "two").if_match(tag).send().await;
        self.remove(&["replace"]).await;
        wrong.is_ok() || right.is_err()
    }

    async fn copies_in_spite_of_conditions(&self) -> bool {
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

    async fn gets_in_spite_of_conditions(&self) -> bool {
        let tag = self.put("get", "one").send().await.ok().and_then(|put| put.e_tag).unwrap_or_default();
        let other = self.get("get").if_match(OTHER_TAG).send().await;
        let same = self.get("get").if_none_match(tag).send().await;
        self.remove(&["get"]).await;
        other.is_ok() || same.is_ok()
    }

    async fn keeps_attributes(&self) -> bool {
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

    async fn keeps_names(&self) -> bool {
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

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    fn put(&self, name: &str, content: &str) -> aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder {
        let content = ByteStream::from(content.as_bytes().to_vec());
        self.client.put_object().bucket(&self.bucket).key(self.key(name)).body(content)
    }

    fn get(&self, name: &str) -> aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder {
        self.client.get_object().bucket(&self.bucket).key(self.key(name))
    }

    async fn remove(&self, names: &[&str]) {
        for name in names {
            let _ = self.client.delete_object().bucket(&self.bucket).key(self.key(name)).send().await;
        }
    }
}
