//! Attributes and their values side by side: the one way through nested attributes.

use crate::terraform::language::schema::{Attribute, AttributeKind, Nesting, Schema};
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::{Path, PathStep};

/// One attribute of a value, on a [`Schema::walk`].
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its name in full, for texts. Elements of sets have no address and therefore no step here.
    pub path: &'a Path,
    /// What it is.
    pub attribute: &'a Attribute,
    /// Null where the value does not have it.
    pub value: &'a Value,
    /// Whether it or something around it is sensitive.
    pub sensitive: bool,
    /// How many steps of the path lead to the outermost set around it, if there is one.
    steps_to_set: Option<usize>,
}

impl Place<'_> {
    /// The path that Terraform can follow: it ends at the set, if the attribute is in one.
    pub fn address(&self) -> Path {
        let steps = &self.path.0;
        Path(steps[..self.steps_to_set.unwrap_or(steps.len())].to_vec())
    }
}

impl Schema {
    /// Visits every attribute of a value, parents before what is nested in them. Null and unknown values are visited and
    /// not entered.
    pub fn walk(&self, value: &Value, visit: &mut impl FnMut(Place<'_>)) {
        let root = Around {
            path: &Path::root(),
            sensitive: false,
            steps_to_set: None,
        };
        walk_object(&self.attributes, value, root, visit);
    }
}

/// What is known of the object around an attribute.
#[derive(Clone, Copy)]
struct Around<'a> {
    path: &'a Path,
    sensitive: bool,
    steps_to_set: Option<usize>,
}

fn walk_object(
    attributes: &[Attribute],
    object: &Value,
    around: Around<'_>,
    visit: &mut impl FnMut(Place<'_>),
) {
    for attribute in attributes {
        let place = Place {
            path: &around.path.then(attribute.name.as_str()),
            attribute,
            value: object.attribute(&attribute.name),
            sensitive: around.sensitive || attribute.sensitive,
            steps_to_set: around.steps_to_set,
        };
        visit(place);
        walk_nested(place, visit);
    }
}

fn walk_nested(place: Place<'_>, visit: &mut impl FnMut(Place<'_>)) {
    let AttributeKind::Nested(nesting, attributes) = &place.attribute.kind else {
        return;
    };
    let around = Around {
        path: place.path,
        sensitive: place.sensitive,
        steps_to_set: place.steps_to_set,
    };
    let mut enter = |element: &Value, around: Around<'_>| {
        if let Value::Map(_) = element {
            walk_object(attributes, element, around, visit);
        }
    };
    match (nesting, place.value) {
        (Nesting::Single, object) => enter(object, around),
        (Nesting::List, Value::List(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                let path = &place.path.join(PathStep::Index(index));
                enter(element, Around { path, ..around });
            }
        }
        (Nesting::Set, Value::List(elements)) => {
            let steps_to_set = around.steps_to_set.or(Some(place.path.0.len()));
            for element in elements {
                enter(
                    element,
                    Around {
                        steps_to_set,
                        ..around
                    },
                );
            }
        }
        (Nesting::Map, Value::Map(elements)) => {
            for (key, element) in elements {
                let path = &place.path.join(PathStep::Key(key.clone()));
                enter(element, Around { path, ..around });
            }
        }
        _ => {}
    }
}
