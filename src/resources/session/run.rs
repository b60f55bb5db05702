//! One run of Terraform, where each provider block is a process of its own, and each phase (a plan, an apply) has new ones.
//!
//! The processes share nothing but their parent, the Terraform that started them. So they leave notes for each other in a
//! folder of that run.
//!
//! Notes outlive their process, because Terraform ends one as soon as its resources are done. The last process of a phase
//! removes those that the next phase does not need, and what stays, or a killed process has left, the next run removes.
//! There is no folder where a run cannot be told from another: not on Linux (a process id alone comes again), a process
//! that Terraform did not start, a folder of somebody else.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::os;
use crate::terraform::language::Value;

/// Terraform sets it for the processes that it starts.
const STARTED_BY_TERRAFORM: &str = "TF_PLUGIN_MAGIC_COOKIE";

/// Begins the name of the file that says that a process is there.
const PRESENCE: &str = "process-";

static THIS_RUN: OnceLock<Run> = OnceLock::new();

/// What a note is about; begins the name of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A stream that a resource of the process has. Needed in one phase.
    Stream,
    /// A warning that the process has shown. Needed in the next phase.
    Warning,
}

impl Note {
    fn prefix(self) -> &'static str {
        match self {
            Self::Stream => "stream-",
            Self::Warning => "warning-",
        }
    }
}

/// A run of Terraform, as one of its processes sees it.
#[derive(Debug)]
pub struct Run {
    folder: Option<PathBuf>,
    process: String,
    /// The notes that nobody needs after this process.
    used: Mutex<BTreeSet<PathBuf>>,
}

impl Run {
    /// The run that this process belongs to.
    pub fn this() -> &'static Self {
        THIS_RUN.get_or_init(|| Self::enter(run_folder(), process::id()))
    }

    /// A process of the run that has this folder.
    pub fn enter(folder: Option<PathBuf>, process: u32) -> Self {
        let run = Self {
            folder,
            process: process.to_string(),
            used: Mutex::default(),
        };
        if let Some(folder) = &run.folder
            && let Err(error) = fs::write(folder.join(run.presence()), "")
        {
            tracing::debug!(%error, "this process could not be registered in the folder of the run");
        }
        run
    }

    /// This process ends, if it was ever in a run.
    pub fn leave_this() {
        if let Some(run) = THIS_RUN.get() {
            run.leave();
        }
    }

    /// The last process of a phase leaves only what the next one needs.
    pub fn leave(&self) {
        let Some(folder) = &self.folder else {
            return;
        };
        let _ = fs::remove_file(folder.join(self.presence()));
        for used in &*self.used.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = fs::remove_file(used);
        }
        if self.has_companions() {
            return;
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if !name.to_string_lossy().starts_with(Note::Warning.prefix()) {
                let _ = fs::remove_file(entry.path());
            }
        }
        // Only if nothing is in it.
        let _ = fs::remove_dir(folder);
        // Not while there are other runs.
        let _ = folder.parent().map(fs::remove_dir);
    }

    /// Whether there are notes at all.
    pub fn has_notes(&self) -> bool {
        self.folder.is_some()
    }

    /// Whether there are other processes of the run now.
    pub fn has_companions(&self) -> bool {
        let entries = self
            .folder
            .as_ref()
            .and_then(|folder| fs::read_dir(folder).ok());
        let names = entries.into_iter().flatten().flatten();
        names.map(|entry| entry.file_name()).any(|name| {
            let name = name.to_string_lossy().into_owned();
            let process = name.strip_prefix(PRESENCE).map(str::to_owned);
            process.is_some_and(|id| id != self.process && os::is_running(&id))
        })
    }

    /// Leaves a note, unless there is one already; whether no other process had left it before.
    pub fn note(&self, note: Note, about: &impl Hash) -> bool {
        let Some(path) = self.path(note, about) else {
            return true;
        };
        match os::write_link(&self.process, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.is_own(&path),
            Err(error) => {
                tracing::debug!(%error, ?note, "a note for the other processes of the run could not be written");
                true
            }
            Ok(()) => true,
        }
    }

    /// Whether another process has left a note.
    pub fn has_note_of_another(&self, note: Note, about: &impl Hash) -> bool {
        let path = self.path(note, about);
        path.is_some_and(|path| path.is_symlink() && !self.is_own(&path))
    }

    /// Takes a note away.
    pub fn remove(&self, note: Note, about: &impl Hash) {
        if let Some(path) = self.path(note, about) {
            let _ = fs::remove_file(path);
        }
    }

    /// Takes a note away when this process ends.
    pub fn remove_at_the_end(&self, note: Note, about: &impl Hash) {
        if let Some(path) = self.path(note, about) {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            used.insert(path);
        }
    }

    fn presence(&self) -> String {
        format!("{PRESENCE}{}", self.process)
    }

    fn is_own(&self, path: &Path) -> bool {
        // What cannot be read is no reason to refuse anything.
        fs::read_link(path).map_or(true, |process| process == Path::new(&self.process))
    }

    fn path(&self, note: Note, about: &impl Hash) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.join(format!("{}{:016x}", note.prefix(), hash(about))))
    }
}

/// A hash of a configuration, which keeps nothing of the secrets in it.
pub fn hash_of(config: &Value) -> u64 {
    hash(&format!("{config:?}"))
}

/// The same for the same value in every process of this binary.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The folder of this run, without those of runs that are over.
fn run_folder() -> Option<PathBuf> {
    env::var_os(STARTED_BY_TERRAFORM)?;
    let parent = os::parent_id()?.to_string();
    let run = format!("{parent}-{}", os::start_of_process(&parent)?);
    let user = os::user_id()?;
    let all = env::temp_dir().join(format!("terraform-provider-wasmcloud-{user}"));
    let all = os::private_folder(all, user)?;
    for other in fs::read_dir(&all).ok()?.flatten() {
        if is_over(&other.file_name().to_string_lossy()) {
            let _ = fs::remove_dir_all(other.path());
        }
    }
    os::private_folder(all.join(run), user)
}

fn is_over(run: &str) -> bool {
    let Some((id, time)) = run.split_once('-') else {
        return false;
    };
    os::start_of_process(id).as_deref() != Some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_process_of_a_phase_leaves_what_the_next_phase_needs() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        fs::create_dir(&run).unwrap();
        let enter = |process| Run::enter(Some(run.clone()), process);
        let (first, last) = (enter(1), enter(process::id()));
        assert!(first.note(Note::Stream, &"A") && first.note(Note::Warning, &"B"));

        first.leave();
        assert!(last.has_note_of_another(Note::Stream, &"A"));
        last.leave();

        let next = enter(process::id());
        assert!(!next.has_note_of_another(Note::Stream, &"A"));
        assert!(next.has_note_of_another(Note::Warning, &"B"));
        next.remove_at_the_end(Note::Warning, &"B");
        assert!(next.has_note_of_another(Note::Warning, &"B"));
        next.leave();
        assert!(!run.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_run_is_over_when_its_process_is_another_or_none() {
        let own = process::id().to_string();
        let time = os::start_of_process(&own).unwrap();

        assert!(!is_over(&format!("{own}-{time}")));
        assert!(is_over(&format!("{own}-1")) && is_over("4194999-7"));
        assert!(!is_over("something else"));
    }
}
