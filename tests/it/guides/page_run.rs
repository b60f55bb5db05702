//! A heading of a page, played from its first block to its last: with a server, the provider in this process, and the
//! Terraform that `tools/versions` pins, since each prints its plans in its own words.

use std::collections::VecDeque;
use std::env;
use std::fs;
use std::fs::File;
use std::process::{Command, Stdio};

use terraform_provider_wasmcloud::plugin::InProcess;

use crate::guides::normalise::{normal, words};
use crate::guides::page::{self, Block};
use crate::support::{
    Admin, Cli, NatsServer, Plan, Terraform, nats_server, nats_server_versions, serve,
    terraform_versions,
};

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
        self.placed(&config)
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

    /// A text of the page with the places that are really there.
    pub fn placed(&self, text: &str) -> String {
        let places = self.places.iter();
        places.fold(text.to_owned(), |text, (name, place)| {
            text.replace(name, place)
        })
    }

    /// Writes the next block as the file that its first line, a comment, names. Gives the name.
    pub fn write_file(&mut self, language: &str) -> String {
        let text = self.next(language).text;
        let name = text.lines().next().and_then(|line| line.strip_prefix("# "));
        let name = name.unwrap_or_else(|| panic!("no name in {text}"));
        let path = self.terraform.folder().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        self.terraform.write_file(name, &self.placed(&text));
        name.to_owned()
    }

    /// Demands that the next block is the file that its first line, a comment, names. Comments of that file do not count,
    /// nor does the order of its paragraphs: Terraform generates several resources in any order.
    pub fn shows_file(&mut self, language: &str) {
        let block = self.next(language);
        let (first, expected) = block.text.split_once('\n').unwrap_or((&block.text, ""));
        let name = first.strip_prefix("# ").expect("a name");
        let file = fs::read_to_string(self.terraform.folder().join(name)).expect("the file");
        let file = paragraphs(&file);
        if file == paragraphs(expected) {
            return;
        }
        let page = format!("docs/guides/{}.md, {:?}", block.page, block.heading);
        let is_generated = env::var_os("GENERATE").is_some();
        assert!(
            is_generated,
            "{page}: {name} is another now; run `make generate`:\n{file}"
        );
        block.replace(&format!("{first}\n\n{file}"));
    }

    /// Runs the command of the next block, and demands that it prints what the block says. Gives what it printed.
    pub fn shows(&mut self) -> String {
        let block = self.next("text");
        let (first, expected) = block.text.split_once('\n').unwrap_or((&block.text, ""));
        let command = first.strip_prefix("$ ");
        let command = command.unwrap_or_else(|| panic!("no command in {block:?}"));
        let printed = match command.strip_prefix("terraform ") {
            Some(arguments) if !arguments.contains('|') => self.run(arguments),
            _ => self.run_in_shell(command),
        };
        if words(expected) == words(&printed) {
            return printed;
        }
        if env::var_os("GENERATE").is_none() {
            panic!(
                "docs/guides/{}.md, {:?}: `{command}` prints something else now; run `make generate`:\n{printed}",
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
        let options: &[&str] = match arguments[0] {
            "state" | "workspace" | "taint" | "untaint" => &[],
            "test" | "show" => &["-no-color"],
            // A page leaves the approval to its reader.
            "apply" | "destroy" if !arguments.contains(&"-auto-approve") => {
                &["-no-color", "-input=false", "-lock=false", "-auto-approve"]
            }
            _ => &["-no-color", "-input=false", "-lock=false"],
        };
        arguments.splice(1..1, options.iter().copied());
        let command = self.terraform.command(&arguments);
        self.printed_by(command)
    }

    /// As [`PageRun::run`], for a script, in which `terraform` and `nats-server` are those of this run.
    pub fn run_in_shell(&mut self, script: &str) -> String {
        let mut path = vec![
            self.terraform.program(),
            nats_server(nats_server_versions()[0]),
        ];
        path.iter_mut().for_each(|program| {
            program.pop();
        });
        let inherited = env::var_os("PATH").unwrap_or_default();
        path.extend(env::split_paths(&inherited));
        let script = self.placed(script);
        let mut command = self.terraform.in_folder(Command::new("sh"));
        command
            .args(["-c", &script])
            .env("PATH", env::join_paths(path).expect("folders"))
            .env("TF_CLI_ARGS", "-no-color");
        self.printed_by(command)
    }

    fn printed_by(&mut self, mut command: Command) -> String {
        let path = self.terraform.folder().join(".printed");
        let printed = File::create(&path).expect("a file");
        let command = command
            .stdin(Stdio::null())
            .stdout(printed.try_clone().expect("a second handle of the file"))
            .stderr(printed);
        self.code = command.status().expect("the program runs").code();
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

/// A text without comments, its paragraphs sorted.
fn paragraphs(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut paragraphs: Vec<&str> = text.split("\n\n").map(str::trim).collect();
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.sort_unstable();
    paragraphs.join("\n\n")
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
