//! Nothing of a tenant gets out of its prefix, and nothing from elsewhere gets in.

use buckets::adapter::{Adapter, Backend, Memory};
use buckets::operation::{Copy, Cursor, Delete, Get, Head, List, Operation, Put, Reply, Request, Response};
use buckets::testing::conformance::{self, Options};
use buckets::{Error, ErrorKind, Key, Prefix, Result};
use buckets_tower::PrefixLayer;
use buckets_tower::prefix::Prefixed;
use proptest::prelude::*;
use tower::{Layer, ServiceExt};

type Tenant = Prefixed<Backend<Memory>>;

fn key(text: &str) -> Key {
    Key::new(text).expect("valid")
}

fn tenant(store: &Backend<Memory>, base: &str) -> Tenant {
    PrefixLayer::new(key(base)).layer(store.clone())
}

async fn ask<O: Operation>(tenant: &Tenant, operation: O) -> Result<O::Output> {
    O::from_reply(tenant.clone().oneshot(Request::new(operation)).await?.reply)
}

/// Every key of the store itself.
async fn all(store: &Backend<Memory>) -> Vec<String> {
    let page = store.adapter().list(List::new(Prefix::default())).await.expect("listed");
    page.objects.into_iter().map(|object| object.key.as_str().to_owned()).collect()
}

#[tokio::test]
async fn a_tenants_part_of_a_store_is_a_store() {
    let store = Backend::new(Memory::new());
    store.adapter().put(Put::new(key("elsewhere"), "not the tenant's")).await.expect("stored");
    let capabilities = store.adapter().capabilities();
    let report = conformance::run(tenant(&store, "t"), capabilities, Options::new()).await;
    // The longest key there can be is too long behind a prefix.
    let failures: Vec<_> = report.failures().collect();
    assert_eq!(failures, ["keys.the_longest_key"], "{report}");
    assert_eq!(all(&store).await, ["elsewhere"], "all that was stored was removed");
}

#[tokio::test]
async fn each_operation_stays_below_and_answers_without_the_prefix() {
    let store = Backend::new(Memory::new());
    let (acme, other) = (tenant(&store, "acme"), tenant(&store, "acme2"));
    assert_eq!(ask(&acme, Put::new(key("a/b"), "ours")).await.expect("stored").meta.key, key("a/b"));
    assert_eq!(ask(&acme, Copy::new(key("a/b"), key("c"))).await.expect("copied").meta.key, key("c"));
    assert_eq!(all(&store).await, ["acme/a/b", "acme/c"]);
    assert_eq!(ask(&acme, Head::new(key("c"))).await.expect("there").key, key("c"));
    assert_eq!(ask(&acme, Get::new(key("c"))).await.expect("there").meta.key, key("c"));
    for operation in [ask(&other, Head::new(key("c"))).await, ask(&other, Head::new(key("acme/c"))).await] {
        assert_eq!(operation.expect_err("another's").kind(), ErrorKind::NotFound);
    }
    assert!(ask(&other, List::new(Prefix::default())).await.expect("listed").objects.is_empty());
    assert_eq!(ask(&acme, Delete::new(key("a/b"))).await.expect("deleted").existed, Some(true));
    assert_eq!(all(&store).await, ["acme/c"]);
}

#[tokio::test]
async fn pages_go_on_where_they_ended_and_their_cursors_show_no_prefix() {
    let store = Backend::new(Memory::new());
    let acme = tenant(&store, "secret-tenant");
    for name in ["a", "b/1", "b/2", "c"] {
        ask(&acme, Put::new(key(name), name.to_owned())).await.expect("stored");
    }
    store.adapter().put(Put::new(key("zzz"), "not the tenant's")).await.expect("stored");
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let mut list = List::new(Prefix::default()).folded().with_limit(1).expect("valid");
        list.cursor = cursor;
        let page = ask(&acme, list).await.expect("listed");
        seen.extend(page.objects.iter().map(|object| object.key.as_str().to_owned()));
        seen.extend(page.prefixes);
        cursor = page.next;
        let Some(next) = &cursor else { break };
        assert!(!next.as_str().contains("secret"), "{}", next.as_str());
    }
    assert_eq!(seen, ["a", "b/", "c"]);
}

#[tokio::test]
async fn what_the_tenant_could_not_name_it_does_not_hear_of() {
    let store = Backend::new(Memory::new());
    store.adapter().put(Put::new(key("acme/.buckets/x"), "odd")).await.expect("stored");
    let acme = tenant(&store, "acme");
    assert!(ask(&acme, List::new(Prefix::default())).await.expect("listed").objects.is_empty());
    assert!(ask(&acme, List::new(Prefix::default()).folded()).await.expect("listed").prefixes.is_empty());
}

#[tokio::test]
async fn a_store_that_answers_with_a_key_from_elsewhere_is_not_believed() {
    let elsewhere = tower::service_fn(async |request: Request| {
        let meta = buckets::ObjectMeta::new(key("elsewhere"), 0);
        let reply = match request.op.name() {
            "head" => Reply::Head(meta),
            _ => Reply::List(buckets::operation::Page::new(vec![meta], Vec::new(), None)),
        };
        Ok::<_, Error>(Response::new(reply))
    });
    let acme = PrefixLayer::new(key("acme")).layer(elsewhere);
    for request in [Request::new(Head::new(key("a"))), Request::new(List::new(Prefix::default()))] {
        let error = acme.clone().oneshot(request).await.expect_err("from elsewhere");
        assert_eq!(error.kind(), ErrorKind::Protocol);
    }
}

struct Tag;

impl Operation for Tag {
    type Output = ();
    const NAME: &'static str = "tag";
}

#[tokio::test]
async fn what_might_carry_a_key_unseen_is_refused() {
    let acme = tenant(&Backend::new(Memory::new()), "acme");
    assert_eq!(ask(&acme, Tag).await.expect_err("refused").kind(), ErrorKind::Unsupported);
    let long = key("x/".repeat(512).trim_end_matches('/'));
    assert_eq!(ask(&acme, Head::new(long)).await.expect_err("too long").kind(), ErrorKind::InvalidInput);
}

proptest! {
    /// Whatever is tried with keys, prefixes and cursors, of another's objects none is seen or touched.
    #[test]
    fn there_is_no_way_out(
        text in "(acme|other|\\.\\.|\\.|[ob]?acme|[ob]?other|%2e%2e|[a-z]{1,3})(/(\\.\\.|other|secret|[a-z]{1,3})){0,3}/?"
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let store = Backend::new(Memory::new());
            for name in ["other/secret", "secret", "zzz"] {
                store.adapter().put(Put::new(key(name), "not the tenant's")).await.expect("stored");
            }
            let acme = tenant(&store, "acme");
            if let Ok(tried) = Key::new(&text) {
                prop_assert!(ask(&acme, Get::new(tried.clone())).await.is_err());
                prop_assert!(ask(&acme, Copy::new(tried.clone(), key("mine"))).await.is_err());
                ask(&acme, Delete::new(tried.clone())).await.expect("nothing there");
                ask(&acme, Put::new(tried, "content")).await.expect("stored");
            }
            if let Ok(prefix) = Prefix::new(&text) {
                let page = ask(&acme, List::new(prefix)).await.expect("listed");
                prop_assert!(page.objects.len() <= 1);
            }
            for mark in ["", "o", "b"] {
                let Ok(cursor) = Cursor::new(format!("{mark}{text}")) else { continue };
                if let Ok(page) = ask(&acme, List::new(Prefix::default()).after(cursor)).await {
                    prop_assert!(page.objects.len() <= 1);
                }
            }
            let kept = all(&store).await;
            prop_assert!(["other/secret", "secret", "zzz"].iter().all(|name| kept.contains(&(*name).to_owned())));
            prop_assert!(kept.iter().filter(|name| !name.starts_with("acme/")).count() == 3);
            Ok(())
        })?;
    }
}
