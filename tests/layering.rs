//! Who may depend on whom. Every arrow that is not in this list is a mistake, or a change of the architecture.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// What a package of ours may depend on among our own; `None` for a package this list does not know.
fn allowed(folder: &str, package: &str) -> Option<&'static [&'static str]> {
    const ALL: &[&str] = &["audio_file", "dsp", "gui", "host", "plugin_kit", "render", "session", "targets", "testkit"];
    Some(match (folder, package) {
        ("plugins", _) => &["plugin_kit", "gui", "session", "targets", "dsp"],
        ("crates", "plugin_kit") => &["dsp", "gui", "session"],
        ("crates", "gui") => &["dsp", "targets"],
        ("crates", "render") => &["audio_file", "dsp", "targets"],
        ("crates", "host") => &["audio_file"],
        ("crates", "session" | "dsp" | "testkit" | "targets" | "audio_file") => &[],
        ("xtask" | "tests", _) => ALL,
        _ => return None,
    })
}

/// Every member of the workspace: the folder it stands in, and its manifest.
fn members() -> Vec<(String, Table)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workspace = manifest(&root.join("Cargo.toml"));
    let patterns = workspace["workspace"]["members"].as_array().unwrap();
    let mut members = Vec::new();
    for pattern in patterns {
        let pattern = pattern.as_str().unwrap();
        let folders: Vec<PathBuf> = match pattern.strip_suffix("/*") {
            Some(parent) => std::fs::read_dir(root.join(parent)).unwrap().map(|entry| entry.unwrap().path()).collect(),
            None => vec![root.join(pattern)],
        };
        let kind = pattern.split('/').next().unwrap();
        let manifests = folders.iter().map(|folder| folder.join("Cargo.toml")).filter(|path| path.exists());
        members.extend(manifests.map(|path| (kind.to_owned(), manifest(&path))));
    }
    members
}

fn manifest(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name(manifest: &Table) -> &str {
    manifest["package"]["name"].as_str().unwrap()
}

/// The packages of every dependency table of a kind, also those for one platform only.
fn dependencies(manifest: &Table, kind: &str) -> BTreeSet<String> {
    let platforms = manifest.get("target").and_then(Value::as_table);
    let platform_tables = platforms.into_iter().flat_map(|platforms| platforms.values());
    let tables = platform_tables.map(|table| table.get(kind)).chain([manifest.get(kind)]);
    let entries = tables.flatten().filter_map(Value::as_table).flatten();
    entries.map(|(key, entry)| entry.get("package").and_then(Value::as_str).unwrap_or(key).to_owned()).collect()
}

#[test]
fn every_arrow_is_in_the_list() {
    let members = members();
    let ours: BTreeMap<&str, &str> =
        members.iter().map(|(folder, manifest)| (name(manifest), folder.as_str())).collect();
    assert!(ours.len() >= 13, "only {ours:?} found");
    let mut wrong = Vec::new();
    for (folder, manifest) in &members {
        let package = name(manifest);
        let Some(allowed) = allowed(folder, package) else {
            wrong.push(format!("{package} is not in the list"));
            continue;
        };
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for dependency in dependencies(manifest, kind) {
                let is_ours = ours.contains_key(dependency.as_str());
                let is_witness = kind == "dev-dependencies" && dependency == "testkit";
                // A package's own tests may name it.
                if is_ours && !is_witness && dependency != package && !allowed.contains(&dependency.as_str()) {
                    wrong.push(format!("{package} → {dependency} ({kind})"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that must not be: {wrong:#?}");
}

#[test]
fn the_plugins_do_not_know_each_other() {
    let members = members();
    let plugins: Vec<_> = members.iter().filter(|(folder, _)| folder == "plugins").collect();
    let names: BTreeSet<_> = plugins.iter().map(|(_, manifest)| name(manifest).to_owned()).collect();
    assert_eq!(names.len(), 2);
    for (_, manifest) in plugins {
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let others: Vec<_> = dependencies(manifest, kind).intersection(&names).cloned().collect();
            assert!(others.is_empty(), "{} → {others:?}", name(manifest));
        }
    }
}

#[test]
fn the_sound_knows_no_host_window_file_or_clock() {
    // Arithmetic on slices needs nothing but arithmetic.
    for (_, manifest) in members().iter().filter(|(_, manifest)| name(manifest) == "dsp") {
        let dependencies = dependencies(manifest, "dependencies");
        let known: BTreeSet<_> = ["biquad", "multiversion", "realfft"].map(str::to_owned).into();
        let strange: Vec<_> = dependencies.difference(&known).collect();
        assert!(strange.is_empty(), "dsp → {strange:?}");
    }
}
