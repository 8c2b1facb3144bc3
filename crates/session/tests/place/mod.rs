//! Places that no other test uses, and patience.
#![allow(dead_code, clippy::unwrap_used)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use session::member::Place;

/// A place on the heap.
pub fn unused_place() -> Place {
    Place::Process(next())
}

fn next() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// Waits until something is true; a minute is far beyond every promise, so it fails only when it never happens.
pub fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_true() {
        assert!(start.elapsed() < Duration::from_secs(60), "in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until something is true; an error when that takes longer than promised. For [`one_of_three`].
pub fn within(limit: Duration, what: &str, is_true: impl FnMut() -> bool) -> Result<(), String> {
    let start = Instant::now();
    until(what, is_true);
    let taken = start.elapsed();
    if taken <= limit { Ok(()) } else { Err(format!("{what}: {taken:?} instead of {limit:?}")) }
}

/// A promise in seconds: it must be kept once in three attempts, because the machine may be busy with other things.
pub fn one_of_three(attempt: impl Fn() -> Result<(), String>) {
    let mut broken = Vec::new();
    while let Err(how) = attempt() {
        println!("late: {how}");
        broken.push(how);
        assert!(broken.len() < 3, "late three times: {}", broken.join("; "));
    }
}

/// How long a test with a long form takes: this many seconds, or what `cargo xtask soak` gives it.
pub fn seconds(short_s: f64) -> Duration {
    let long_s = std::env::var("STEMMA_SOAK_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs_f64(long_s.unwrap_or(short_s))
}

/// What a test counted; `cargo xtask soak` collects these lines.
pub fn figures(text: &str) {
    println!("figures: {text}");
}

/// Why a test cannot be done here.
pub fn skipped(reason: &str) {
    println!("skipped: {reason}");
}

/// Repeatable chance (xorshift); the seed is printed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        println!("seed {seed:#x}");
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.next() >> 11) as usize % count
    }
}

pub mod directory {
    use std::fs;
    use std::path::{Path, PathBuf};

    use session::member::Place;
    use session::uuid::Uuid;

    /// A private runtime directory, on Linux in memory; it goes with this.
    pub struct Directory(pub PathBuf);

    impl Directory {
        pub fn new() -> Self {
            let parent = if cfg!(target_os = "linux") { "/dev/shm".into() } else { std::env::temp_dir() };
            // Process numbers are used again, on Wine at once; `tests/bundles.rs` sweeps by the number at the end.
            let path = parent.join(format!("stemma-test-{}-{}", Uuid::random(), std::process::id()));
            fs::create_dir(&path).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
            Self(path)
        }

        pub fn place(&self) -> Place {
            Place::Directory(self.0.clone())
        }

        /// Where the files are; Windows has a folder for each logon session.
        fn folder(&self) -> PathBuf {
            let folder = self.0.join("stemma");
            if cfg!(windows) { fs::read_dir(folder).unwrap().next().unwrap().unwrap().path() } else { folder }
        }

        pub fn file(&self, name: &str) -> PathBuf {
            self.folder().join(name)
        }

        pub fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(self.folder()).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    impl AsRef<Path> for Directory {
        fn as_ref(&self) -> &Path {
            &self.0
        }
    }
}
