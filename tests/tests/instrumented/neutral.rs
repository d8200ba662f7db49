//! What must be the same with the attribute and without: auto traits, sizes, lifetimes.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use buckets::instrumented;
use tokio::task::yield_now;

/// Which auto traits a type has, found out by which method there is.
macro_rules! auto_traits {
    ($value:expr) => {{
        struct Is<T>(std::marker::PhantomData<T>);
        struct IsNot;
        impl<T> std::ops::Deref for Is<T> {
            type Target = IsNot;
            fn deref(&self) -> &IsNot {
                &IsNot
            }
        }
        auto_traits! { @ Send::send Sync::sync Unpin::unpin UnwindSafe::unwind_safe RefUnwindSafe::ref_unwind_safe }
        fn of<T>(_: &T) -> Is<T> {
            Is(std::marker::PhantomData)
        }
        let is = of(&$value);
        [is.send(), is.sync(), is.unpin(), is.unwind_safe(), is.ref_unwind_safe()]
    }};
    (@ $($auto:ident::$method:ident)+) => {$(
        #[allow(dead_code, reason = "which of the two is called depends on the type")]
        impl<T: $auto> Is<T> {
            fn $method(&self) -> bool {
                true
            }
        }
        #[allow(dead_code, reason = "as above")]
        impl IsNot {
            fn $method(&self) -> bool {
                false
            }
        }
    )+};
}

macro_rules! twice {
    ($($item:item)+) => {
        mod plain {
            use super::*;
            $($item)+
        }
        mod observed {
            use super::*;
            $(#[instrumented] $item)+
        }
    };
}

twice! {
    pub(super) async fn sendable(text: String) -> Result<usize, String> {
        yield_now().await;
        Ok(text.len())
    }
    pub(super) async fn local(text: Rc<str>) -> usize {
        yield_now().await;
        text.len()
    }
    pub(super) fn by_hand(n: u8) -> impl Future<Output = u8> + Send + Unpin {
        std::future::ready(n)
    }
    pub(super) fn boxed(text: &str) -> std::pin::Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(async move { text.len() })
    }
    pub(super) async fn leaf(bytes: [u8; 1024]) -> u32 {
        yield_now().await;
        bytes.iter().copied().map(u32::from).sum()
    }
    pub(super) async fn one(bytes: [u8; 1024]) -> u32 {
        leaf(bytes).await
    }
    pub(super) async fn level_1(n: u8) -> u32 {
        one([n; 1024]).await
    }
    pub(super) async fn level_2(n: u8) -> u32 {
        level_1(n).await
    }
    pub(super) async fn level_3(n: u8) -> u32 {
        level_2(n).await
    }
    pub(super) async fn level_4(n: u8) -> u32 {
        level_3(n).await
    }
    pub(super) fn outlives<'long: 'short, 'short>(long: &'long str, _short: &'short str) -> Option<&'long str> {
        Some(long)
    }
}

#[test]
fn futures_have_the_same_auto_traits() {
    assert_eq!(auto_traits!(observed::sendable(String::new())), auto_traits!(plain::sendable(String::new())));
    assert_eq!(auto_traits!(observed::local("".into())), auto_traits!(plain::local("".into())));
    assert_eq!(auto_traits!(observed::by_hand(1)), auto_traits!(plain::by_hand(1)));
    assert_eq!(auto_traits!(observed::boxed("")), auto_traits!(plain::boxed("")));
}

/// Doubling at each level is what made others' futures overflow stacks.
#[test]
fn each_level_adds_the_same_few_bytes_to_a_future() {
    let plain = [
        size_of_val(&plain::level_1(1)),
        size_of_val(&plain::level_2(1)),
        size_of_val(&plain::level_3(1)),
        size_of_val(&plain::level_4(1)),
    ];
    let observed = [
        size_of_val(&observed::level_1(1)),
        size_of_val(&observed::level_2(1)),
        size_of_val(&observed::level_3(1)),
        size_of_val(&observed::level_4(1)),
    ];
    let added: Vec<_> = observed.windows(2).zip(plain.windows(2)).map(|(o, p)| (o[1] - o[0]) - (p[1] - p[0])).collect();
    println!("future sizes: plain {plain:?}, observed {observed:?}, added per level {added:?}");
    assert!(added.iter().all(|bytes| *bytes == added[0] && *bytes <= 32), "{added:?}");
    assert!(observed[0] < plain[0] + 1200, "an argument is there at most once more: {observed:?}");
}

#[test]
fn what_is_returned_may_outlive_what_it_does_not_borrow() {
    let long = "long".to_owned();
    let kept = {
        let short = "short".to_owned();
        observed::outlives(&long, &short)
    };
    assert_eq!(kept, plain::outlives(&long, ""));
}
