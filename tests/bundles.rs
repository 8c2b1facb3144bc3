//! The bundles: where they are, and the CLAP entry inside.
#![allow(unsafe_code, reason = "a plugin library is opened and called through its C interface")]

use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use libloading::Library;

/// One of our two plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    StemTrim,
    MasterBus,
}

impl Product {
    pub const ALL: [Self; 2] = [Self::StemTrim, Self::MasterBus];

    /// The name, which is also that of the bundles.
    pub fn name(self) -> &'static str {
        match self {
            Self::StemTrim => "Stem Trim",
            Self::MasterBus => "Master Bus",
        }
    }

    /// The CLAP id.
    pub fn id(self) -> &'static CStr {
        match self {
            Self::StemTrim => c"org.stemma.stem-trim",
            Self::MasterBus => c"org.stemma.master-bus",
        }
    }

    /// The CLAP library.
    pub fn clap_library(self) -> PathBuf {
        let bundle = existing(format!("{}.clap", self.name()));
        let inside = bundle.join("Contents/MacOS").join(self.name());
        if inside.exists() { inside } else { bundle }
    }

    /// The VST3 bundle, a folder.
    pub fn vst3_bundle(self) -> PathBuf {
        existing(format!("{}.vst3", self.name()))
    }
}

fn existing(name: String) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = std::env::var_os("STEMMA_BUNDLES").map_or_else(|| workspace.join("target/bundled"), PathBuf::from);
    let path = folder.join(name);
    assert!(path.exists(), "{} is missing: run `cargo xtask bundle` first", path.display());
    path
}

/// A runtime directory of this test run, so that the instances meet each other and nobody else's.
pub fn session_directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let directory = private_directory("acceptance");
        // SAFETY: every test that opens a plugin comes through here first, and before that nothing of ours reads the
        // environment on another thread.
        unsafe { std::env::set_var("STEMMA_SESSION_DIR", &directory) };
        directory
    })
}

/// A directory in memory that only this user can enter.
pub fn private_directory(purpose: &str) -> PathBuf {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    sweep(&parent);
    let directory = parent.join(format!("{DIRECTORY_PREFIX}{purpose}-{}", std::process::id()));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(&directory).unwrap();
    directory
}

/// What the directories of test runs begin with; their process stands at the end.
const DIRECTORY_PREFIX: &str = "stemma-test-";

/// Removes what earlier runs have left: a test binary has no end at which it could.
fn sweep(parent: &Path) {
    if !Path::new("/proc/self").exists() {
        return;
    }
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(DIRECTORY_PREFIX).and_then(|rest| rest.rsplit('-').next()?.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
            // Another run may be sweeping, too.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// An opened plugin library, initialised.
pub struct Bundle {
    /// Kept open as long as the entry is in use; dropped last.
    library: Library,
}

impl Bundle {
    /// Opens the library and calls `init`.
    pub fn open(product: Product) -> Self {
        session_directory();
        let path = product.clap_library();
        // SAFETY: the library is ours; what runs when it is loaded has no preconditions.
        let bundle = Self { library: unsafe { Library::new(&path) }.unwrap_or_else(|error| panic!("{error}")) };
        let path = CString::new(path.to_str().unwrap()).unwrap();
        // SAFETY: the entry is the library's; `init` takes a path.
        assert!(unsafe { bundle.entry().init.unwrap()(path.as_ptr()) }, "clap_entry.init refuses");
        bundle
    }

    /// The `clap_entry` symbol.
    pub fn entry(&self) -> &clap_plugin_entry {
        // SAFETY: CLAP gives the symbol this type, and the library outlives the borrow.
        unsafe { &**self.library.get::<*const clap_plugin_entry>(b"clap_entry\0").unwrap() }
    }

    /// The plugin factory.
    pub fn factory(&self) -> &clap_plugin_factory {
        // SAFETY: the entry is initialised; the factory lives as long as the library.
        unsafe {
            let factory = self.entry().get_factory.unwrap()(CLAP_PLUGIN_FACTORY_ID.as_ptr());
            factory.cast::<clap_plugin_factory>().as_ref().expect("the library has a plugin factory")
        }
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        // SAFETY: `init` succeeded, and every plugin made from the factory is gone by now.
        unsafe { self.entry().deinit.unwrap()() };
    }
}

#[test]
fn each_library_holds_the_one_plugin_it_is_named_for() {
    for product in Product::ALL {
        let bundle = Bundle::open(product);
        let factory = bundle.factory();
        // SAFETY: the functions are called as CLAP says, and their strings are C strings.
        unsafe {
            assert_eq!(factory.get_plugin_count.unwrap()(factory), 1);
            let descriptor = factory.get_plugin_descriptor.unwrap()(factory, 0).as_ref().unwrap();
            assert_eq!(CStr::from_ptr(descriptor.id), product.id());
            assert_eq!(CStr::from_ptr(descriptor.name).to_str(), Ok(product.name()));
            assert_eq!(CStr::from_ptr(descriptor.vendor), c"Stemma");
            assert!(factory.get_plugin_descriptor.unwrap()(factory, 1).is_null());
        }
    }
}

#[test]
fn the_factory_refuses_strangers() {
    for product in Product::ALL {
        let bundle = Bundle::open(product);
        let (factory, host) = (bundle.factory(), crate::fake_host::FakeHost::new(crate::fake_host::Offer::All));
        // SAFETY: null and unknown ids are what a confused host might pass; the factory must not use them.
        unsafe {
            let create = factory.create_plugin.unwrap();
            assert!(create(factory, host.pointer(), c"org.stemma.nobody".as_ptr()).is_null());
            assert!(create(factory, host.pointer(), std::ptr::null()).is_null());
            assert!(create(factory, std::ptr::null(), product.id().as_ptr()).is_null());
            assert!(bundle.entry().get_factory.unwrap()(c"org.stemma.no-factory".as_ptr()).is_null());
            assert!(bundle.entry().get_factory.unwrap()(std::ptr::null()).is_null());
        }
    }
}

#[test]
fn vst3_bundles_stand_beside_the_clap_ones() {
    for product in Product::ALL {
        let bundle = product.vst3_bundle();
        assert!(bundle.join("Contents").is_dir(), "{} is no bundle", bundle.display());
    }
}

#[test]
fn a_library_can_be_loaded_and_unloaded_twenty_times() {
    for product in Product::ALL {
        for round in 0..20 {
            // A thread each time: what a library leaves in a thread keeps it loaded until the thread ends.
            std::thread::spawn(move || {
                let mut plugin = crate::fake_host::Plugin::new(product, crate::fake_host::Offer::All);
                assert!(plugin.activate(48_000.0, 64), "round {round}");
                plugin.deactivate();
            })
            .join()
            .unwrap();
        }
    }
}
