//! Presets on disk: what is saved comes back, and nothing of the user's is lost.

use std::fs;
use std::path::{Path, PathBuf};

use plugin_kit::edits::presets::{Existing, NotSaved, Presets};
use plugin_kit::edits::settings::{Setting, Settings};

const FACTORY: &str = "[[preset]]\nname = 'Neutral'\nsettings = {}\n";

fn open(folder: &Path) -> Presets {
    let mut presets = Presets::in_folder("org.stemma.small", FACTORY, Some(folder.to_owned()));
    presets.read();
    presets
}

fn settings(gain_db: f32) -> Settings {
    [("gain".to_owned(), gain_db.into()), ("detector".to_owned(), Setting::Choice("RMS".to_owned()))].into()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("the system has a folder for tests")
}

#[test]
fn a_saved_preset_is_in_the_menu_of_every_instance_and_a_text_people_can_read() {
    let folder = folder();
    let place = folder.path().join("presets").join("Small");
    let (mut one, mut other) = (open(&place), open(&place));
    one.save("Warm bass", settings(-0.2), Existing::Keep).expect("it can be saved");
    assert_eq!(other.names(), ["Neutral"]);
    assert!(other.read().is_empty());
    assert_eq!(other.names(), ["Neutral", "Warm bass"]);
    assert_eq!(other.get(1).expect("it is there").settings, settings(-0.2));
    let text = fs::read_to_string(place.join("Warm bass.toml")).expect("it is there");
    let expected = "format = 1\nplugin = \"org.stemma.small\"\nname = \"Warm bass\"\n\n\
                    [settings]\ndetector = \"RMS\"\ngain = -0.2\n";
    assert_eq!(text, expected);
    assert_eq!(files(&place), ["Warm bass.toml"], "nothing else is left");
}

#[test]
fn a_preset_is_replaced_only_when_asked_to() {
    let folder = folder();
    let mut presets = open(folder.path());
    presets.save("Warm", settings(1.0), Existing::Keep).expect("it can be saved");
    let again = presets.save(" warm", settings(2.0), Existing::Keep);
    assert_eq!(again.expect_err("it is there").to_string(), "You have a preset Warm already");
    assert_eq!(presets.get(1).expect("it is there").settings, settings(1.0));
    presets.save("warm", settings(2.0), Existing::Replace).expect("it can be replaced");
    assert_eq!((presets.names().len(), presets.get(1).expect("it is there").settings.clone()), (2, settings(2.0)));
    assert_eq!(files(folder.path()), ["Warm.toml"]);
}

#[test]
fn what_another_instance_has_saved_since_is_not_overwritten() {
    let folder = folder();
    let (mut one, mut other) = (open(folder.path()), open(folder.path()));
    one.save("Warm", settings(1.0), Existing::Keep).expect("it can be saved");
    assert!(matches!(other.save("Warm", settings(2.0), Existing::Keep), Err(NotSaved::Exists(_))));
}

#[test]
fn names_that_make_the_same_file_name_do_not_meet() {
    let folder = folder();
    let mut presets = open(folder.path());
    presets.save("Bass/DI", settings(1.0), Existing::Keep).expect("it can be saved");
    presets.save("Bass?DI", settings(2.0), Existing::Keep).expect("it can be saved");
    assert_eq!(presets.names(), ["Neutral", "Bass/DI", "Bass?DI"]);
    assert_eq!(files(folder.path()), ["Bass_DI (2).toml", "Bass_DI.toml"]);
}

#[test]
fn a_name_of_the_plugins_own_and_no_name_are_refused() {
    let folder = folder();
    let mut presets = open(folder.path());
    for existing in [Existing::Keep, Existing::Replace] {
        assert!(matches!(presets.save("neutral", settings(1.0), existing), Err(NotSaved::Factory(_))));
        assert!(matches!(presets.save(" \t", settings(1.0), existing), Err(NotSaved::NoName)));
    }
    assert!(files(folder.path()).is_empty());
}

#[test]
fn what_cannot_be_read_is_left_out_with_a_sentence_and_never_touched() {
    let folder = folder();
    let head = "plugin = 'org.stemma.small'\nname = 'Warm'\nsettings = {}\n";
    let garbage: [(&str, Vec<u8>, &str); 8] = [
        ("binary.toml", vec![0xff, 0xfe, 0, 1], "it is no preset: invalid utf-8"),
        ("cut.toml", b"format = 1\nplugin = 'org.st".to_vec(), "it is no preset: "),
        ("empty.toml", Vec::new(), "it is no preset: it does not say its format"),
        ("future.toml", format!("format = 2\n{head}mood = 'good'\n").into_bytes(), "it was saved by a newer version"),
        ("huge.toml", vec![b'#'; (1 << 20) + 1], "it is larger than 1048576 bytes"),
        ("nameless.toml", b"format = 1\nplugin = 'org.stemma.small'\nname = ' '\nsettings = {}".to_vec(), "no name"),
        ("other.toml", b"format = 1\nplugin = 'x'\nname = 'X'\nsettings = {}".to_vec(), "another plugin (x)"),
        ("types.toml", format!("format = 1\n{head}").replace("{}", "{ gain = [1] }").into_bytes(), "it is no preset: "),
    ];
    for (name, bytes, _) in &garbage {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    }
    fs::write(folder.path().join("good.toml"), format!("format = 1\n{head}")).expect("it can be written");
    fs::write(folder.path().join("notes.txt"), "buy strings").expect("it can be written");
    let mut presets = open(folder.path());
    let left_out = presets.read();
    assert_eq!(left_out.len(), garbage.len(), "{left_out:#?}");
    for (sentence, (name, _, reason)) in left_out.iter().zip(&garbage) {
        assert!(sentence.contains(name) && sentence.contains(reason), "{sentence}");
    }
    assert_eq!(presets.names(), ["Neutral", "Warm"]);
    // Not even by a preset that would take the name of the file.
    presets.save("cut", settings(1.0), Existing::Replace).expect("it can be saved");
    for (name, bytes, _) in &garbage {
        assert_eq!(&fs::read(folder.path().join(name)).expect("it is there"), bytes, "{name}");
    }
    assert!(files(folder.path()).contains(&"cut (2).toml".to_owned()));
}

#[test]
fn what_is_no_file_does_not_keep_the_window_waiting() {
    let folder = folder();
    fs::create_dir(folder.path().join("folder.toml")).expect("it can be made");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.toml")).expect("it can be made");
    let mut presets = open(folder.path());
    let left_out = presets.read();
    assert_eq!(left_out.len(), if cfg!(unix) { 2 } else { 1 });
    assert!(left_out.iter().all(|sentence| sentence.ends_with("it is no preset: it is no file")), "{left_out:?}");
}

#[test]
fn a_name_of_any_length_and_any_letters_is_saved_and_found_again() {
    let folder = folder();
    let mut presets = open(folder.path());
    let names = ["𠀀".repeat(64), "W".repeat(64), "CON".to_owned(), "..".to_owned(), "a/b\\c:d".to_owned()];
    for (number, name) in names.iter().enumerate() {
        presets.save(name, settings(number as f32), Existing::Keep).expect("it can be saved");
    }
    let mut again = open(folder.path());
    assert!(again.read().is_empty());
    for (number, name) in names.iter().enumerate() {
        let line = again.names().iter().position(|line| line == name).expect("it is in the menu");
        assert_eq!(again.get(line).expect("it is there").settings, settings(number as f32));
    }
    assert_eq!(files(folder.path()).len(), names.len(), "all of them here, and nowhere else");
}

#[test]
fn a_renamed_preset_keeps_every_other_letter_of_its_file() {
    let folder = folder();
    let text = "# For drums.\nname  =  'Old' # 1999\nplugin = 'org.stemma.small'\nformat = 1\n\n\
                settings = { sparkle = 3.0 }\nmood = 'good'\n[history]\nname = 'Old'";
    fs::write(folder.path().join("Old.toml"), text).expect("it can be written");
    let mut presets = open(folder.path());
    let old = presets.get(1).expect("it is there").clone();
    let new = presets.rename(&old, " \"New\"\n").expect("it can be renamed");
    assert_eq!((new.name.as_str(), presets.names()), ("\"New\"", &["Neutral".to_owned(), "\"New\"".to_owned()][..]));
    assert_eq!(files(folder.path()), ["_New_.toml"]);
    let renamed = fs::read_to_string(folder.path().join("_New_.toml")).expect("it is there");
    let quoted = renamed.lines().nth(1).and_then(|line| line.strip_prefix("name  =  ")?.strip_suffix(" # 1999"));
    assert_eq!(renamed, text.replacen("'Old'", quoted.expect("the name stands where it stood"), 1));
    assert!(presets.rename(&old, "Newer").is_err(), "its file is gone");
    assert_eq!(files(folder.path()), ["_New_.toml"]);
}

/// In a folder of someone else, where everybody may make files but nobody may take away another's.
#[cfg(target_os = "linux")]
#[test]
#[allow(unsafe_code, reason = "only the system can be somebody else")]
fn a_preset_that_cannot_be_renamed_stays_the_only_one() {
    use std::os::unix::fs::{PermissionsExt, chown};
    const SOMEONE: u32 = 1;
    const NOBODY: u32 = 65_534;
    let folder = folder();
    let path = folder.path().join("Old.toml");
    let text = "format = 1\nplugin = 'org.stemma.small'\nname = 'Old'\nsettings = {}\n";
    fs::write(&path, text).expect("it can be written");
    if let Err(error) = chown(&path, Some(SOMEONE), None).and_then(|()| chown(folder.path(), Some(SOMEONE), None)) {
        println!("skipped: only root can give files away ({error})");
        return;
    }
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o1777)).expect("it is root's to set");
    let place = folder.path().to_owned();
    let renaming = std::thread::spawn(move || {
        // SAFETY: this thread alone becomes somebody else, and ends so.
        unsafe { libc::setfsuid(NOBODY) };
        let mut presets = open(&place);
        let old = presets.get(1).expect("it is there").clone();
        presets.rename(&old, "New").map(drop)
    });
    assert!(renaming.join().expect("it does not panic").is_err());
    assert_eq!(files(folder.path()), ["Old.toml"]);
    assert_eq!(fs::read_to_string(&path).expect("it is there"), text);
}

#[test]
fn what_is_brought_back_takes_no_other_presets_file() {
    let folder = folder();
    let mut presets = open(folder.path());
    let first = presets.save("Warm", settings(1.0), Existing::Keep).expect("it can be saved");
    let deleted = presets.delete(&first).expect("it can be deleted");
    presets.save("Warm", settings(2.0), Existing::Keep).expect("the name is free");
    presets.bring_back(&deleted).expect("it can be brought back");
    assert_eq!(files(folder.path()), ["Warm (2).toml", "Warm.toml", "deleted"]);
    let both: Vec<_> = (1..3).map(|number| presets.get(number).expect("it is there").settings.clone()).collect();
    assert_eq!(both, [settings(1.0), settings(2.0)]);
    assert!(presets.bring_back(&deleted).is_err(), "there is nothing more");
    // Deleted twice, both are still there.
    for number in [2, 1] {
        let preset = presets.get(number).expect("it is there").clone();
        presets.delete(&preset).expect("it can be deleted");
    }
    assert_eq!(files(&folder.path().join("deleted")), ["Warm (2).toml", "Warm.toml"]);
    assert_eq!(presets.names(), ["Neutral"]);
}

/// Files cannot be moved to another file system.
#[cfg(target_os = "linux")]
#[test]
fn a_preset_that_cannot_be_put_aside_stays() {
    use std::os::unix::fs::MetadataExt;
    const MEMORY: &str = "/dev/shm";
    let folder = folder();
    let system = |path: &Path| fs::metadata(path).map(|data| data.dev()).ok();
    let elsewhere = match tempfile::tempdir_in(MEMORY) {
        Ok(elsewhere) if system(elsewhere.path()) != system(folder.path()) => elsewhere,
        Ok(_) => return println!("skipped: the folder for tests is on {MEMORY} as well"),
        Err(error) => return println!("skipped: there is no {MEMORY} ({error})"),
    };
    let mut presets = open(folder.path());
    let warm = presets.save("Warm", settings(1.0), Existing::Keep).expect("it can be saved");
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("deleted")).expect("it can be made");
    let error = presets.delete(&warm).expect_err("it lies elsewhere").to_string();
    assert!(error.contains("Warm.toml"), "{error}");
    assert_eq!(presets.names(), ["Neutral", "Warm"]);
}

#[test]
fn presets_of_one_name_are_told_apart_by_their_files() {
    let folder = folder();
    let mut presets = open(folder.path());
    presets.save("Warm", settings(1.0), Existing::Keep).expect("it can be saved");
    let text = fs::read_to_string(folder.path().join("Warm.toml")).expect("it is there");
    fs::write(folder.path().join("Warm copy.toml"), &text).expect("it can be written");
    fs::write(folder.path().join("mine.toml"), text.replace("Warm", "Neutral")).expect("it can be written");
    presets.read();
    assert_eq!(presets.names(), ["Neutral", "Neutral (mine.toml)", "Warm", "Warm (Warm.toml)"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = folder();
    let blocked: PathBuf = folder.path().join("a file");
    fs::write(&blocked, "").expect("it can be written");
    let error = open(&blocked.join("presets")).save("Warm", settings(1.0), Existing::Keep);
    assert!(error.expect_err("a file is in the way").to_string().contains("a file"));
    let error = Presets::in_folder("org.stemma.small", FACTORY, None).save("Warm", settings(1.0), Existing::Keep);
    assert!(error.expect_err("there is no place").to_string().contains("STEMMA_CONFIG_DIR"));
}
