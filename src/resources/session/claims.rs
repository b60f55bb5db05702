//! Which streams the resources of one run of Terraform have, where each provider block is a process of its own.
//!
//! The processes share nothing but their parent, the Terraform that started them. So each leaves a mark for a stream in a
//! folder of that run, and a resource of another process does not adopt what is marked. A stream is known by its name and
//! the nanosecond of its creation, which are the same through whatever address, login or domain it is reached.
//!
//! Marks outlive their process, because Terraform ends one as soon as its resources are done. The last process of a phase
//! (a plan, an apply) removes them all, and what a killed one has left, the next run does. Nothing is marked where a run
//! cannot be told from another: not on Linux (a process id alone comes again), a process that Terraform did not start, a
//! folder of somebody else. Two Terraform states cannot see each other this way.

#[cfg(target_os = "linux")]
use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::OnceLock;
use std::time::Duration;

use crate::jetstream::StreamInfo;

/// Terraform sets it for the processes that it starts.
#[cfg(target_os = "linux")]
const STARTED_BY_TERRAFORM: &str = "TF_PLUGIN_MAGIC_COOKIE";

/// How long after its creation a stream may not be marked yet by the process that has created it.
const UNMARKED: Duration = Duration::from_secs(2);
/// How long that process, or one that began at the same moment, takes at most to mark what it has.
const MARKS: Duration = Duration::from_millis(500);

/// Begins the name of the file that says that a process is there.
const PRESENCE: &str = "process-";

static OF_THIS_RUN: OnceLock<Claims> = OnceLock::new();

/// The marks of one run of Terraform, as one of its processes sees them.
#[derive(Debug)]
pub struct Claims {
    folder: Option<PathBuf>,
    owner: String,
}

impl Claims {
    /// Those of the run that this process belongs to.
    pub fn of_this_run() -> &'static Self {
        OF_THIS_RUN.get_or_init(|| Self::enter(run_folder(), process::id()))
    }

    /// A process of the run that has this folder.
    fn enter(folder: Option<PathBuf>, process: u32) -> Self {
        let claims = Self {
            folder,
            owner: process.to_string(),
        };
        if let Some(folder) = &claims.folder
            && let Err(error) = fs::write(folder.join(claims.presence()), "")
        {
            tracing::debug!(%error, "no presence among the processes of the run");
        }
        claims
    }

    /// The process ends, if it was ever in a run.
    pub fn leave_this_run() {
        if let Some(claims) = OF_THIS_RUN.get() {
            claims.leave();
        }
    }

    /// The last process of the run leaves nothing.
    fn leave(&self) {
        let Some(folder) = &self.folder else {
            return;
        };
        let _ = fs::remove_file(folder.join(self.presence()));
        if !self.has_companions() {
            let _ = fs::remove_dir_all(folder);
            // Not while there are other runs.
            let _ = folder.parent().map(fs::remove_dir);
        }
    }

    /// Whether there are other processes of the run now.
    fn has_companions(&self) -> bool {
        let entries = self
            .folder
            .as_ref()
            .and_then(|folder| fs::read_dir(folder).ok());
        let names = entries.into_iter().flatten().flatten();
        names.map(|entry| entry.file_name()).any(|name| {
            let name = name.to_string_lossy().into_owned();
            let process = name.strip_prefix(PRESENCE).map(str::to_owned);
            process.is_some_and(|id| id != self.owner && Path::new("/proc").join(id).exists())
        })
    }

    fn presence(&self) -> String {
        format!("{PRESENCE}{}", self.owner)
    }

    /// Marks a stream as one that a resource of this process has; whether no other process had done so before.
    pub fn claim(&self, stream: &str, created: &str) -> bool {
        let Some(mark) = self.mark(stream, created) else {
            return true;
        };
        match symlink(&self.owner, &mark) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.is_own(&mark),
            Err(error) => {
                tracing::debug!(%error, stream, "not marked");
                true
            }
            Ok(()) => true,
        }
    }

    /// Takes the mark of a stream away, because no resource has it any more.
    pub fn give_up(&self, stream: &str, created: &str) {
        if let Some(mark) = self.mark(stream, created) {
            let _ = fs::remove_file(mark);
        }
    }

    /// Whether a resource of another process has a stream.
    pub fn is_taken(&self, stream: &str, created: &str) -> bool {
        let mark = self.mark(stream, created);
        mark.is_some_and(|mark| mark.is_symlink() && !self.is_own(&mark))
    }

    /// Those of the streams that were just found that a resource of another process has.
    pub async fn taken(&self, found: &[&StreamInfo]) -> Vec<String> {
        let is_young = |live: &&StreamInfo| live.age().is_some_and(|age| age < UNMARKED);
        let may_be_unmarked = found.iter().any(is_young) || self.has_companions();
        if self.folder.is_some() && !found.is_empty() && may_be_unmarked {
            tokio::time::sleep(MARKS).await;
        }
        let taken = found
            .iter()
            .filter(|live| self.is_taken(live.config.name(), &live.created));
        taken.map(|live| live.config.name().to_owned()).collect()
    }

    /// Marks streams that were just found, one after the other: of two resources that want the same ones at once, the one
    /// that gets the first gets all. The one that another process has, if there is one.
    pub async fn claim_found<'i>(&self, found: &[&'i StreamInfo]) -> Option<&'i StreamInfo> {
        let taken = self.taken(found).await;
        let mut found = found.iter();
        found
            .find(|live| {
                taken.iter().any(|name| name == live.config.name())
                    || !self.claim(live.config.name(), &live.created)
            })
            .copied()
    }

    fn is_own(&self, mark: &Path) -> bool {
        // What cannot be read is no reason to refuse anything.
        fs::read_link(mark).map_or(true, |owner| owner == Path::new(&self.owner))
    }

    fn mark(&self, stream: &str, created: &str) -> Option<PathBuf> {
        let mut hasher = DefaultHasher::new();
        (stream, created).hash(&mut hasher);
        Some(
            self.folder
                .as_ref()?
                .join(format!("{:016x}", hasher.finish())),
        )
    }
}

/// A link is made with its text in one step, or not at all.
#[cfg(unix)]
fn symlink(text: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(text, path)
}

#[cfg(not(unix))]
fn symlink(_: &str, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
fn run_folder() -> Option<PathBuf> {
    None
}

/// The folder of this run, without those of runs that are over.
#[cfg(target_os = "linux")]
fn run_folder() -> Option<PathBuf> {
    env::var_os(STARTED_BY_TERRAFORM)?;
    let parent = std::os::unix::process::parent_id().to_string();
    let run = format!("{parent}-{}", started(&parent)?);
    let user = own_user()?;
    let all = private_folder(
        env::temp_dir().join(format!("terraform-provider-wasmcloud-{user}")),
        user,
    )?;
    for other in fs::read_dir(&all).ok()?.flatten() {
        if is_over(&other.file_name().to_string_lossy()) {
            let _ = fs::remove_dir_all(other.path());
        }
    }
    private_folder(all.join(run), user)
}

#[cfg(target_os = "linux")]
fn is_over(run: &str) -> bool {
    let Some((id, time)) = run.split_once('-') else {
        return false;
    };
    started(id).as_deref() != Some(time)
}

/// When a process was started, in ticks since the system was (`man 5 proc_pid_stat`, field 22).
#[cfg(target_os = "linux")]
fn started(id: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before it may have any letters, brackets too.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(target_os = "linux")]
fn own_user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").ok().map(|own| own.uid())
}

/// A folder that only this user reaches; `None` if it is somebody else's.
#[cfg(target_os = "linux")]
fn private_folder(path: PathBuf, user: u32) -> Option<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let made = fs::DirBuilder::new().mode(0o700).create(&path);
    if let Err(error) = &made
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        tracing::debug!(%error, "no folder for marks");
        return None;
    }
    let found = fs::symlink_metadata(&path).ok()?;
    (found.is_dir() && found.uid() == user && found.mode() & 0o077 == 0).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: &str = "2026-01-01T00:00:00.123456789Z";

    fn process_of(folder: &Path, process: u32) -> Claims {
        Claims::enter(Some(folder.to_owned()), process)
    }

    #[test]
    fn what_one_process_has_no_other_takes() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (
            process_of(folder.path(), 1),
            process_of(folder.path(), process::id()),
        );

        assert!(!other.is_taken("A", CREATED));
        assert!(one.claim("A", CREATED));

        assert!(other.is_taken("A", CREATED) && !one.is_taken("A", CREATED));
        assert!(!other.claim("A", CREATED) && one.claim("A", CREATED));
        one.give_up("A", CREATED);
        assert!(other.claim("A", CREATED));
        // The same name at another time, or in another account, is another stream.
        assert!(other.claim("A", "2026-01-01T00:00:00.123456788Z"));
        assert!(other.claim("B", CREATED));
    }

    #[test]
    fn the_last_process_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        fs::create_dir(&run).unwrap();
        let (first, last) = (process_of(&run, 1), process_of(&run, process::id()));
        assert!(first.claim("A", CREATED));

        first.leave();
        assert!(last.is_taken("A", CREATED));
        last.leave();

        assert!(!run.exists());
    }

    #[test]
    fn without_a_folder_nothing_is_taken() {
        let (folder, owner) = (None, String::new());
        let claims = Claims { folder, owner };

        assert!(claims.claim("A", CREATED) && !claims.is_taken("A", CREATED));
        let gone = process_of(Path::new("/nowhere"), 1);
        assert!(gone.claim("A", CREATED) && !gone.is_taken("A", CREATED));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_run_is_over_when_its_process_is_another_or_none() {
        let own = process::id().to_string();
        let time = started(&own).unwrap();

        assert!(!is_over(&format!("{own}-{time}")));
        assert!(is_over(&format!("{own}-1")) && is_over("4194999-7"));
        assert!(!is_over("something else"));
    }
}
