//! `#[instrumented]`, `span!` and `event!`: what they accept, and what they tell.

mod asynchronous;
mod blocks;
mod listening;
mod methods;
mod neutral;
mod options;
mod outcomes;
mod returned_futures;
mod synchronous;
