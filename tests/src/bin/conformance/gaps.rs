//! What servers are known to lack.

use std::future::Future;
use std::pin::Pin;

use crate::server::Server;

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
    Gap {
        name: "long keys",
        what: "keys of 1024 bytes, or with segments of 255, are refused",
        behaviours: &["keys.the_longest", "keys.many_segments"],
        probe: |server| Box::pin(async { !server.keeps_long_names().await }),
    },
    Gap {
        name: "prefixes",
        what: "what the keys of objects begin with is no key of its own: it cannot be stored, or reads and deletes fail",
        behaviours: &["keys.an_object_and_a_directory", "get.the_directory_of_an_object", "delete.what_lies_below"],
        probe: |server| Box::pin(async { !server.tells_objects_from_prefixes().await }),
    },
    Gap {
        name: "ranges",
        what: "a range that asks for more than the object has, at its end, is an error of the server",
        behaviours: &["get.a_range_beyond", "get.any_range_of_an_empty"],
        probe: |server| Box::pin(async { !server.cuts_ranges().await }),
    },
    Gap {
        name: "deletes",
        what: "of deletes of one object at once, some fail",
        behaviours: &["concurrency.puts_and_deletes"],
        probe: |server| Box::pin(server.fails_deletes_at_once()),
    },
];
