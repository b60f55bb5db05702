//! Where in a value something is: the address that a diagnostic points at.

use std::fmt;

use crate::terraform::language::value::literal::quoted;

/// Steps from the root of a resource's or provider's configuration to one attribute or element.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<PathStep>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// Into an object, by attribute name.
    Attribute(String),
    /// Into a map, by key.
    Key(String),
    /// Into a list, by position from 0.
    Index(usize),
}

impl Path {
    /// The whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// The attribute `name` of the root object.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self::root().join(PathStep::Attribute(name.into()))
    }

    /// This path and one more attribute step.
    #[must_use]
    pub fn then(&self, name: impl Into<String>) -> Self {
        self.join(PathStep::Attribute(name.into()))
    }

    /// This path and one more step.
    #[must_use]
    pub fn join(&self, step: PathStep) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// As a text names it: the path, or "the whole value" for the root.
    pub fn title(&self) -> String {
        if self.is_root() {
            "the whole value".to_owned()
        } else {
            self.to_string()
        }
    }

    /// Whether there is no step at all.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Path {
    /// As one writes it in a configuration: `lattice_data.placement.tags[0]`, `metadata["team"]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Attribute(name) if position == 0 => write!(f, "{name}")?,
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Key(key) => write!(f, "[{}]", quoted(key))?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_in_a_configuration() {
        let path = Path::attribute("a")
            .then("b")
            .join(PathStep::Index(2))
            .join(PathStep::Key("k \"1\"".to_owned()));

        assert_eq!(path.to_string(), r#"a.b[2]["k \"1\""]"#);
        assert_eq!(Path::root().to_string(), "");
        assert_eq!(Path::root().title(), "the whole value");
    }
}
