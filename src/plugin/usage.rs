//! What a person reads who starts the plugin by hand.

use crate::plugin::definition::About;
use crate::plugin::handshake::{PROTOCOL, Refusal};
use crate::plugin::log::LEVEL_VARIABLES;

/// Why the process does not start, and how it is started.
pub(super) fn refusal(refusal: &Refusal, about: &About) -> String {
    let About { name, version, .. } = about;
    match refusal {
        Refusal::ByHand => format!(
            "{}\nFor all options, run it with --help.",
            introduction(about)
        ),
        Refusal::NoCommonProtocol(protocols) => {
            let offered = if protocols.is_empty() {
                "none"
            } else {
                protocols.as_str()
            };
            format!(
                "{name} {version} supports Terraform's plugin protocol {PROTOCOL}, and the program that started it \
                 supports {offered} (PLUGIN_PROTOCOL_VERSIONS).\nUse Terraform 1.0 or newer, or OpenTofu."
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

  -debug      Run until Ctrl-C, and print the variable TF_REATTACH_PROVIDERS. Terraform uses
              this process if the variable is set. Use this for a debugger or to read the log.
  --version   Print the name and the version.
  --help      Print this text.

{help}{}: level of the log, such as DEBUG
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
        "{name} {version} is a plugin. Terraform and OpenTofu start it if a configuration requires it:

  terraform {{
    required_providers {{
      {local_name} = {{
        source = \"{address}\"
      }}
    }}
  }}

Write this into a .tf file, then run `terraform init` and `terraform plan` in its folder.
"
    )
}
