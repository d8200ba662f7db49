//! Every started operation has exactly one end, and the right one.

mod bodies;
mod budget;
mod endings;
mod handlers;
mod mix;
mod progress;
mod sampling;
mod scripted;
