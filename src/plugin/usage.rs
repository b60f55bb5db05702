//! What a person reads who starts the plugin by hand.

use crate::plugin::definition::About;
use crate::plugin::handshake::{PROTOCOL, Refusal};
use crate::plugin::log::LEVEL_VARIABLES;

/// Why the process does not start, and how it is started.
pub(super) fn refusal(refusal: &Refusal, about: &About) -> String {
    let About { name, version, .. } = about;
    match refusal {
        Refusal::ByHand => format!("{}\nTry --help for more.", introduction(about)),
        Refusal::NoCommonProtocol(protocols) => {
            let offered = if protocols.is_empty() {
                "none"
            } else {
                protocols.as_str()
            };
            format!(
                "{name} {version} speaks Terraform's plugin protocol {PROTOCOL}, and the program that started it \
                 offers {offered} (PLUGIN_PROTOCOL_VERSIONS).\nProtocol {PROTOCOL} needs Terraform 1.0 or newer, \
                 or OpenTofu."
            )
        }
    }
}

/// What `--help` prints.
pub(super) fn help(about: &About) -> String {
    let About { name, help, .. } = about;
    let introduction = introduction(about);
    format!(
        "{introduction}
Usage: {name} [OPTION]

  -debug      Serve until Ctrl-C, and print the TF_REATTACH_PROVIDERS that makes a Terraform
              run elsewhere use this process: for a debugger, or to watch the logs.
  --version   Print name and version.
  --help      Print this.

{help}{}: level of the log
",
        LEVEL_VARIABLES.join(", ")
    )
}

/// What this is and how to use it.
fn introduction(about: &About) -> String {
    let About {
        name,
        version,
        address,
        ..
    } = about;
    let local_name = address.rsplit('/').next().unwrap_or(address);
    format!(
        "{name} {version} is a plugin. Terraform and OpenTofu start it when a configuration names it:

  terraform {{
    required_providers {{
      {local_name} = {{
        source = \"{address}\"
      }}
    }}
  }}

Write that into a .tf file, then run `terraform init` and `terraform plan` beside it.
"
    )
}
