//! The reference pages, from the schema and the examples, in the layout of the registries; and the permissions in the
//! guide on least privilege.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use terraform_provider_wasmcloud::provider::WasmCloud;
use terraform_provider_wasmcloud::testing::catalogue::CATALOGUE;
use terraform_provider_wasmcloud::testing::resources::{
    Allowed, HOST, Member, Need, PERMISSIONS, Permission, Right, Used, WADM,
};
use terraform_provider_wasmcloud::testing::terraform::framework::{Provider, Resource};
use terraform_provider_wasmcloud::testing::terraform::language::{
    Attribute, AttributeKind, Mode, Nesting, Schema, Type, ValueRule,
};

use crate::generated::{data_sources, functions};

const PROVIDER: &str = "wasmcloud";

/// What a page is of. The registries show that of the provider first, outside every subcategory.
#[derive(Clone, Copy)]
pub enum Page {
    Provider,
    Other,
}

/// Every page: its file under the project's root, and its text.
pub fn pages(root: &Path) -> Vec<(String, String)> {
    let provider = WasmCloud::default();
    let mut pages = vec![
        ("docs/index.md".to_owned(), index(root, provider.schema())),
        least_privilege(root),
    ];
    for resource in provider.resources() {
        let Some(list) = resource.list() else {
            continue;
        };
        let name = resource.type_name();
        pages.push((
            format!("docs/list-resources/{}.md", file_name(name)),
            list_page(root, name, list.list_schema()),
        ));
    }
    for resource in provider.resources() {
        let page = file_name(resource.type_name());
        pages.push((
            format!("docs/resources/{page}.md"),
            resource_page(root, resource.as_ref()),
        ));
    }
    let data_sources = provider.data_sources().iter();
    pages.extend(data_sources.map(|one| data_sources::page(root, one.as_ref())));
    let functions = provider.functions().iter();
    pages.extend(functions.map(|function| functions::page(root, function)));
    pages
}

fn index(root: &Path, schema: &Schema) -> String {
    let mut page = front_matter(
        Page::Provider,
        &format!("{PROVIDER} Provider"),
        &schema.description,
    );
    page += &format!(
        "# {PROVIDER} Provider\n\n{}\n\n## Example Usage\n\n",
        schema.description
    );
    page += &example(root, "examples/provider/provider.tf", "terraform");
    page += &schema_section(schema);
    page
}

/// The registries name a page without the provider.
fn file_name(type_name: &str) -> &str {
    type_name.strip_prefix("wasmcloud_").unwrap_or(type_name)
}

fn list_page(root: &Path, name: &str, schema: &Schema) -> String {
    let mut page = front_matter(
        Page::Other,
        &format!("{name} List Resource - terraform-provider-{PROVIDER}"),
        &schema.description,
    );
    page += &format!(
        "# {name} (List Resource)\n\n{}\n\n## Example Usage\n\n",
        schema.description
    );
    let example_file = format!("examples/list-resources/{name}/list-resource.tfquery.hcl");
    page += &example(root, &example_file, "terraform");
    page += &schema_section(schema);
    let needed = ["STREAM.NAMES", "STREAM.INFO.<stream>", "_INBOX.>"];
    let rows = PERMISSIONS.iter().filter(|row| {
        let subject = row.subjects[0];
        row.need == Need::Required && needed.iter().any(|one| subject.ends_with(one))
    });
    page += "\n## Permissions\n\nThe NATS user of the provider needs permission to publish to these subjects, or to subscribe where the table states it. Streams are read only with `include_resource = true`, with `-generate-config-out`, and for `wadm_jetstream` with an import.\n\n";
    page += &permission_table(rows);
    page
}

fn resource_page(root: &Path, resource: &dyn Resource) -> String {
    let (name, schema) = (resource.type_name(), resource.schema());
    let mut page = front_matter(
        Page::Other,
        &format!("{name} Resource - terraform-provider-{PROVIDER}"),
        &schema.description,
    );
    let folder = format!("examples/resources/{name}");
    page += &format!(
        "# {name} (Resource)\n\n{}\n\n## Example Usage\n\n",
        schema.description
    );
    page += &example(root, &format!("{folder}/resource.tf"), "terraform");
    page += &schema_section(schema);
    page += &permissions(schema);
    page += "\n## Import\n\nImport is supported using the following syntax:\n\n";
    page += "In Terraform v1.12.0 and later, and in OpenTofu v1.12.0 and later, the [`import` block](https://developer.hashicorp.com/terraform/language/import) can be used with the `identity` attribute, for example:\n\n";
    page += &example(
        root,
        &format!("{folder}/import-by-identity.tf"),
        "terraform",
    );
    page += "### Identity Schema\n";
    page += &groups(&resource.identity_schema().attributes, "#### ", "");
    page += "\nIn Terraform v1.5.0 and later, the [`import` block](https://developer.hashicorp.com/terraform/language/import) can be used with the `id` attribute, for example:\n\n";
    page += &example(
        root,
        &format!("{folder}/import-by-string-id.tf"),
        "terraform",
    );
    page += "The [`terraform import` command](https://developer.hashicorp.com/terraform/cli/commands/import) can be used, for example:\n\n";
    page += &example(root, &format!("{folder}/import.sh"), "shell");
    format!("{}\n", page.trim_end())
}

/// What the provider's NATS user must be allowed, for the assets that the resource has.
fn permissions(schema: &Schema) -> String {
    let has = |key: &str| {
        schema
            .attributes
            .iter()
            .any(|attribute| attribute.name == key)
    };
    let streams = streams(schema);
    let rows = PERMISSIONS.iter().filter(|row| row.is_for(has));
    format!(
        "\n## Permissions\n\nThe NATS user of the provider needs permission to publish to these subjects, or to subscribe where the table states it. Without the optional ones, the provider works too. If the JetStream domain is not that of the connected server, use `$JS.<domain>.API.` instead of `$JS.API.`. The streams are {}.\n\n{}",
        streams.join(", "),
        permission_table(rows)
    )
}

/// The streams of the assets that a schema has, as the pages write them.
pub fn streams(schema: &Schema) -> Vec<String> {
    let has = |key: &str| schema.attributes.iter().any(|one| one.name == key);
    let assets = CATALOGUE.iter().filter(|asset| has(asset.key));
    let stream = |name: &str| name.replace("{}", "<lattice>");
    assets
        .map(|asset| format!("`{}`", asset.stream_name(&stream(asset.name))))
        .collect()
}

fn permission_table<'a>(rows: impl Iterator<Item = &'a Permission>) -> String {
    let mut table = "| subject | needed |\n|---|---|\n".to_owned();
    for row in rows {
        table += &permission_row(row, row.need, row.purpose);
    }
    table
}

/// One row of a table of permissions.
pub fn permission_row(row: &Permission, need: Need, purpose: &str) -> String {
    let subjects: Vec<_> = row
        .subjects
        .iter()
        .map(|subject| format!("`{subject}`"))
        .collect();
    let right = match row.right {
        Right::Publish => "",
        Right::Subscribe => ", to subscribe",
        Right::Trace => ", to publish traced messages",
    };
    let need = match need {
        Need::Required => "",
        Need::Optional => "optional, ",
    };
    format!("| {}{right} | {need}{purpose} |\n", subjects.join(", "))
}

/// The guide on least privilege, with the permissions of Terraform's user from the table.
fn least_privilege(root: &Path) -> (String, String) {
    let file = "docs/guides/least-privilege.md";
    let page = fs::read_to_string(root.join(file)).expect("the guide");
    let page = with_part(
        &page,
        "| subject | needed |",
        "\n\n",
        permission_table(PERMISSIONS.iter()).trim_end(),
    );
    let start = "  { user: terraform, password: $TERRAFORM_PASSWORD, permissions: {\n      publish: { allow: [\n";
    let mut page = with_part(
        &page,
        start,
        "      ] }\n",
        &(start.to_owned() + &default_lines()),
    );
    for (user, rows) in [("wadm", WADM), ("host", HOST)] {
        let start = format!(
            "  {{ user: {user}, password: ${}_PASSWORD, permissions: {{\n",
            user.to_uppercase()
        );
        let part = start.clone() + &client_lines(rows);
        page = with_part(&page, &start, "      allow_responses:", &part);
    }
    (file.to_owned(), page)
}

/// What a client publishes and subscribes to that uses the default lattice, or a wadm with the default names.
fn client_lines(rows: &[Permission]) -> String {
    let is_host = std::ptr::eq(rows, HOST);
    let assets = CATALOGUE.iter();
    let assets = assets.filter(|asset| asset.name.contains("{}") == is_host);
    let members = assets.map(|asset| Member::new(asset, Some(asset.name.replace("{}", "default"))));
    let allowed = Allowed::of(
        rows,
        &Used {
            members: &members.collect::<Vec<_>>(),
            lattice: "default",
            multitenant: false,
        },
    );
    let list = |subjects: &[String]| {
        let lines = subjects.iter();
        let lines: String = lines.map(|one| format!("        \"{one}\"\n")).collect();
        format!("{{ allow: [\n{lines}      ] }}\n")
    };
    format!(
        "      publish: {}      subscribe: {}",
        list(&allowed.publish),
        list(&allowed.subscribe)
    )
}

/// What Terraform's user publishes for both resources with the default lattice.
fn default_lines() -> String {
    let streams: Vec<_> = CATALOGUE
        .iter()
        .map(|asset| asset.stream_name(&asset.name.replace("{}", "default")))
        .collect();
    let publish = || PERMISSIONS.iter().filter(|row| row.right == Right::Publish);
    let required = || publish().filter(|row| row.need == Need::Required);
    let is_general = |row: &&Permission| row.lines(&streams).len() == row.subjects.len();
    let mut lines: Vec<_> = required()
        .filter(is_general)
        .flat_map(|row| row.lines(&streams))
        .collect();
    for stream in &streams {
        let of_stream = required().filter(|row| !is_general(row));
        lines.extend(of_stream.flat_map(|row| row.lines(std::slice::from_ref(stream))));
    }
    let optional = publish().filter(|row| row.need == Need::Optional);
    let optional = optional.flat_map(|row| row.lines(&["*"]));
    let quoted = |line: String| format!("        \"{line}\"\n");
    let lines: String = lines.into_iter().map(quoted).collect();
    let optional: String = optional.map(quoted).collect();
    format!("{lines}\n        # Optional: see below.\n{optional}")
}

/// A text with another part, from where `start` is to before the `end` after it.
/// A text whose part from `start` to before `end` is replaced.
pub fn with_part(text: &str, start: &str, end: &str, part: &str) -> String {
    let (before, rest) = text.split_once(start).expect(start);
    let (_, after) = rest.split_once(end).expect(end);
    format!("{before}{part}{end}{after}")
}

pub fn front_matter(page: Page, title: &str, description: &str) -> String {
    let sentence = description.split("\n\n").next().unwrap_or_default();
    let subcategory = match page {
        Page::Provider => "",
        Page::Other => "subcategory: \"\"\n",
    };
    format!(
        "---\n# Generated from the schema and the examples: run `make generate` after changing either.\npage_title: \"{title}\"\n{subcategory}description: |-\n  {sentence}\n---\n\n"
    )
}

pub fn example(root: &Path, file: &str, language: &str) -> String {
    let text =
        fs::read_to_string(root.join(file)).unwrap_or_else(|cause| panic!("{file}: {cause}"));
    format!("```{language}\n{}\n```\n\n", text.trim_end())
}

pub fn schema_section(schema: &Schema) -> String {
    let mut page = "## Schema\n".to_owned();
    page += &groups(&schema.attributes, "### ", "");
    for attribute in &schema.attributes {
        page += &nested_section(attribute, "");
    }
    page
}

/// The attributes by who sets them, as the registries show them.
fn groups(attributes: &[Attribute], heading: &str, anchor: &str) -> String {
    let mut text = String::new();
    let titled = [
        ("Required", [Mode::Required].as_slice()),
        ("Optional", &[Mode::Optional, Mode::OptionalComputed]),
        ("Read-Only", &[Mode::Computed]),
    ];
    for (title, modes) in titled {
        let mut group: Vec<_> = attributes
            .iter()
            .filter(|attribute| modes.contains(&attribute.mode))
            .collect();
        group.sort_by(|one, other| one.name.cmp(&other.name));
        if group.is_empty() {
            continue;
        }
        let title = if heading.is_empty() {
            format!("{title}:")
        } else {
            format!("{heading}{title}")
        };
        let _ = write!(text, "\n{title}\n\n");
        for attribute in group {
            text += &line(attribute, anchor);
        }
    }
    text
}

fn line(attribute: &Attribute, anchor: &str) -> String {
    let name = &attribute.name;
    let mut kind = type_name(&attribute.kind);
    if attribute.sensitive {
        kind += ", Sensitive";
    }
    let mut text = format!("- `{name}` ({kind}) {}", attribute.description);
    for rule in &attribute.rules {
        if let ValueRule::OneOf(words) = rule {
            let words: Vec<_> = words
                .iter()
                .map(|word| format!("`{word}`"))
                .filter(|word| !text.contains(word.as_str()))
                .collect();
            if !words.is_empty() {
                let _ = write!(text, " One of {}.", words.join(", "));
            }
        }
    }
    if let AttributeKind::Nested(..) = attribute.kind {
        let _ = write!(
            text,
            " (see [below for nested schema](#nestedatt--{anchor}{name}))"
        );
    }
    text + "\n"
}

fn nested_section(attribute: &Attribute, anchor: &str) -> String {
    let AttributeKind::Nested(_, nested) = &attribute.kind else {
        return String::new();
    };
    let anchor = format!("{anchor}{}", attribute.name);
    let title = anchor.replace("--", ".");
    let mut text =
        format!("\n<a id=\"nestedatt--{anchor}\"></a>\n### Nested Schema for `{title}`\n");
    text += &groups(nested, "", &format!("{anchor}--"));
    for attribute in nested {
        text += &nested_section(attribute, &format!("{anchor}--"));
    }
    text
}

fn type_name(kind: &AttributeKind) -> String {
    match kind {
        AttributeKind::Plain(plain) => plain_name(plain),
        AttributeKind::Nested(Nesting::Single, _) => "Attributes".to_owned(),
        AttributeKind::Nested(Nesting::List, _) => "Attributes List".to_owned(),
        AttributeKind::Nested(Nesting::Set, _) => "Attributes Set".to_owned(),
        AttributeKind::Nested(Nesting::Map, _) => "Attributes Map".to_owned(),
    }
}

pub fn plain_name(plain: &Type) -> String {
    match plain {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::List(element) => format!("List of {}", plain_name(element)),
        Type::Set(element) => format!("Set of {}", plain_name(element)),
        Type::Map(element) => format!("Map of {}", plain_name(element)),
        Type::Object(_) => "Object".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
    }
}
