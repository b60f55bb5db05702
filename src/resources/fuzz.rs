//! Broken answers of servers, as far as a resource reads them: see `jetstream::fuzz`.

use serde_json::Value as Json;

use crate::jetstream::StreamInfo;
use crate::jetstream::fuzz::{Chance, broken, inputs, streams};
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::messages::{contents, drift};
use crate::resources::object::changes::{Changes, adoption_changes};
use crate::resources::object_type::{self, Names, ObjectType};
use crate::resources::plan::lasting;
use crate::resources::wadm::WadmJetStream;
use crate::terraform::framework::private::Private;
use crate::terraform::language::Value;

#[test]
fn broken_streams_have_an_object_and_a_plan() {
    let mut chance = Chance::seeded(4);
    let sound = streams();
    for turn in 0..inputs() {
        let stream = sound[chance.below(sound.len())].clone();
        match turn % 2 {
            0 => plan(&LatticeBuckets, broken(&mut chance, stream)),
            _ => plan(&WadmJetStream, broken(&mut chance, stream)),
        }
    }
}

fn plan(object_type: &impl ObjectType, answer: Json) {
    let Some(info) = StreamInfo::read(&answer) else {
        return;
    };
    let schema = object_type::schema(object_type);
    let nothing = Value::object(
        schema
            .attributes
            .iter()
            .map(|attribute| (attribute.name.clone(), Value::Null)),
    );
    let private = Private::default();
    let names = Names {
        set_in: &nothing,
        private: &private,
    };
    for member in object_type.members(&nothing, names) {
        let object = member.object(&info, &Value::Null);
        let known = member.known(&object);
        let wanted = member.wanted(&object).config;
        let changes = Changes::between(&member, &wanted, &known, member.conditions(&info));
        for drift in lasting(&member, &changes.kept, &[]) {
            assert!(!drift.warning.detail.contains(['\u{1b}', '\u{202e}']));
        }
        _ = drift::recreation(&member, None, object.attribute("created").as_str());
        _ = adoption_changes(&member, &object, &info);
        _ = contents(&member, &info);
    }
}
