//! Where a value may come from: the configuration, then the environment, then a NATS context.
//!
//! A value never travels without its origin, so that every later complaint can say which line, variable or file to edit.

use crate::os;
use crate::provider::arguments;
use crate::provider::conflicts;
use crate::provider::context::Context;
use crate::provider::credentials::{CredentialPart, METHODS};
use crate::provider::environment::Environment;
use crate::provider::files;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};
use crate::text::capitalised;

/// One source, in the order in which they count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layer {
    Configuration,
    Environment,
    Context,
}

/// All sources, the first one first.
pub const LAYERS: [Layer; 3] = [Layer::Configuration, Layer::Environment, Layer::Context];

/// A text and where it comes from. It may be a secret, so there is no `Debug`.
#[derive(Clone)]
pub struct Found {
    /// The argument that it is the value of, or stands in for.
    pub argument: &'static str,
    /// The value; of a list, its elements with commas between them.
    pub text: String,
    /// As [`crate::jetstream::WithOrigin::origin`].
    pub origin: String,
    /// The source.
    pub layer: Layer,
}

impl Found {
    /// Where the reader can edit it.
    pub fn path(&self) -> Path {
        match self.layer {
            Layer::Context => Path::attribute("context"),
            Layer::Configuration | Layer::Environment => Path::attribute(self.argument),
        }
    }

    /// An error about it.
    pub fn problem(&self, summary: &str, what: &str) -> Diagnostic {
        Diagnostic::error(summary, format!("{what} It comes from {}.", self.origin)).at(self.path())
    }
}

/// A known configuration, and what stands behind it.
pub struct Sources<'a> {
    config: &'a Value,
    environment: &'a Environment,
    context: Option<Context>,
}

impl<'a> Sources<'a> {
    /// The sources of a configuration, with the context that counts.
    ///
    /// # Errors
    /// When that context cannot be had.
    pub fn new(config: &'a Value, environment: &'a Environment) -> Result<Self, Diagnostic> {
        let mut sources = Self {
            config,
            environment,
            context: None,
        };
        sources.context = match sources.find("context") {
            Some(named) if named.text.is_empty() => None,
            Some(named) => {
                let origin = capitalised(&named.origin);
                Some(Context::named(&named.text, &origin, environment)?)
            }
            None if sources.names_a_connection() => None,
            None => Context::selected(environment)?,
        };
        Ok(sources)
    }

    /// Whether configuration or environment say where to connect or how to log in.
    fn names_a_connection(&self) -> bool {
        let logins = METHODS
            .iter()
            .flat_map(|method| method.parts)
            .flat_map(|part| part.names());
        std::iter::once("servers")
            .chain(logins)
            .any(|name| self.find(name).is_some())
    }

    /// The first source's value of an argument.
    pub fn find(&self, name: &'static str) -> Option<Found> {
        LAYERS.iter().find_map(|layer| self.at(*layer, name))
    }

    /// The first source's content or path of a part.
    pub fn part(&self, part: &CredentialPart) -> Option<Found> {
        LAYERS.iter().find_map(|layer| self.part_at(*layer, part))
    }

    /// One source's content or path of a part.
    pub fn part_at(&self, layer: Layer, part: &CredentialPart) -> Option<Found> {
        part.names().find_map(|name| self.at(layer, name))
    }

    /// One source's value of an argument.
    pub fn at(&self, layer: Layer, argument: &'static str) -> Option<Found> {
        let (text, origin) = match layer {
            Layer::Configuration => {
                let text = text_of(self.config.attribute(argument))?;
                (text, format!("the argument `{argument}`"))
            }
            Layer::Environment => {
                let variable = arguments::variable(argument)?;
                // What is not text was refused before anything was looked for.
                let text = self.environment.get(variable).ok().flatten()?;
                (
                    text.to_owned(),
                    format!("the environment variable {variable}"),
                )
            }
            Layer::Context => {
                let context = self.context.as_ref()?;
                let (field, text) = context.value(argument)?;
                (text.to_owned(), format!("`{field}` in {}", context.title))
            }
        };
        Some(Found {
            argument,
            text,
            origin,
            layer,
        })
    }

    /// The checked text of a part, and where it comes from; what the reader should know goes to `warnings`.
    ///
    /// # Errors
    /// When a file cannot be read, or the text is not what it should be.
    pub fn read(
        &self,
        part: &CredentialPart,
        found: &Found,
        warnings: &mut Diagnostics,
    ) -> Result<(String, String), Diagnostic> {
        let unusable = format!("Invalid {}", part.what);
        if part.file != Some(found.argument) {
            let checked =
                (part.check)(&found.text).map_err(|why| found.problem(&unusable, &why))?;
            return Ok((checked, found.origin.clone()));
        }
        if files::looks_like_content(&found.text) {
            return Err(conflicts::content_for_path(part, &found.origin));
        }
        let path = files::path(&found.text, self.environment)
            .map_err(|why| found.problem(&unusable, &why))?;
        let content = files::read(&path).map_err(|why| {
            let summary = format!("The {} file cannot be read", part.what);
            found.problem(&summary, &format!("{}: {why}.", path.display()))
        })?;
        if let (true, Some(mode)) = (part.private, os::mode_for_others(&path)) {
            let what = format!("The {} file", part.what);
            warnings.push(files::too_open(&what, &path, &mode, found.path()));
        }
        let checked = (part.check)(&content)
            .map_err(|why| found.problem(&unusable, &format!("{}: {why}", path.display())))?;
        Ok((checked, format!("{} ({})", found.origin, path.display())))
    }

    /// What the reader should know about the context.
    pub fn warnings(&self) -> Diagnostics {
        self.context
            .as_ref()
            .map(|context| context.warnings.clone())
            .unwrap_or_default()
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::List(elements) => {
            let elements: Vec<_> = elements.iter().filter_map(Value::as_str).collect();
            Some(elements.join(","))
        }
        _ => None,
    }
}
