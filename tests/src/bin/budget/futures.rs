//! How large futures of functions are that call one another.

macro_rules! chain {
    ($module:ident, $(#[$attribute:meta])?) => {
        mod $module {
            $(#[$attribute])?
            pub(super) async fn leaf(bytes: [u8; 1024]) -> u8 {
                std::future::ready(()).await;
                bytes[0]
            }
            $(#[$attribute])?
            pub(super) async fn level_1(n: u8) -> u8 {
                leaf([n; 1024]).await
            }
            $(#[$attribute])?
            pub(super) async fn level_2(n: u8) -> u8 {
                level_1(n).await
            }
            $(#[$attribute])?
            pub(super) async fn level_3(n: u8) -> u8 {
                level_2(n).await
            }
            $(#[$attribute])?
            pub(super) async fn level_4(n: u8) -> u8 {
                level_3(n).await
            }

            pub(super) fn sizes() -> [usize; 4] {
                [size_of_val(&level_1(1)), size_of_val(&level_2(1)), size_of_val(&level_3(1)), size_of_val(&level_4(1))]
            }
        }
    };
}

chain!(bare,);
chain!(instrumented, #[buckets::instrumented]);
chain!(tracing_instrumented, #[tracing::instrument(skip_all)]);

/// Prints them; gives back whether each level of ours adds the same.
pub(crate) fn print() -> bool {
    println!("bytes of futures, four levels above one with 1024 bytes:");
    let all = [
        ("no attribute", bare::sizes()),
        ("#[instrumented]", instrumented::sizes()),
        ("#[tracing::instrument(skip_all)]", tracing_instrumented::sizes()),
    ];
    for (title, sizes) in all {
        let steps: Vec<_> = sizes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        println!("{title:<34} {sizes:?}, each level adds {steps:?}");
    }
    let [_, (_, ours), _] = all;
    ours.windows(3).all(|three| three[1] - three[0] == three[2] - three[1])
}
