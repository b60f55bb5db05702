//! A heading of a page, played from its first block to its last: with a server, the provider in this process, and the
//! Terraform that `tools/versions` pins, since each prints its plans in its own words.

use std::collections::VecDeque;
use std::env;
use std::fs;
use std::fs::File;
use std::process::Stdio;

use terraform_provider_wasmcloud::plugin::InProcess;

use crate::guides::normalise::{normal, words};
use crate::guides::page::{self, Block};
use crate::support::{Admin, Cli, NatsServer, Plan, Terraform, serve, terraform_versions};

/// The commands that plan, and so take the options of a plan.
const PLANS: [&str; 3] = ["plan", "apply", "destroy"];

/// One heading of a page under way. What is left of it when the test ends is a failure.
pub struct PageRun {
    pub terraform: Terraform,
    /// What the last command of a `text` block ended with.
    pub code: Option<i32>,
    /// Names in the page, such as `nats.example.com:4222`, and what is there in their place.
    places: Vec<(String, String)>,
    // Terraform's next command fails without it, unless it starts the built binary.
    _provider: Option<InProcess>,
    blocks: VecDeque<Block>,
}

impl PageRun {
    /// With these variables for the provider.
    pub fn new(page: &str, heading: &str, environment: &[(&str, &str)]) -> Self {
        Self::of(page::under(page, heading).into(), environment)
    }

    /// For what another run has read.
    pub fn without_blocks(environment: &[(&str, &str)]) -> Self {
        Self::of(VecDeque::new(), environment)
    }

    /// With the built binary, of which Terraform starts one process for each provider configuration.
    pub fn with_binary(page: &str, heading: &str) -> Self {
        let binary = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");
        let terraform = Terraform::with_binary_and(newest(), binary);
        Self::played(terraform, None, page::under(page, heading).into())
    }

    fn of(blocks: VecDeque<Block>, environment: &[(&str, &str)]) -> Self {
        let provider = serve(environment);
        let terraform = Terraform::reattached_to(newest(), &provider.reattach());
        Self::played(terraform, Some(provider), blocks)
    }

    fn played(terraform: Terraform, provider: Option<InProcess>, blocks: VecDeque<Block>) -> Self {
        Self {
            terraform,
            code: None,
            places: Vec::new(),
            _provider: provider,
            blocks,
        }
    }

    /// What the page calls `name` is at `place`; outputs say the name again.
    pub fn at(mut self, name: &str, place: &str) -> Self {
        self.places.push((name.to_owned(), place.to_owned()));
        self
    }

    /// Writes the configuration in the next block.
    pub fn write(&mut self) {
        let config = self.next_config();
        self.terraform.write(&config);
    }

    /// Writes the configuration in the next block, plans, applies that plan, and demands two empty plans. Gives the plan.
    pub fn step(&mut self) -> Plan {
        let config = self.next_config();
        self.terraform.step(&config)
    }

    /// The configuration in the next block, with the places that are really there.
    pub fn next_config(&mut self) -> String {
        let config = self.next("terraform").text;
        self.at_places(&config)
    }

    /// A configuration with the places that are really there.
    pub fn at_places(&self, config: &str) -> String {
        let places = self.places.iter();
        places.fold(config.to_owned(), |config, (name, place)| {
            config.replace(name, place)
        })
    }

    /// Goes on with another heading of the page, once this one is over.
    pub fn go_on(&mut self, page: &str, heading: &str) {
        assert!(
            self.is_over(),
            "blocks that no test plays: {:?}",
            self.blocks
        );
        self.blocks = page::under(page, heading).into();
    }

    /// Runs the command of the next block, and demands that it prints what the block says. Gives what it printed.
    pub fn shows(&mut self) -> String {
        let block = self.next("text");
        let (first, expected) = block.text.split_once('\n').unwrap_or((&block.text, ""));
        let command = first.strip_prefix("$ terraform ");
        let command = command.unwrap_or_else(|| panic!("no command for Terraform in {block:?}"));
        let printed = self.run(command);
        if words(expected) == words(&printed) {
            return printed;
        }
        if env::var_os("GENERATE").is_none() {
            panic!(
                "docs/guides/{}.md, {:?}: `terraform {command}` prints something else now; run `make generate`:\n{printed}",
                block.page, block.heading
            );
        }
        block.replace(&format!("{first}\n{printed}"));
        printed
    }

    /// Runs every command for Terraform in the next `shell` block, and demands that each succeeds. Gives what the last one
    /// printed.
    pub fn succeeds(&mut self) -> String {
        let block = self.next("shell");
        let lines = block.text.lines();
        let commands: Vec<&str> = lines
            .filter_map(|line| line.strip_prefix("terraform "))
            .collect();
        assert!(
            !commands.is_empty(),
            "no command for Terraform in {block:?}"
        );
        let mut printed = String::new();
        for command in commands {
            printed = self.run(command);
            assert_eq!(self.code, Some(0), "`terraform {command}`:\n{printed}");
        }
        printed
    }

    /// The next block, which is of this language.
    pub fn next(&mut self, language: &str) -> Block {
        let block = self.blocks.pop_front();
        let block = block.unwrap_or_else(|| panic!("there is no further {language} block"));
        assert_eq!(block.language, language, "{block:?}");
        block
    }

    /// Leaves out the blocks of these languages.
    pub fn skip(&mut self, languages: &[&str]) {
        self.blocks
            .retain(|block| !languages.contains(&block.language.as_str()));
    }

    /// Whether every block was played.
    pub fn is_over(&self) -> bool {
        self.blocks.is_empty()
    }

    /// What a person at a terminal sees, both streams together, in normal form.
    pub fn run(&mut self, command: &str) -> String {
        // No shell reads it, which would take away the quotes around an address.
        let command = command.replace('\'', "");
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        if PLANS.contains(&arguments[0]) {
            arguments.splice(1..1, ["-no-color", "-input=false", "-lock=false"]);
        }
        // The page leaves the approval to its reader. A saved plan needs none.
        let is_saved = arguments
            .last()
            .is_some_and(|last| last.ends_with(".tfplan"));
        if arguments[0] != "plan" && PLANS.contains(&arguments[0]) && !is_saved {
            arguments.push("-auto-approve");
        }
        let path = self.terraform.folder().join(".printed");
        let printed = File::create(&path).expect("a file");
        let mut command = self.terraform.command(&arguments);
        let command = command
            .stdin(Stdio::null())
            .stdout(printed.try_clone().expect("a second handle of the file"))
            .stderr(printed);
        self.code = command.status().expect("Terraform runs").code();
        let printed = fs::read_to_string(path).expect("what Terraform printed");
        let places = self.places.iter();
        let named = places.fold(printed, |printed, (name, place)| {
            printed.replace(place, name)
        });
        normal(named.trim())
    }
}

impl Drop for PageRun {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(
                self.blocks.is_empty(),
                "blocks that no test plays: {:?}",
                self.blocks
            );
        }
    }
}

/// A page run with a server of its own, and an administrator on it.
pub struct OnServer {
    pub run: PageRun,
    pub admin: Admin,
    pub server: NatsServer,
}

impl OnServer {
    /// On a server without a login.
    pub fn new(page: &str, heading: &str) -> Self {
        let server = NatsServer::configured("server_name: nats-1");
        let url = server.url();
        Self {
            run: PageRun::new(page, heading, &[("NATS_URL", &url)]),
            admin: Admin::connect(&url),
            server,
        }
    }
}

/// The newest Terraform of `tools/versions`.
pub fn newest() -> Cli {
    let mut versions = terraform_versions();
    versions.pop().expect("a Terraform")
}
