use crate::instrument::Registered;
use crate::telemetry::catalogue::EventDefinition;

/// The events of all instrumented functions, `span!`s and `event!`s in the program, by name: those
/// of its libraries as well, and those that were never called.
///
/// The linker has put them together, so asking costs no more than going over them. Several places of
/// one name are one event each here, as their measurements and metadata may differ.
///
/// ```
/// use buckets::instrumented;
/// use buckets::telemetry::catalogue;
///
/// /// An image was made smaller.
/// #[instrumented("my_app.image.resize", measurements(pixels = width * height))]
/// fn resize(width: u32, height: u32) {}
///
/// let event = catalogue::custom().into_iter().find(|event| event.name.as_str() == "my_app.image.resize").unwrap();
/// assert_eq!(event.doc, "An image was made smaller.");
/// assert_eq!(event.measurements, ["pixels"]);
/// ```
pub fn custom() -> Vec<EventDefinition> {
    let mut events: Vec<_> = inventory::iter::<Registered>().map(|registered| registered.0.definition()).collect();
    events.sort_by_key(|event| event.name.as_str());
    events
}
