//! The pages of data sources, from their schemas, the permissions and the examples.

use std::path::Path;

use terraform_provider_wasmcloud::testing::resources::PERMISSIONS;
use terraform_provider_wasmcloud::testing::terraform::framework::DataSource;

use crate::generated::docs::{
    Page, example, front_matter, permission_row, schema_section, streams,
};

/// The page of a data source: its file, and its text.
pub fn page(root: &Path, data_source: &dyn DataSource) -> (String, String) {
    let (name, schema) = (data_source.type_name(), data_source.schema());
    let title = format!("{name} Data Source - terraform-provider-wasmcloud");
    let mut page = front_matter(Page::Other, &title, &schema.description);
    page += &format!(
        "# {name} (Data Source)\n\n{}\n\n## Example Usage\n\n",
        schema.description
    );
    let file = format!("examples/data-sources/{name}/data-source.tf");
    page += &example(root, &file, "terraform");
    page += &schema_section(schema);
    page += &permissions(name, &streams(schema));
    let short = name.strip_prefix("wasmcloud_").unwrap_or(name);
    (format!("docs/data-sources/{short}.md"), page)
}

/// What the provider's NATS user must be allowed to read it.
fn permissions(name: &str, streams: &[String]) -> String {
    let streams = match streams {
        [] => String::new(),
        streams => format!(" The streams are {}.", streams.join(", ")),
    };
    let rows = PERMISSIONS.iter().filter_map(|row| {
        let reading = row.reading(name)?;
        Some(permission_row(row, reading.need, reading.purpose))
    });
    format!(
        "\n## Permissions\n\nThe NATS user of the provider needs permission to publish to these subjects, or to subscribe where the table states it. Without the optional ones, the data source works too. If the JetStream domain is not that of the connected server, use `$JS.<domain>.API.` instead of `$JS.API.`.{streams}\n\n| subject | needed |\n|---|---|\n{}",
        rows.collect::<String>()
    )
}
