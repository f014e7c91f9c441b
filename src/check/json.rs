//! Findings for programs: `serde::Serialize`, written by hand so that names and texts are chosen, not derived.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Check;

/// `aspect`, `outcome`, `what`, `why` (a sentence, or null) and `reference`.
impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut check = serializer.serialize_struct("Check", 5)?;
        check.serialize_field("aspect", self.aspect().name())?;
        check.serialize_field("outcome", self.outcome().name())?;
        check.serialize_field("what", self.what())?;
        check.serialize_field("why", &self.why().map(ToString::to_string))?;
        check.serialize_field("reference", self.reference())?;
        check.end()
    }
}
