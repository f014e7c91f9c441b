//! What hostile bytes may cost who reads them: memory in proportion to the input, work that grows no faster than it, and
//! an error where something is nested, counted or claimed beyond reason. Memory is counted by an allocator; of work, the
//! growth is measured and no time.

#[path = "support/ca.rs"]
mod ca;
#[path = "support/forge.rs"]
mod forge;
#[path = "support/people.rs"]
mod people;
#[path = "support/skip.rs"]
mod skip;
#[path = "support/structure.rs"]
mod structure;
#[path = "support/timed.rs"]
mod timed;

#[path = "readers/counted.rs"]
mod counted;
#[path = "readers/counts.rs"]
mod counts;
#[path = "readers/identifiers.rs"]
mod identifiers;
#[path = "readers/lengths.rs"]
mod lengths;
#[path = "readers/mails.rs"]
mod mails;
#[path = "readers/names.rs"]
mod names;
#[path = "readers/nesting.rs"]
mod nesting;
#[path = "readers/samples.rs"]
mod samples;
