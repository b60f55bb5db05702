//! Attributes and their values side by side: the one way through nested attributes.

use crate::terraform::language::schema::{Attribute, AttributeKind, Nesting, Schema};
use crate::terraform::language::value::Value;
use crate::terraform::language::value::path::{Path, PathStep};

/// One attribute of a value, on a [`Schema::walk`].
#[derive(Clone, Copy, Debug)]
pub struct Visited<'a> {
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

impl Visited<'_> {
    /// The path that Terraform can follow: it ends at the set, if the attribute is in one.
    pub fn address(&self) -> Path {
        let steps = &self.path.0;
        Path(steps[..self.steps_to_set.unwrap_or(steps.len())].to_vec())
    }
}

impl Schema {
    /// Visits every attribute of a value, parents before what is nested in them. Null and unknown values are visited and
    /// not entered.
    pub fn walk(&self, value: &Value, visit: &mut impl FnMut(Visited<'_>)) {
        let root = Enclosing {
            path: &Path::root(),
            sensitive: false,
            steps_to_set: None,
        };
        walk_object(&self.attributes, value, root, visit);
    }
}

/// What is known of the object around an attribute.
#[derive(Clone, Copy)]
struct Enclosing<'a> {
    path: &'a Path,
    sensitive: bool,
    steps_to_set: Option<usize>,
}

fn walk_object(
    attributes: &[Attribute],
    object: &Value,
    enclosing: Enclosing<'_>,
    visit: &mut impl FnMut(Visited<'_>),
) {
    for attribute in attributes {
        let visited = Visited {
            path: &enclosing.path.then(attribute.name.as_str()),
            attribute,
            value: object.attribute(&attribute.name),
            sensitive: enclosing.sensitive || attribute.sensitive,
            steps_to_set: enclosing.steps_to_set,
        };
        visit(visited);
        walk_nested(visited, visit);
    }
}

fn walk_nested(visited: Visited<'_>, visit: &mut impl FnMut(Visited<'_>)) {
    let AttributeKind::Nested(nesting, attributes) = &visited.attribute.kind else {
        return;
    };
    let enclosing = Enclosing {
        path: visited.path,
        sensitive: visited.sensitive,
        steps_to_set: visited.steps_to_set,
    };
    let mut enter = |element: &Value, enclosing: Enclosing<'_>| {
        if let Value::Map(_) = element {
            walk_object(attributes, element, enclosing, visit);
        }
    };
    match (nesting, visited.value) {
        (Nesting::Single, object) => enter(object, enclosing),
        (Nesting::List, Value::List(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                let path = &visited.path.join(PathStep::Index(index));
                enter(element, Enclosing { path, ..enclosing });
            }
        }
        (Nesting::Set, Value::List(elements)) => {
            let steps_to_set = enclosing.steps_to_set.or(Some(visited.path.0.len()));
            for element in elements {
                enter(
                    element,
                    Enclosing {
                        steps_to_set,
                        ..enclosing
                    },
                );
            }
        }
        (Nesting::Map, Value::Map(elements)) => {
            for (key, element) in elements {
                let path = &visited.path.join(PathStep::Key(key.clone()));
                enter(element, Enclosing { path, ..enclosing });
            }
        }
        _ => {}
    }
}
