//! What the connected server is too old for. Servers before 2.12 drop what they do not know without a word, so nothing
//! else would tell before wasmCloud or wadm does not find it.

use crate::jetstream::{Client, ServerInfo, unsupported_by};
use crate::resources::messages::failure::argument_path;
use crate::resources::object::member::Member;
use crate::terraform::framework::Plan;
use crate::terraform::language::{Diagnostic, Path};

/// A setting that the server does not know, and whom it concerns.
struct Unknown {
    path: Path,
    name: String,
    since: &'static str,
    titles: Vec<String>,
    settable: bool,
}

/// An error for each setting that the server does not know.
pub fn refused(
    members: &[&Member],
    site: &ServerInfo,
    client: &Client,
    plan: &Plan,
) -> Vec<Diagnostic> {
    let mut found: Vec<Unknown> = Vec::new();
    for member in members {
        let planned = plan.planned.attribute(member.row.key);
        let config = member.wanted(planned).new_stream();
        for (setting, since) in unsupported_by(&site.version, &config) {
            let argument = member.argument(setting.key);
            let settable = argument.is_some_and(|argument| !argument.shape.is_shown_only());
            let name = argument.map_or(setting.key, |argument| argument.name);
            let path = match settable {
                true => argument_path(member, name, &plan.config),
                false => Path::attribute(member.row.key),
            };
            match found
                .iter_mut()
                .find(|unknown| unknown.path == path && unknown.name == name)
            {
                Some(unknown) => unknown.titles.push(member.title()),
                None => found.push(Unknown {
                    path,
                    name: name.to_owned(),
                    since,
                    titles: vec![member.title()],
                    settable,
                }),
            }
        }
    }
    let said = found
        .into_iter()
        .map(|unknown| unknown.refused(site, client));
    said.collect()
}

impl Unknown {
    fn refused(self, site: &ServerInfo, client: &Client) -> Diagnostic {
        let Self {
            path,
            name,
            since,
            titles,
            settable,
        } = self;
        let out = match settable {
            true => format!(", or leave `{name}` out"),
            false => String::new(),
        };
        let what = match name.as_str() {
            "sources" => "subject transforms of `sources`".to_owned(),
            _ => format!("`{name}`"),
        };
        let detail = format!(
            "The NATS server at {} has version {}, which drops {what} without a word; {since} is the first that knows it. Upgrade the server to {since} or newer{out}. It concerns {}.",
            client.server(),
            site.version,
            titles.join(", ")
        );
        Diagnostic::error(format!("{name} needs nats-server {since}"), detail).at(path)
    }
}
