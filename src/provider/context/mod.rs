//! NATS contexts: settings under a name, in the files of the `nats` command.
//!
//! `nats/context/<name>.json` under the user's configuration folder is a context, `nats/context.txt` the name of the
//! selected one. The folder follows from the environment that the provider was given, never from the process's own.

mod fields;

use std::path::{Path as FilePath, PathBuf};

use crate::provider::arguments::rules::is_context_name;
use crate::provider::conflicts;
use crate::provider::context::fields::{Fields, Values};
use crate::provider::environment::Environment;
use crate::provider::files;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};

/// A context, as arguments of the provider block.
pub struct Context {
    /// "the context \"prod\" (/home/me/.config/nats/context/prod.json)".
    pub title: String,
    values: Values,
    /// What the reader should know about the file.
    pub warnings: Diagnostics,
}

impl Context {
    /// What the context says for an argument, and the field that says so.
    pub fn value(&self, argument: &str) -> Option<(&'static str, &str)> {
        let (field, text) = self.values.get(argument)?;
        Some((field, text))
    }

    /// The context with this name, which `origin` has named.
    ///
    /// # Errors
    /// When there is none, or it cannot be understood or followed.
    pub fn named(name: &str, origin: &str, environment: &Environment) -> Result<Self, Diagnostic> {
        if files::looks_like_content(name) {
            let origin = origin.replacen("The ", "the ", 1);
            return Err(conflicts::content_for_context(&origin));
        }
        let Some(folder) = folder(environment)? else {
            return Err(not_found(format!(
                "{origin} names the context {name:?}, but neither XDG_CONFIG_HOME nor HOME is set, so the folder of contexts is not known. Set one of them."
            )));
        };
        if !is_context_name(name) {
            return Err(not_found(format!(
                "{origin} is {name:?}, which is not a valid name of a context. Set only the name, such as \"prod\", and not a path."
            )));
        }
        let file = folder.join("context").join(format!("{name}.json"));
        if !file.exists() {
            return Err(not_found(format!(
                "{origin} names the context {name:?}, but there is no file {}. {}",
                file.display(),
                known(&folder)
            )));
        }
        Self::load(
            format!("the context {name:?} ({})", file.display()),
            &file,
            environment,
        )
    }

    /// The context that `nats context select` has chosen, if there is one.
    ///
    /// # Errors
    /// As [`Context::named`].
    pub fn selected(environment: &Environment) -> Result<Option<Self>, Diagnostic> {
        let Some(folder) = folder(environment)? else {
            return Ok(None);
        };
        let file = folder.join("context.txt");
        let Ok(name) = files::read(&file) else {
            return Ok(None);
        };
        let name = name.trim();
        if name.is_empty() {
            return Ok(None);
        }
        let origin = format!("The file of the selected context, {},", file.display());
        let mut context = Self::named(name, &origin, environment).map_err(|error| {
            with_more(
                error,
                "Set `context = \"\"` in the provider block to use no context.",
            )
        })?;
        context.title = format!(
            "the selected context{}",
            context.title.trim_start_matches("the context")
        );
        context.warnings.push(Diagnostic::warning(
            "The selected NATS context is used",
            format!(
                "Neither the provider block nor a variable sets where to connect or how to log in, so {} is used, which `nats context select` changes. Set `context = {name:?}` in the provider block to always use it, or `context = \"\"` to use none.",
                context.title
            ),
        ).at(Path::attribute("context")));
        Ok(Some(context))
    }

    fn load(title: String, file: &FilePath, environment: &Environment) -> Result<Self, Diagnostic> {
        let fields = Fields::read(&title, file, environment)?;
        let (values, warnings) = (fields.values()?, fields.warnings());
        Ok(Self {
            title,
            values,
            warnings,
        })
    }
}

/// `nats` in the user's configuration folder.
fn folder(environment: &Environment) -> Result<Option<PathBuf>, Diagnostic> {
    let config = match environment.get("XDG_CONFIG_HOME") {
        Ok(Some(path)) => Ok(Some(PathBuf::from(path))),
        Ok(None) => files::home(environment).map(|home| Some(home?.join(".config"))),
        Err(why) => Err(why),
    };
    let config = config.map_err(|why| {
        let detail = format!(
            "{why} It is the folder of NATS contexts. Correct it, or set `context = \"\"` in the provider block to use none."
        );
        Diagnostic::error("An environment variable is not text", detail)
            .at(Path::attribute("context"))
    })?;
    Ok(config.map(|config| config.join("nats")))
}

fn not_found(detail: String) -> Diagnostic {
    Diagnostic::error("The NATS context does not exist", detail).at(Path::attribute("context"))
}

fn with_more(diagnostic: Diagnostic, sentence: &str) -> Diagnostic {
    let detail = format!("{} {sentence}", diagnostic.detail);
    Diagnostic {
        detail,
        ..diagnostic
    }
}

/// Which contexts there are.
fn known(folder: &FilePath) -> String {
    let files = std::fs::read_dir(folder.join("context"))
        .into_iter()
        .flatten();
    let mut names: Vec<_> = files
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|file| file.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort_unstable();
    match &names[..] {
        [] => "There are no contexts; `nats context add` creates one.".to_owned(),
        names => format!("Existing contexts: {}.", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value as Json, json};
    use tempfile::TempDir;

    use super::*;

    /// A home folder with contexts, as `nats context add` writes them.
    struct Home {
        folder: TempDir,
        environment: Environment,
    }

    impl Home {
        fn new(contexts: &[(&str, Json)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let contexts_folder = folder.path().join(".config/nats/context");
            fs::create_dir_all(&contexts_folder).unwrap();
            for (name, context) in contexts {
                fs::write(
                    contexts_folder.join(format!("{name}.json")),
                    context.to_string(),
                )
                .unwrap();
            }
            let home = folder.path().display().to_string();
            let environment = [("HOME", home), ("TEAM", "blue".to_owned())];
            Self {
                folder,
                environment: environment.into_iter().collect(),
            }
        }

        fn path(&self, path: &str) -> String {
            self.folder.path().join(path).display().to_string()
        }
    }

    #[test]
    fn a_context_that_is_not_there_is_told_with_those_that_are() {
        let home = Home::new(&[("b", json!({})), ("a", json!({}))]);
        let named = |name| {
            Context::named(name, "The argument `context`", &home.environment)
                .err()
                .expect("an error")
        };

        let missing = named("prod");
        assert!(
            missing
                .detail
                .contains(&home.path(".config/nats/context/prod.json")),
            "{missing:?}"
        );
        assert!(
            missing.detail.ends_with("Existing contexts: a, b."),
            "{missing:?}"
        );
        assert!(named("../prod").detail.contains("not a path"));
        let nowhere = Context::named("prod", "NATS_CONTEXT", &Environment::default())
            .err()
            .expect("an error");
        assert!(
            nowhere.detail.contains("neither XDG_CONFIG_HOME nor HOME"),
            "{nowhere:?}"
        );
    }

    #[test]
    fn a_broken_context_tells_the_place_and_not_the_content() {
        let home = Home::new(&[]);
        fs::write(
            home.path(".config/nats/context/prod.json"),
            "{\n\"password\": \"hunter2\"\n\"url\"}",
        )
        .unwrap();

        let error = Context::named("prod", "The argument `context`", &home.environment)
            .err()
            .expect("an error");

        assert!(
            error.detail.contains("prod.json") && error.detail.contains("line 3"),
            "{error:?}"
        );
        assert!(!error.detail.contains("hunter2"), "{error:?}");
    }

    #[test]
    fn the_selected_context_is_used_with_a_warning_and_may_not_be_missing() {
        let home = Home::new(&[("prod", json!({ "url": "nats://a" }))]);
        assert!(Context::selected(&home.environment).unwrap().is_none());
        fs::write(home.path(".config/nats/context.txt"), "prod\n").unwrap();

        let context = Context::selected(&home.environment)
            .unwrap()
            .expect("the selected one");
        fs::write(home.path(".config/nats/context.txt"), "gone").unwrap();
        let error = Context::selected(&home.environment)
            .err()
            .expect("an error");

        assert!(
            context
                .title
                .starts_with("the selected context \"prod\" (/"),
            "{}",
            context.title
        );
        assert_eq!(context.warnings.0.len(), 1);
        assert!(
            error.detail.contains("gone.json") && error.detail.contains("`context = \"\"`"),
            "{error:?}"
        );
    }

    #[test]
    fn the_configuration_folder_may_be_elsewhere() {
        let mut home = Home::new(&[("prod", json!({}))]);
        let config = home.path(".config");
        home.environment = [("XDG_CONFIG_HOME", config)].into_iter().collect();

        assert!(Context::named("prod", "NATS_CONTEXT", &home.environment).is_ok());
    }
}
