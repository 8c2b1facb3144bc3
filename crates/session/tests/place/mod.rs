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

/// Waits until something is true; ten seconds is far beyond every promise, so it fails only when it never happens.
pub fn until(what: &str, is_true: impl FnMut() -> bool) {
    within(Duration::from_secs(10), what, is_true);
}

/// Waits until something is true, and fails if it takes longer than promised. Says how long it took.
pub fn within(limit: Duration, what: &str, mut is_true: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !is_true() {
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
    start.elapsed()
}

pub mod directory {
    use std::fs;
    use std::path::{Path, PathBuf};

    use session::member::Place;

    /// A private runtime directory, on Linux in memory; it goes with this.
    pub struct Directory(pub PathBuf);

    impl Directory {
        pub fn new() -> Self {
            let parent = if cfg!(target_os = "linux") { "/dev/shm".into() } else { std::env::temp_dir() };
            let path = parent.join(format!("stemma-test-{}-{}", std::process::id(), super::next()));
            fs::create_dir(&path).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
            Self(path)
        }

        pub fn place(&self) -> Place {
            Place::Directory(self.0.clone())
        }

        pub fn file(&self, name: &str) -> PathBuf {
            self.0.join("stemma").join(name)
        }

        pub fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(self.0.join("stemma")).unwrap();
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
