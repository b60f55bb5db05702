//! The pages of functions, from their declarations and examples.

use std::path::Path;

use terraform_provider_wasmcloud::testing::terraform::framework::function::{Function, Parameter};

use crate::generated::docs::{Page, example, front_matter, plain_name};

/// The page of a function: its file, and its text.
pub fn page(root: &Path, function: &Function) -> (String, String) {
    let name = function.name;
    let title = format!("{name} function - terraform-provider-wasmcloud");
    let mut page = front_matter(Page::Other, &title, function.summary);
    page += &format!(
        "# function: {name}\n\n{}\n\n## Example Usage\n\n",
        function.description
    );
    let file = format!("examples/functions/{name}/function.tf");
    page += &example(root, &file, "terraform");
    page += &format!("## Signature\n\n```text\n{}\n```\n", signature(function));
    let parameters = function.parameters.iter();
    let mut arguments: Vec<_> = parameters.map(|one| argument(one, "")).collect();
    arguments.extend(
        function
            .variadic
            .iter()
            .map(|one| argument(one, "Variadic, ")),
    );
    page += &format!("\n## Arguments\n\n{}", arguments.concat());
    (format!("docs/functions/{name}.md"), page)
}

fn signature(function: &Function) -> String {
    let parameter = |one: &Parameter| format!("{} {}", one.name, lower(one));
    let mut parameters: Vec<_> = function.parameters.iter().map(parameter).collect();
    let variadic = function.variadic.iter();
    parameters.extend(variadic.map(|one| format!("{}...", parameter(one))));
    let returns = plain_name(&function.returns).to_lowercase();
    format!("{}({}) {returns}", function.name, parameters.join(", "))
}

fn lower(parameter: &Parameter) -> String {
    plain_name(&parameter.r#type).to_lowercase()
}

fn argument(parameter: &Parameter, kind: &str) -> String {
    let nullable = if parameter.nullable { ", Nullable" } else { "" };
    format!(
        "1. `{}` ({kind}{}{nullable}) {}\n",
        parameter.name,
        plain_name(&parameter.r#type),
        parameter.description
    )
}
