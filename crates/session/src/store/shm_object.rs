//! macOS: memory under a name, made by `shm_open`. It lives until the system restarts; only its name can be removed.
//!
//! Its size can be set once only, so openers take turns.
#![allow(unsafe_code)]

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::shm::{self, OFlags};

use crate::layout::{HEADER, HEADER_BYTES, REGION_BYTES, REGION_ID};
use crate::store::Refusal;
use crate::store::unix_directory::Directory;

/// Which object is mapped. It has no number to know it by, so its header is kept in view.
pub(crate) struct Object {
    name: String,
    header: Header,
}

impl Object {
    /// Whether a newcomer would map the same object, and find the same lock files. `[main]`
    pub(crate) fn is_current(&self, directory: &Directory) -> bool {
        directory.is_current()
            && Header::find(&self.name).is_ok_and(|found| found.region_id() == self.header.region_id())
    }

    /// Removes the damaged object's name: who has it keeps it, who comes makes another. `[setup]`
    pub(crate) fn set_aside(&self, directory: &Directory) -> Result<(), Refusal> {
        let _alone = directory.lock_region()?;
        // Somebody else may have done so, and made a good one.
        if Header::find(&self.name)?.is_good() { Ok(()) } else { remove(&self.name) }
    }
}

/// Maps the object of a name, made if need be. `[setup]`
pub(crate) fn open(directory: &Directory, name: String) -> Result<(MmapRaw, Object), Refusal> {
    let _alone = directory.lock_region()?;
    let object = match open_sized(&name) {
        Err(Refusal::Damaged) => remove(&name).and_then(|()| open_sized(&name)),
        opened => opened,
    }?;
    let mapping = map(&object, REGION_BYTES)?;
    let header = Header(map(&object, HEADER_BYTES)?);
    Ok((mapping, Object { name, header }))
}

/// Opens the object and gives a new one its size, which the system allows once: the caller is alone.
fn open_sized(name: &str) -> Result<OwnedFd, Refusal> {
    let object = shm::open(name, OFlags::RDWR | OFlags::CREATE, Mode::RUSR | Mode::WUSR)
        .map_err(|error| Refusal::new("cannot open the shared memory", error))?;
    let stat = rustix::fs::fstat(&object).map_err(|error| Refusal::new("cannot look at the shared memory", error))?;
    if stat.st_uid != rustix::process::geteuid().as_raw() || stat.st_mode & 0o077 != 0 {
        // Not ours to remove, and not to be believed.
        return Err(Refusal::new("the shared memory belongs to another user", Errno::ACCESS));
    }
    match u64::try_from(stat.st_size) {
        Ok(0) => {
            rustix::fs::ftruncate(&object, REGION_BYTES as u64)
                .map_err(|error| Refusal::new("no room for the shared memory", error))?;
            Ok(object)
        }
        Ok(bytes) if bytes == REGION_BYTES as u64 => Ok(object),
        _ => Err(Refusal::Damaged),
    }
}

fn remove(name: &str) -> Result<(), Refusal> {
    shm::unlink(name).map_err(|error| Refusal::new("cannot remove the damaged shared memory", error))
}

fn map(object: &OwnedFd, bytes: usize) -> Result<MmapRaw, Refusal> {
    let mapping = MmapOptions::new().len(bytes).map_raw(object);
    mapping.map_err(|error| Refusal::new("cannot map the shared memory", error))
}

/// The header of an object, whatever it says.
struct Header(MmapRaw);

impl Header {
    /// The header of the object that a newcomer would map.
    fn find(name: &str) -> Result<Self, Refusal> {
        let object = shm::open(name, OFlags::RDWR, Mode::empty());
        let object = object.map_err(|error| Refusal::new("cannot open the shared memory", error))?;
        map(&object, HEADER_BYTES).map(Self)
    }

    fn word(&self, offset: usize) -> u64 {
        assert!(offset < HEADER_BYTES / 8);
        // SAFETY: the mapping is page-aligned, readable and writable, `HEADER_BYTES` long, and lives as long as `self`;
        // all processes only ever touch it through 64-bit atomics.
        unsafe { AtomicU64::from_ptr(self.0.as_mut_ptr().cast::<u64>().add(offset)) }.load(Ordering::Acquire)
    }

    /// Random name of the region.
    fn region_id(&self) -> u64 {
        self.word(REGION_ID)
    }

    /// Whether it says what this layout says, or nothing yet.
    fn is_good(&self) -> bool {
        HEADER.iter().all(|(offset, value)| [0, *value].contains(&self.word(*offset)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "the helpers of a test fail like the test itself")]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::uuid::random_word;

    /// A private directory and an object's name; both go with this.
    struct Scene {
        path: PathBuf,
        directory: Directory,
        name: String,
    }

    impl Scene {
        fn new() -> Self {
            let unique = format!("{:016x}", random_word());
            let path = std::env::temp_dir().join(format!("stemma-test-{unique}"));
            std::fs::create_dir(&path).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
            let directory = Directory::find([(path.clone(), false)], |_| Ok(())).unwrap();
            Self { path, directory, name: format!("/stemma-{unique}") }
        }

        fn open(&self) -> (Header, Object) {
            let (mapping, object) = open(&self.directory, self.name.clone()).unwrap();
            assert_eq!(mapping.len(), REGION_BYTES);
            (Header(mapping), object)
        }

        /// What somebody else left under the name.
        fn leave(&self, bytes: u64, mode: Mode) {
            let object = shm::open(self.name.as_str(), OFlags::RDWR | OFlags::CREATE, mode).unwrap();
            // The user's umask may have taken rights away; macOS cannot give them back.
            let _ = rustix::fs::fchmod(&object, mode);
            rustix::fs::ftruncate(&object, bytes).unwrap();
        }
    }

    impl Drop for Scene {
        fn drop(&mut self) {
            let _ = shm::unlink(self.name.as_str());
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }

    fn store(header: &Header, offset: usize, value: u64) {
        // SAFETY: as in `Header::word`.
        unsafe { AtomicU64::from_ptr(header.0.as_mut_ptr().cast::<u64>().add(offset)) }.store(value, Ordering::Release);
    }

    #[test]
    fn who_comes_second_sees_the_memory_of_the_first() {
        let scene = Scene::new();
        let ((first, first_object), (second, second_object)) = (scene.open(), scene.open());
        store(&first, REGION_ID, 7);
        assert_eq!(second.region_id(), 7);
        assert!(first_object.is_current(&scene.directory) && second_object.is_current(&scene.directory));
    }

    #[test]
    fn an_object_of_another_size_is_replaced() {
        let scene = Scene::new();
        scene.leave(2 * REGION_BYTES as u64, Mode::RUSR | Mode::WUSR);
        assert!(scene.open().0.is_good());
        let object = shm::open(scene.name.as_str(), OFlags::RDWR, Mode::empty()).unwrap();
        assert_eq!(rustix::fs::fstat(&object).unwrap().st_size, REGION_BYTES as i64);
    }

    #[test]
    fn an_object_open_to_others_is_refused() {
        let scene = Scene::new();
        scene.leave(REGION_BYTES as u64, Mode::RUSR | Mode::WUSR | Mode::ROTH);
        assert!(matches!(open(&scene.directory, scene.name.clone()), Err(Refusal::Denied { .. })));
    }

    #[test]
    fn a_damaged_object_is_replaced_and_a_good_one_is_kept() {
        let scene = Scene::new();
        let (damaged, damaged_object) = scene.open();
        store(&damaged, HEADER[1].0, 99);
        damaged_object.set_aside(&scene.directory).unwrap();
        let (good, good_object) = scene.open();
        assert!(good.is_good() && good.word(HEADER[1].0) == 0);
        // Somebody slower, who found the damaged one, too.
        store(&good, REGION_ID, 7);
        damaged_object.set_aside(&scene.directory).unwrap();
        assert!(good_object.is_current(&scene.directory) && !damaged_object.is_current(&scene.directory));
    }

    #[test]
    fn a_region_without_its_directory_is_left() {
        let scene = Scene::new();
        let (_, object) = scene.open();
        assert!(object.is_current(&scene.directory));
        std::fs::rename(scene.path.join("stemma"), scene.path.join("moved")).unwrap();
        assert!(!object.is_current(&scene.directory));
    }
}
